import assert from 'node:assert/strict';
import { discoverTargets } from '../../../agent/builds/discovery.ts';
import { NeededTargets } from '../../../agent/builds/needed-by.ts';
import { FileTree } from '../../../agent/builds/paths.ts';
import { ConfigurationFile } from '../../../agent/protocol/configuration-file.ts';
import { RepoPath } from '../../../agent/protocol/ids.ts';

type Content = string | object | (() => string);

function repository(files: Readonly<Record<string, Content>>, configured: object = {}) {
  // The keys are paths of a repository.
  const tree = new FileTree(Object.keys(files) as RepoPath[]);
  const read = (path: RepoPath) => {
    const found = files[path];
    if (found === undefined || typeof found === 'string') return found ?? null;
    return found instanceof Function ? String(found()) : JSON.stringify(found);
  };
  const { targets } = ConfigurationFile.parse({ targets: configured });
  return { model: discoverTargets({ tree, read, configured: targets, isEnabled: () => true }), tree, read };
}

/** The targets needed by the tests in `folder`. */
function needed(folder: string, files: Readonly<Record<string, Content>>, configured: object = {}): string[] {
  const { model, tree, read } = repository(files, configured);
  const answers = new NeededTargets(read);
  answers.update(model, tree, null);
  return [...answers.of(folder)];
}

const build = { build: 'tsc' };
const workspaces = { 'package.json': { workspaces: ['p/*'] } };
const core = { name: 'core', main: 'dist/index.js', scripts: build };

describe('what tests need built', () => {
  it('is what their package depends on, where that is imported built, and what that needs', () => {
    const files = {
      ...workspaces,
      'p/base/package.json': { name: 'base', main: 'dist/index.js', scripts: build },
      'p/core/package.json': { ...core, dependencies: { base: '*' } },
      'p/web/package.json': { name: 'web', scripts: build, devDependencies: { core: '*' } },
      'p/web/a.test.ts': "import { total } from 'core';",
      'p/docs/package.json': { name: 'docs', scripts: build },
    };
    assert.deepEqual(needed('p/web', files), ['base', 'core']);
    assert.deepEqual(needed('p/web/test/unit', files), ['base', 'core']);
    assert.deepEqual(needed('p/docs', files), []);
  });

  it('is not what is imported as it was written, but what that imports built', () => {
    const files = {
      ...workspaces,
      'p/base/package.json': { name: 'base', main: 'dist/index.js', scripts: build },
      'p/core/package.json': { ...core, main: undefined, exports: './src/index.ts', dependencies: { base: '*' } },
      'p/core/src/index.ts': '',
      'p/web/package.json': { name: 'web', dependencies: { core: '*' } },
    };
    assert.deepEqual(needed('p/web', files), ['base']);
  });

  it('is the own package where its tests load what it writes', () => {
    const withTest = (test: string, more: object = {}) =>
      needed('', { 'package.json': { ...core, ...more }, 'src/index.ts': '', 'test/a.test.js': test });
    assert.deepEqual(withTest("import { a } from '../src/index.ts';"), []);
    assert.deepEqual(withTest("const a = require('../dist/index.js');"), ['core']);
    assert.deepEqual(withTest("import { a } from '../dist';"), ['core']);
    assert.deepEqual(withTest("import { a } from 'core';"), ['core']);
    assert.deepEqual(withTest("import { a } from 'core/sub';"), ['core']);
    assert.deepEqual(withTest("import { a } from 'core-js';"), []);
    assert.deepEqual(withTest('', { scripts: { ...build, test: 'mocha dist/test' } }), ['core']);
    assert.deepEqual(withTest('', { scripts: { ...build, pretest: 'npm run build', test: 'mocha' } }), ['core']);
    assert.deepEqual(withTest('', { scripts: { ...build, test: 'mocha test' } }), []);
  });

  it('is not what the runner is told to take from the sources', () => {
    const alias = "export default { resolve: { alias: { core: './src/index.ts' } } };";
    const test = "import { a } from 'core';";
    assert.deepEqual(
      needed('', { 'package.json': core, 'src/index.ts': '', 'test/a.test.ts': test, 'vitest.config.ts': alias }),
      [],
    );
    assert.deepEqual(
      needed('', {
        'package.json': core,
        'src/index.ts': '',
        'test/a.test.ts': test,
        'vitest.config.ts': 'export default {};',
      }),
      ['core'],
    );
    const members = {
      ...workspaces,
      'p/core/package.json': core,
      'p/web/package.json': { name: 'web', dependencies: { core: '*' } },
    };
    assert.deepEqual(needed('p/web', { ...members, 'vitest.config.ts': alias.replace('./src', './p/core/src') }), []);
    const jest = {
      name: 'web',
      dependencies: { core: '*' },
      jest: { moduleNameMapper: { '^core$': '<rootDir>/../core/src' } },
    };
    assert.deepEqual(needed('p/web', { ...members, 'p/web/package.json': jest }), []);
  });

  it('is not what tests of packages further down load', () => {
    const root = { name: 'all', workspaces: ['p/*'], scripts: build };
    const files = {
      'package.json': root,
      'p/core/package.json': { name: 'core' },
      'p/core/a.test.js': "import 'all';",
    };
    assert.deepEqual(needed('', files), []);
    assert.deepEqual(needed('', { ...files, 'test/a.test.js': "import 'all';" }), ['all']);
  });

  it('is looked up again when a test has changed, was taken back, or another commit is checked out', () => {
    let test = "import '../src/index.ts';";
    const { model, tree, read } = repository({ 'package.json': core, 'test/a.test.js': () => test });
    const answers = new NeededTargets(read);
    const path = RepoPath.parse('test/a.test.js');
    const ask = (head: string, ...changed: RepoPath[]) => {
      answers.update(model, tree, { head, changed });
      return [...answers.of('')];
    };
    assert.deepEqual(ask('c1'), []);
    test = "import '../dist/index.js';";
    assert.deepEqual(ask('c1', path), ['core']);
    test = "import '../src/index.ts';";
    assert.deepEqual(ask('c1'), []);
    test = "import '../dist/index.js';";
    assert.deepEqual(ask('c2'), ['core']);
  });

  it('is what noodle.yaml declares at or above the folder', () => {
    const configured = { codegen: { command: 'make' }, other: { command: 'make', folder: 'other' } };
    assert.deepEqual(needed('py/tests', { 'py/tests/test_a.py': '' }, configured), ['codegen']);
  });

  it('is nothing in a repository without targets', () => {
    assert.deepEqual(needed('tests', { 'tests/test_a.py': '' }), []);
  });
});
