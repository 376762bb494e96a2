import assert from 'node:assert/strict';
import { symlink } from 'node:fs/promises';
import { GraphRig, importsOf } from '../../rig/graph-rig.ts';

const load = (...specifiers: string[]) =>
  specifiers.map((specifier) => `import ${JSON.stringify(specifier)};`).join('\n');

describe('imports of JavaScript lead to', () => {
  it('files by extension, by folder and by what a written extension stands for', async () => {
    assert.deepEqual(
      await importsOf('src/a.ts', {
        'src/a.ts': load('./b', './c.js', './d', '..', './e.json', './f?raw'),
        'src/b.tsx': '',
        'src/c.ts': '',
        'src/d/index.js': '',
        'index.js': '',
        'src/e.json': '{}',
        'src/f.txt': '',
      }),
      ['index.js', 'src/b.tsx', 'src/c.ts', 'src/d/index.js', 'src/e.json', 'src/f.txt'],
    );
  });

  it('what a package.json in a folder says, before its index', async () => {
    assert.deepEqual(
      await importsOf('a.js', {
        'a.js': load('./lib'),
        'lib/package.json': '{ "main": "./real.js" }',
        'lib/index.js': '',
        'lib/real.js': '',
      }),
      ['lib/real.js'],
    );
  });

  it('the folder that a specifier with a slash or dots at its end names, and never a file beside it', async () => {
    const files = {
      'tests/a.js': "require('../'); require('..'); require('./'); require('../view/');",
      'tests.js': '',
      'tests/index.js': '',
      '.prettierrc.js': '',
      'package.json': '{ "main": "./main", "exports": { "require": "./index.js", "import": "./esm.mjs" } }',
      'main.js': '',
      'index.js': '',
      'esm.mjs': '',
      'view.web.js': '',
      'view/index.js': '',
    };
    const expected = ['esm.mjs', 'index.js', 'main.js', 'tests/index.js', 'view/index.js'];
    assert.deepEqual(await importsOf('tests/a.js', files), expected);
  });

  it('the folder beside a file of the same name that no runtime loads', async () => {
    assert.deepEqual(
      await importsOf('a.js', { 'a.js': load('./docs'), 'docs.md': '', 'docs/index.js': '', 'docs.web.js': '' }),
      ['docs.md', 'docs/index.js'],
    );
  });

  it('the paths of tsconfig.json and of what it extends, comments and all', async () => {
    assert.deepEqual(
      await importsOf('app/a.ts', {
        'app/a.ts': load('@/b', '~lib', 'shared/c'),
        'app/tsconfig.json':
          '{ // comment\n "extends": "../base.json", "compilerOptions": { "paths": { "@/*": ["./src/*"], "~lib": ["./lib/main.ts"], }, } }',
        'base.json': '{ "compilerOptions": { "baseUrl": "." } }',
        'app/src/b.ts': '',
        'src/b.ts': '',
        'lib/main.ts': '',
        'app/lib/main.ts': '',
        'shared/c.ts': '',
      }),
      ['lib/main.ts', 'shared/c.ts', 'src/b.ts'],
    );
  });

  it('the sources of workspace packages, by condition, by output folder, by convention', async () => {
    assert.deepEqual(
      await importsOf('packages/app/a.ts', {
        'packages/app/a.ts': load('one', 'one/sub', 'two', '@s/three/x', 'four', 'react'),
        'packages/app/package.json': '{ "name": "app" }',
        'packages/one/package.json':
          '{ "name": "one", "exports": { ".": { "development": "./source/main.ts", "default": "./dist/main.js" }, "./*": "./dist/*.js" } }',
        'packages/one/source/main.ts': '',
        'packages/one/source/sub.ts': '',
        'packages/two/package.json': '{ "name": "two", "main": "dist/esm/index.mjs" }',
        'packages/two/src/index.ts': '',
        'packages/three/package.json': '{ "name": "@s/three" }',
        'packages/three/x.js': '',
        'packages/four/package.json': '{ "name": "four", "main": "build/entry.js" }',
        'packages/four/tsconfig.json': '{ "compilerOptions": { "outDir": "build", "rootDir": "code" } }',
        'packages/four/code/entry.ts': '',
      }),
      [
        'packages/four/code/entry.ts',
        'packages/one/source/main.ts',
        'packages/one/source/sub.ts',
        'packages/three/x.js',
        'packages/two/src/index.ts',
      ],
    );
  });

  it('every source of a package whose entry is built from what is not known, and says so', async () => {
    await using rig = await GraphRig.create({
      'app/a.ts': load('lib'),
      'lib/package.json': '{ "name": "lib", "main": "dist/bundle.js" }',
      'lib/src/one.ts': '',
      'lib/src/two.ts': '',
      'lib/test/t.ts': '',
    });
    assert.deepEqual(rig.imports('app/a.ts'), ['lib/src/one.ts', 'lib/src/two.ts']);
    assert.match(
      rig.graph.notesOn((await rig.files())[0] ?? assert.fail()).join(),
      /the source behind lib .* is not known, so all of lib\/src\/ counts/,
    );
  });

  it('the sources of built output that a test names', async () => {
    const files = {
      'test/a.test.js': load('../dist/index.js', '../lib/util.js'),
      'package.json': '{ "name": "x", "main": "dist/index.js" }',
      'src/index.ts': '',
      'src/util.ts': '',
    };
    assert.deepEqual(await importsOf('test/a.test.js', files), ['src/index.ts', 'src/util.ts']);
  });

  it('the package itself by its own name, and its private imports', async () => {
    const files = {
      'a.test.ts': load('me', 'me/deep', '#internal/x'),
      'package.json':
        '{ "name": "me", "exports": { ".": "./dist/i.js", "./deep": "./dist/deep.js" }, "imports": { "#internal/*": "./src/internal/*.js" } }',
      'src/i.ts': '',
      'src/deep.ts': '',
      'src/internal/x.ts': '',
    };
    assert.deepEqual(await importsOf('a.test.ts', files), ['src/deep.ts', 'src/i.ts', 'src/internal/x.ts']);
  });

  it('the aliases of vite, vitest and jest, as far as they are literal', async () => {
    const test = load('@/a', 'lib', 're/x', 'mapped/y', 'deep/z');
    assert.deepEqual(
      await importsOf('a.test.ts', {
        'a.test.ts': test,
        'package.json':
          '{ "jest": { "moduleNameMapper": { "^mapped/(.*)$": "<rootDir>/m/$1" }, "modulePaths": ["<rootDir>/src"] } }',
        'vitest.config.ts':
          "const here = path.dirname(fileURLToPath(import.meta.url));\nexport default defineConfig(() => ({ resolve: { alias: [{ find: /^re\\/(.*)$/, replacement: path.resolve(here, 'r/$1') }] } }))",
        'vite.config.js':
          "module.exports = { resolve: { alias: { '@': path.resolve(__dirname, 'src'), lib: fileURLToPath(new URL('./l/main.ts', import.meta.url)) } } }",
        'src/a.ts': '',
        'l/main.ts': '',
        'r/x.ts': '',
        'm/y.ts': '',
        'src/deep/z.ts': '',
      }),
      ['l/main.ts', 'm/y.ts', 'r/x.ts', 'src/a.ts', 'src/deep/z.ts'],
    );
  });

  it('manual mocks: beside a module that is mocked, and of packages from outside', async () => {
    const files = {
      'src/a.test.js': "jest.mock('./b'); require('lodash');",
      'src/b.js': '',
      'src/__mocks__/b.js': '',
      '__mocks__/lodash.js': '',
      'src/c.js': "require('./b')",
    };
    assert.deepEqual(await importsOf('src/a.test.js', files), [
      '__mocks__/lodash.js',
      'src/__mocks__/b.js',
      'src/b.js',
    ]);
    assert.deepEqual(await importsOf('src/c.js', files), ['src/b.js']);
  });

  it('names that a plugin imports unseen, the folder that SvelteKit calls $lib, and modules below a computed root', async () => {
    assert.deepEqual(
      await importsOf('src/a.ts', {
        'vite.config.ts':
          "import AutoImport from 'unplugin-auto-import/vite'; export default { plugins: [AutoImport({})] }",
        'src/a.ts': 'useThing()',
        'src/composables/useThing.ts': '',
        'other/b.ts': '',
      }),
      ['src/a.ts', 'src/composables/useThing.ts'],
    );
    assert.deepEqual(
      await importsOf('src/a.ts', { 'package.json': '{}', 'src/a.ts': load('$lib/x'), 'src/lib/x.ts': '' }),
      ['src/lib/x.ts'],
    );
    assert.deepEqual(
      await importsOf('test/a.js', {
        'package.json': '{}',
        'test/a.js': "require(path.join(root, 'lib', 'x')); require(`${base}/lib/y`)",
        'lib/x.js': '',
        'lib/y/index.js': '',
        'lib/z.js': '',
      }),
      ['lib/x.js', 'lib/y/index.js'],
    );
  });

  it('what patterns match', async () => {
    const files = {
      'src/a.ts': 'import.meta.glob("./pages/*.ts"); import(`./locales/${name}.js`)',
      'src/pages/x.ts': '',
      'src/pages/y.css': '',
      'src/locales/de.js': '',
      'src/locales/de.txt': '',
    };
    assert.deepEqual(await importsOf('src/a.ts', files), ['src/locales/de.js', 'src/pages/x.ts']);
  });

  it('the real place behind a link', async () => {
    await using rig = await GraphRig.create({ 'a.ts': load('./linked/x', './one'), 'real/x.ts': '', 'two.ts': '' });
    await symlink('real', rig.folder.path('linked'));
    await symlink('two.ts', rig.folder.path('one.ts'));
    await rig.update(['linked', 'one.ts']);
    assert.deepEqual(rig.imports('a.ts'), ['real/x.ts', 'two.ts']);
  });
});

