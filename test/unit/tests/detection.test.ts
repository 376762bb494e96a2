import assert from 'node:assert/strict';
import { RepoPath } from '../../../agent/protocol/ids.ts';
import type { Detection, RepositoryView, TestAdapter } from '../../../agent/tests/adapter.ts';
import { jestAdapter } from '../../../agent/tests/adapters/jest.ts';
import { mochaAdapter } from '../../../agent/tests/adapters/mocha.ts';
import { nodeTestAdapter } from '../../../agent/tests/adapters/node-test.ts';
import { vitestAdapter } from '../../../agent/tests/adapters/vitest.ts';

/** A repository in memory; no runner is installed in it. */
function repository(files: Record<string, string | object>): RepositoryView {
  const texts = new Map(
    Object.entries(files).map(([file, text]) => [file, typeof text === 'string' ? text : JSON.stringify(text)]),
  );
  return {
    root: '/nowhere/repository',
    files: [...texts.keys()].toSorted().map((file) => RepoPath.parse(file)),
    read: (file) => texts.get(file) ?? null,
  };
}

const detect = (adapter: TestAdapter, files: Record<string, string | object>): Promise<Detection> =>
  adapter.detect(repository(files));

/** Folder, arguments and files of each project. */
async function projects(adapter: TestAdapter, files: Record<string, string | object>) {
  const found = await detect(adapter, files);
  return found.projects.map((project) => ({ folder: project.folder, args: project.args, files: project.files }));
}

const script = (test: string, more: object = {}) => ({ scripts: { test }, ...more });

describe('mocha: detection', () => {
  it("takes the script's arguments for configuration, but for reporters", async () => {
    const files = { 'test/a.js': '', 'test/acceptance/b.js': '', 'test/support/env.js': '', 'lib/c.js': '' };
    const line = 'nyc mocha --require test/support/env --reporter spec --check-leaks test/ test/acceptance/';
    const [found] = (await detect(mochaAdapter, { 'package.json': script(line), ...files })).projects;
    assert.deepEqual(found?.args, ['--require', 'test/support/env', '--check-leaks', 'test/', 'test/acceptance/']);
    assert.deepEqual(found.files, ['test/a.js', 'test/acceptance/b.js']);
    assert.deepEqual(found.configFiles, ['package.json', 'test/support/env.js']);
    assert.equal(found.foundIn, 'package.json script test');
  });

  it('reads .mocharc in all its languages, and package.json', async () => {
    const files = { 'spec/a.spec.ts': '', 'spec/deep/b.spec.ts': '', 'test/c.js': '' };
    const expected = [{ folder: '', args: [], files: ['spec/a.spec.ts', 'spec/deep/b.spec.ts'] }];
    const configurations: Record<string, string | object> = {
      '.mocharc.json': { spec: 'spec/**/*.spec.ts' },
      '.mocharc.jsonc': '// all\n{ "spec": ["spec/**/*.spec.ts"] }',
      '.mocharc.yml': 'spec:\n  - spec/**/*.spec.ts\n',
      '.mocharc.cjs': "module.exports = { spec: 'spec/**/*.spec.ts' };",
      '.mocharc.mjs': "const spec = ['spec/**/*.spec.ts'];\nexport default { spec };",
    };
    for (const [name, text] of Object.entries(configurations)) {
      assert.deepEqual(
        await projects(mochaAdapter, { 'package.json': script('mocha'), ...files, [name]: text }),
        expected,
        name,
      );
    }
    const inManifest = script('mocha', { mocha: { extension: 'ts', recursive: true, spec: ['spec'] } });
    assert.deepEqual(await projects(mochaAdapter, { 'package.json': inManifest, ...files }), expected);
  });

  it('makes a project of each run of a script, and one of equal runs', async () => {
    const files = { 'a/x.js': '', 'b/y.js': '' };
    const found = await projects(mochaAdapter, {
      'package.json': script('mocha a/x.js && mocha b/y.js --bail && mocha a/x.js --reporter dot'),
      ...files,
    });
    assert.deepEqual(
      found.map((each) => each.args),
      [['a/x.js'], ['b/y.js', '--bail']],
    );
  });

  it('finds a package that depends on mocha without a script for it', async () => {
    const manifest = { devDependencies: { mocha: '^10' }, scripts: { test: 'make test' } };
    assert.deepEqual(await projects(mochaAdapter, { 'package.json': manifest, 'test/a.js': '' }), [
      { folder: '', args: [], files: ['test/a.js'] },
    ]);
  });

  it('says what to run where mocha is not installed', async () => {
    const { problems } = await detect(mochaAdapter, { 'package.json': script('mocha'), 'test/a.js': '' });
    assert.deepEqual(problems, ['mocha is used in package.json but not installed: run `npm install`']);
  });
});

