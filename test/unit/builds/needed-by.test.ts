import assert from 'node:assert/strict';
import { discoverTargets } from '../../../agent/builds/discovery.ts';
import { neededTargets } from '../../../agent/builds/needed-by.ts';
import { FileTree } from '../../../agent/builds/paths.ts';
import { ConfigurationFile } from '../../../agent/protocol/configuration-file.ts';
import type { RepoPath } from '../../../agent/protocol/ids.ts';

/** The targets needed by the tests in `folder`. */
function needed(folder: string, files: Readonly<Record<string, string | object>>, configured: object = {}): string[] {
  // The keys are paths of a repository.
  const tree = new FileTree(Object.keys(files) as RepoPath[]);
  const read = (path: RepoPath) => {
    const found = files[path];
    return found === undefined ? null : typeof found === 'string' ? found : JSON.stringify(found);
  };
  const { targets } = ConfigurationFile.parse({ targets: configured });
  const model = discoverTargets({ tree, read, configured: targets, isEnabled: () => true });
  return neededTargets(folder, { model, tree, read });
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

  it('is what noodle.yaml declares at or above the folder', () => {
    const configured = { codegen: { command: 'make' }, other: { command: 'make', folder: 'other' } };
    assert.deepEqual(needed('py/tests', { 'py/tests/test_a.py': '' }, configured), ['codegen']);
  });

  it('is nothing in a repository without targets', () => {
    assert.deepEqual(needed('tests', { 'tests/test_a.py': '' }), []);
  });
});