describe('types', () => {
  const files = {
    'a.test.ts': "import { run } from './b'; run();",
    'b.ts': "import { T } from './c'; export function run(t?: T) {}",
    'c.ts': 'export type T = 1;',
    'e.test-d.ts': "import type { T } from './c';",
  };

  it('affect no test that only runs, but builds and tests of types', async () => {
    await using rig = await GraphRig.create(files);
    const { reached, reachedByTypes } = rig.impact('c.ts');
    assert.deepEqual([...reached.keys()].toSorted(), ['c.ts', 'e.test-d.ts']);
    assert.deepEqual([...reachedByTypes.keys()].toSorted(), ['a.test.ts', 'b.ts']);
  });

  for (const [why, more] of [
    ['the compiler keeps every import', { 'tsconfig.json': '{ "compilerOptions": { "verbatimModuleSyntax": true } }' }],
    ['the runner checks types', { 'jest.config.js': "module.exports = { preset: 'ts-jest' }" }],
    [
      'the extension is written, as Node demands',
      { 'b.ts': "import { T } from './c.ts'; export function run(t?: T) {}" },
    ],
  ] as const) {
    it(`affect tests when ${why}`, async () => {
      await using rig = await GraphRig.create({ ...files, ...more });
      assert.ok(rig.reached('c.ts').includes('a.test.ts'));
    });
  }
});