describe('jest: detection', () => {
  it('reads testMatch, roots and ignored paths from package.json or a configuration file', async () => {
    const files = {
      'src/a.test.ts': '',
      'src/old/b.test.ts': '',
      'lib/c.test.ts': '',
      'src/__tests__/d.js': '',
      'src/e.spec.mjs': '',
    };
    const options = { roots: ['<rootDir>/src'], testPathIgnorePatterns: ['/old/'] };
    const expected = ['src/__tests__/d.js', 'src/a.test.ts', 'src/e.spec.mjs'];
    const inManifest = { 'package.json': script('jest --coverage --ci', { jest: options }), ...files };
    assert.deepEqual(await projects(jestAdapter, inManifest), [{ folder: '', args: ['--ci'], files: expected }]);
    const text = `/** @type {import('jest').Config} */\nconst config = ${JSON.stringify(options)};\nexport default config;`;
    const inFile = { 'package.json': script('jest'), 'jest.config.ts': text, ...files };
    assert.deepEqual((await projects(jestAdapter, inFile))[0]?.files, expected);
  });

  it('takes expressions of the command line into account', async () => {
    const files = { 'test/a.test.js': '', 'test/b.test.js': '' };
    assert.deepEqual(await projects(jestAdapter, { 'package.json': script('jest test/b'), ...files }), [
      { folder: '', args: ['test/b'], files: ['test/b.test.js'] },
    ]);
  });

  it('says that react-scripts hides its configuration', async () => {
    const { projects: found, problems } = await detect(jestAdapter, {
      'package.json': script('react-scripts test', { devDependencies: { jest: '29' } }),
      'src/App.test.js': '',
    });
    assert.equal(found.length, 0);
    assert.match(problems[0] ?? '', /react-scripts/);
  });

  it('says so of runners without an adapter', async () => {
    const { problems } = await detect(jestAdapter, { 'package.json': script('xo && ava') });
    assert.match(problems[0] ?? '', /runs ava, for which Noodle has no adapter/);
  });
});

describe('vitest: detection', () => {
  it('reads include and exclude from the configuration', async () => {
    const files = {
      'src/a.test.ts': '',
      'src/b.spec.tsx': '',
      'src/slow/c.test.ts': '',
      'checks/d.ts': '',
      'dist/e.test.js': '',
    };
    const config = `import { defineConfig } from 'vitest/config';
      export default defineConfig(() => ({ test: { include: ['src/**/*.test.ts', 'checks/*.ts'], exclude: ['**/slow/**'] } }));`;
    const all = { 'package.json': script('vitest --coverage'), ...files };
    assert.deepEqual((await projects(vitestAdapter, all))[0]?.files, [
      'src/a.test.ts',
      'src/b.spec.tsx',
      'src/slow/c.test.ts',
    ]);
    assert.deepEqual(await projects(vitestAdapter, { ...all, 'vitest.config.ts': config }), [
      { folder: '', args: [], files: ['checks/d.ts', 'src/a.test.ts'] },
    ]);
  });

  it('passes over benchmarks and takes type tests in where they are on', async () => {
    const config = 'export default { test: { typecheck: { enabled: true } } }';
    const found = await projects(vitestAdapter, {
      'package.json': script('vitest bench && vitest run'),
      'vite.config.ts': config,
      'a.test-d.ts': '',
      'b.test.ts': '',
    });
    assert.deepEqual(found, [{ folder: '', args: [], files: ['a.test-d.ts', 'b.test.ts'] }]);
  });

  it('tells a run of type tests alone from the others', async () => {
    const line = 'vitest run && vitest run --typecheck.only';
    const found = await projects(vitestAdapter, { 'package.json': script(line), 'a.test-d.ts': '', 'b.test.ts': '' });
    assert.deepEqual(
      found.map((each) => [each.args, each.files]),
      [
        [[], ['b.test.ts']],
        [['--typecheck.only'], ['a.test-d.ts']],
      ],
    );
    const both = await projects(vitestAdapter, {
      'package.json': script('vitest --typecheck'),
      'a.test-d.ts': '',
      'b.test.ts': '',
    });
    assert.deepEqual(both[0]?.files, ['a.test-d.ts', 'b.test.ts']);
  });

  it('finds the packages of a workspace', async () => {
    const found = await projects(vitestAdapter, {
      'package.json': { workspaces: ['packages/*'], scripts: { test: 'npm test --workspaces' } },
      'packages/a/package.json': script('vitest run'),
      'packages/a/a.test.ts': '',
      'packages/b/package.json': { devDependencies: { vitest: '3' } },
      'packages/b/b.test.ts': '',
      'examples/c/package.json': script('vitest run'),
      'examples/c/c.test.ts': '',
    });
    assert.deepEqual(
      found.map((each) => [each.folder, each.files]),
      [
        ['packages/a', ['packages/a/a.test.ts']],
        ['packages/b', ['packages/b/b.test.ts']],
      ],
    );
  });
});

