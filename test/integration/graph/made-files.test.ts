// Files that builds make: what they are made of reaches who uses them.
import assert from 'node:assert/strict';
import type { Maker } from '../../../agent/graph/graph.ts';
import { GraphRig } from '../../rig/graph-rig.ts';

function maker(name: string, more: Partial<Maker>): Maker {
  return { name, folder: '', isDeclared: false, writes: () => false, reads: () => true, ...more };
}

describe('a file that a build makes', () => {
  it('is reached by what its target reads, before it exists, and the way names the target', async () => {
    const makers = [maker('bundle', { writes: (path) => path === 'index.js', reads: (path) => path !== 'index.js' })];
    await using rig = await GraphRig.create(
      {
        'package.json': '{"main":"./index.js"}',
        'lib/deep/flag.js': 'export const flag = 1;',
        'test/a.test.js': "import '../index.js'; it('works', () => {});",
        'test/b.test.js': "it('works', () => {});",
      },
      { makers },
    );
    const reached = rig.impact('lib/deep/flag.js').reached;
    assert.deepEqual(
      [...(reached.get('test/a.test.js' as never)?.path ?? [])],
      ['lib/deep/flag.js', 'build target bundle', 'index.js', 'test/a.test.js'],
    );
    assert.deepEqual(rig.reached('lib/deep/flag.js'), ['index.js', 'test/a.test.js']);
    assert.deepEqual(rig.reached('test/b.test.js'), []);
    assert.equal(rig.impact('lib/deep/flag.js').madeOf('index.js' as never)?.through, 'build target bundle');
    assert.equal(rig.impact('test/b.test.js').madeOf('index.js' as never), null);
  });

  it('is reached where it is committed too, and recordings of it do not clear who used it', async () => {
    const makers = [
      maker('app', { writes: (path) => path.startsWith('dist/'), reads: (path) => !path.startsWith('dist/') }),
      maker('other', { folder: 'other', writes: (path) => path === 'dist/index.js' }),
    ];
    await using rig = await GraphRig.create(
      {
        'package.json': '{"main":"dist/index.js"}',
        'src/index.js': 'export const value = 1;',
        'dist/index.js': 'export const value = 1;',
        'test/a.test.js': "import '../dist/index.js'; it('works', () => {});",
        'test/b.test.js': "it('works', () => {});",
      },
      { makers },
    );
    const impact = rig.impact('src/index.js');
    assert.deepEqual(
      [...(impact.reached.get('test/a.test.js' as never)?.path ?? [])],
      ['src/index.js', 'build target app', 'dist/index.js', 'test/a.test.js'],
    );
    assert.deepEqual(rig.reached('src/index.js'), ['dist/index.js', 'test/a.test.js']);
    assert.equal(impact.madeOf('dist/index.js' as never)?.through, 'build target app');
    assert.equal(impact.madeOf('src/index.js' as never), null);
  });

  it('of another package is reached by the programs of its build, and by its sources as imports lead', async () => {
    const makers = [
      maker('b', {
        folder: 'packages/b',
        writes: (path) => path.startsWith('packages/b/dist/'),
        reads: (path) => path.startsWith('packages/b/'),
      }),
    ];
    await using rig = await GraphRig.create(
      {
        'package.json': '{"workspaces":["packages/*"]}',
        'packages/a/package.json': '{"name":"@x/a","dependencies":{"@x/b":"*"}}',
        'packages/a/a.test.ts': "import '@x/b'; it('works', () => {});",
        'packages/b/package.json':
          '{"name":"@x/b","main":"dist/index.js","scripts":{"build":"node scripts/build.mjs"}}',
        'packages/b/scripts/build.mjs': '',
        'packages/b/src/index.ts': "export * from './used.ts';",
        'packages/b/src/used.ts': 'export const used = 1;',
        'packages/b/src/alone.ts': 'export const alone = 1;',
      },
      { makers },
    );
    const test = 'packages/a/a.test.ts';
    assert.ok(rig.reached('packages/b/scripts/build.mjs').includes(test));
    assert.ok(rig.reached('packages/b/src/used.ts').includes(test));
    assert.deepEqual(rig.reached('packages/b/src/alone.ts'), []);
  });

  it('is made of every source of its package where no target is known, with a note', async () => {
    await using rig = await GraphRig.create(
      {
        'package.json': '{}',
        'generated/parser.js': '',
        'grammar/rules.js': '',
        'a.test.js': "import './generated/parser.js'; it('works', () => {});",
        'b.test.js': "import './missing.js'; it('works', () => {});",
        'pkg/__init__.py': 'from . import made\nfrom ._version import version\nfrom .gone import name',
        'pkg/made/__init__.py': '',
        'tool.py': '',
      },
      { ignored: ['generated', 'made'] },
    );
    assert.deepEqual(rig.reached('grammar/rules.js'), [
      'a.test.js',
      'generated/parser.js',
      'pkg/__init__.py',
      'pkg/made/__init__.py',
    ]);
    assert.match(
      rig.impact('grammar/rules.js').notes.join('\n'),
      /generated\/parser\.js: git ignores it and no known target makes it/,
    );
  });
});