describe('imports of Python lead to', () => {
  it('modules, the packages on the way, and submodules that are members', async () => {
    assert.deepEqual(
      await importsOf('tests/test_a.py', {
        'pyproject.toml': '',
        'tests/test_a.py': 'import app.b.c\nfrom app import d, name\nfrom app.star import *\n',
        'src/app/__init__.py': '',
        'src/app/b/__init__.py': '',
        'src/app/b/c.py': '',
        'src/app/d.py': '',
        'src/app/star/__init__.py': '__all__ = ["one"]',
        'src/app/star/one.py': '',
        'src/app/star/two.py': '',
      }),
      [
        'src/app/__init__.py',
        'src/app/b/__init__.py',
        'src/app/b/c.py',
        'src/app/d.py',
        'src/app/star/__init__.py',
        'src/app/star/one.py',
      ],
    );
  });

  it('relative modules, namespace packages and configured folders', async () => {
    assert.deepEqual(
      await importsOf('code/pkg/sub/a.py', {
        'pyproject.toml': '[tool.setuptools.packages.find]\nwhere = ["code"]\n',
        'code/pkg/__init__.py': '',
        'code/pkg/sub/__init__.py': '',
        'code/pkg/sub/a.py': 'from . import b\nfrom ..c import x\nimport ns.part.m\n',
        'code/pkg/sub/b.py': '',
        'code/pkg/c.py': '',
        'code/ns/part/m.py': '',
      }),
      ['code/ns/part/m.py', 'code/pkg/__init__.py', 'code/pkg/c.py', 'code/pkg/sub/__init__.py', 'code/pkg/sub/b.py'],
    );
  });

  it('conftest.py of all folders above a test, and its plugins', async () => {
    const files = {
      'conftest.py': 'pytest_plugins = ["helpers.plug"]',
      'tests/conftest.py': '',
      'tests/unit/test_a.py': 'def test_a(): pass',
      'other/conftest.py': '',
      'helpers/plug.py': '',
      'app.py': '',
    };
    await using rig = await GraphRig.create(files);
    assert.deepEqual(rig.imports('tests/unit/test_a.py'), ['conftest.py', 'tests/conftest.py']);
    assert.deepEqual(
      rig.reached('helpers/plug.py').filter((file) => file.includes('test_')),
      ['tests/unit/test_a.py'],
    );
    assert.deepEqual(rig.imports('app.py'), []);
  });

  it('the applications and routes of Django, which a test never imports', async () => {
    const files = {
      'manage.py': 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site1.settings")',
      'site1/__init__.py': '',
      'site1/settings.py': 'INSTALLED_APPS = ["django.contrib.auth", "shop"]\nROOT_URLCONF = "site1.urls"',
      'site1/urls.py': '',
      'shop/__init__.py': '',
      'shop/views.py': '',
      'tests/test_shop.py': 'from django.test import Client\ndef test_x(): pass',
    };
    await using rig = await GraphRig.create(files);
    assert.ok(rig.reached('shop/views.py').includes('tests/test_shop.py'));
    assert.ok(rig.reached('site1/urls.py').includes('tests/test_shop.py'));
  });

  it('console scripts and modules that are run', async () => {
    const files = {
      'pyproject.toml': '[project.scripts]\nmytool = "app.cli:main"\n',
      'test_a.py': 'subprocess.run(["mytool"])\nsubprocess.run([sys.executable, "-m", "app"])',
      'app/__init__.py': '',
      'app/cli.py': '',
      'app/__main__.py': '',
    };
    assert.deepEqual(await importsOf('test_a.py', files), ['app/__init__.py', 'app/__main__.py', 'app/cli.py']);
  });
});