describe('node:test: detection', () => {
  it("takes node's default patterns where no file is named", async () => {
    const files = {
      'test/a.js': '',
      'test/deep/b.mjs': '',
      'src/c.test.js': '',
      'src/d-test.cjs': '',
      'src/test-e.js': '',
      'src/f.js': '',
    };
    assert.deepEqual((await projects(nodeTestAdapter, { 'package.json': script('node --test'), ...files }))[0]?.files, [
      'src/c.test.js',
      'src/d-test.cjs',
      'src/test-e.js',
      'test/a.js',
      'test/deep/b.mjs',
    ]);
  });

  it('takes named files, folders and patterns', async () => {
    const files = { 'test/a.test.ts': '', 'test/b.ts': '', 'src/c.test.ts': '' };
    const named = async (test: string) =>
      (await projects(nodeTestAdapter, { 'package.json': script(test), ...files }))[0]?.files;
    assert.deepEqual(await named('node --import tsx --test "src/**/*.test.ts"'), ['src/c.test.ts']);
    assert.deepEqual(await named('node --test test/b.ts'), ['test/b.ts']);
    assert.deepEqual(await named('node --test test/'), ['test/a.test.ts', 'test/b.ts']);
  });

  it('finds a single file that uses it, and no other program', async () => {
    const single = { 'test/index.js': "import test from 'node:test';", 'build.js': '' };
    assert.deepEqual(
      await projects(nodeTestAdapter, { 'package.json': script('node build.js && node test/index.js'), ...single }),
      [{ folder: '', args: ['test/index.js'], files: ['test/index.js'] }],
    );
  });

  it('finds tests that import it without any script', async () => {
    const found = await projects(nodeTestAdapter, {
      'test/a.test.mjs': "import { test } from 'node:test';",
      'test/b.test.mjs': '',
    });
    assert.deepEqual(found, [{ folder: '', args: ['test/a.test.mjs'], files: ['test/a.test.mjs'] }]);
  });

  it('reads what borp is told', async () => {
    const files = { 'test/a.test.js': '', 'other/b.test.js': '', 'test/c.js': '' };
    const found = (
      await projects(nodeTestAdapter, {
        'package.json': script('borp --coverage -c 2'),
        '.borp.yaml': 'files:\n  - test/**/*.test.js\n',
        ...files,
      })
    )[0];
    assert.deepEqual([found?.args, found?.files], [['borp', '-c', '2'], ['test/a.test.js']]);
  });
});

describe('scripts', () => {
  it('prefers the script test, and takes others where that runs no tests', async () => {
    const scripts = { 'test:unit': 'mocha unit/a.js', 'test:e2e': 'mocha e2e/b.js', 'test:watch': 'mocha --watch' };
    const files = { 'unit/a.js': '', 'e2e/b.js': '', 'c.js': '' };
    const args = async (test: string) =>
      (await projects(mochaAdapter, { 'package.json': { scripts: { test, ...scripts } }, ...files })).map(
        (each) => each.args,
      );
    assert.deepEqual(await args('mocha c.js'), [['c.js']]);
    assert.deepEqual(await args('eslint .'), [['unit/a.js']]);
  });

  it('lives with a package.json that is none', async () => {
    for (const text of ['', '[]', '{"scripts": 5}', '{"scripts": {"test": {}}}']) {
      assert.deepEqual(await projects(mochaAdapter, { 'package.json': text }), []);
    }
  });
});