describe('paths lead to', () => {
  it('files and folders that a test reads, wherever it is started', async () => {
    const test =
      "readFileSync('test/fixtures/a.json'); readdirSync(path.join(__dirname, 'data')); readFileSync(path.join(__dirname, 'more', name)); readFileSync('./b.txt');";
    assert.deepEqual(
      await importsOf('test/a.test.js', {
        'package.json': '{}',
        'test/a.test.js': test,
        'test/fixtures/a.json': '',
        'test/fixtures/z.json': '',
        'test/data/x/y.bin': '',
        'test/more/q.txt': '',
        'b.txt': '',
      }),
      ['b.txt', 'test/data/x/y.bin', 'test/fixtures/a.json', 'test/more/q.txt'],
    );
  });

  it('executables of the package, by name, by path and when nothing else is named', async () => {
    const files = {
      'package.json': '{ "name": "tool", "bin": { "my-tool": "./dist/cli.js" } }',
      'src/cli.ts': "import './core'",
      'src/core.ts': '',
      'bin/run.js': '',
    };
    assert.deepEqual(await importsOf('a.test.ts', { ...files, 'a.test.ts': "execSync('npx my-tool --x')" }), [
      'src/cli.ts',
    ]);
    assert.deepEqual(
      await importsOf('a.test.ts', {
        ...files,
        'a.test.ts': "import { spawn } from 'node:child_process'; spawn(process.execPath, ['bin/run.js'])",
      }),
      ['bin/run.js'],
    );
    assert.deepEqual(
      await importsOf('a.test.ts', {
        ...files,
        'a.test.ts': "import { spawn } from 'node:child_process'; spawn(process.execPath, args)",
      }),
      ['src/cli.ts'],
    );
  });

  it('scripts without an extension and shell scripts, and through them to what they run', async () => {
    const files = {
      'package.json': '{}',
      'a.test.js': "spawn(path.join(__dirname, 'fixtures', 'tool'))",
      'b.test.js': "execSync('scripts/run.sh')",
      'fixtures/tool': "#!/usr/bin/env node\nrequire('../lib/core')",
      'scripts/run.sh': '#!/bin/sh\n# lib/other.js\nnode "$(dirname "$0")/../lib/core.js" --flag',
      'lib/core.js': '',
      'lib/other.js': '',
      LICENSE: 'require("./lib/core")',
    };
    await using rig = await GraphRig.create(files);
    assert.deepEqual(rig.reached('lib/core.js'), ['a.test.js', 'b.test.js', 'fixtures/tool', 'scripts/run.sh']);
    assert.deepEqual(rig.reached('lib/other.js'), []);
  });

  it('neither the folder of the file nor those above it', async () => {
    const files = {
      'package.json': '{}',
      'test/a.test.js':
        "const root = path.join(__dirname, '..'); run(path.join(root, 'bin', 'x.js')); read(path.join(root, name));",
      'bin/x.js': '',
      'src/y.js': '',
      'test/b.test.js': '',
    };
    assert.deepEqual(await importsOf('test/a.test.js', files), ['bin/x.js']);
  });
});
