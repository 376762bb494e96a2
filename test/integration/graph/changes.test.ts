import assert from 'node:assert/strict';
import { GraphRig, change } from '../../rig/graph-rig.ts';

const chain = {
  'src/cart.ts': 'export const x = 1;',
  'src/index.ts': "export * from './cart';",
  'test/cart.test.ts': "import { x } from '../src/index'; x();",
  'test/other.test.ts': '',
};

describe('impact of a change', () => {
  it('comes with the shortest path, both ends included', async () => {
    await using rig = await GraphRig.create(chain);
    const reached = rig.impact('src/cart.ts').reached;
    const found = [...reached].map(([file, { distance, path }]) => [file, distance, path]);
    assert.deepEqual(found, [
      ['src/cart.ts', 0, ['src/cart.ts']],
      ['src/index.ts', 1, ['src/cart.ts', 'src/index.ts']],
      ['test/cart.test.ts', 2, ['src/cart.ts', 'src/index.ts', 'test/cart.test.ts']],
    ]);
    assert.equal(
      JSON.stringify(
        reached.get(
          rig.graph.importersOf(
            rig.graph.importersOf([...reached.keys()][0] ?? assert.fail())[0] ?? assert.fail(),
          )[0] ?? assert.fail(),
        ),
      ),
      '{"distance":2,"path":["src/cart.ts","src/index.ts","test/cart.test.ts"]}',
    );
  });

  it('follows an edit', async () => {
    await using rig = await GraphRig.create(chain);
    await rig.folder.write({ 'test/other.test.ts': "require('../src/cart')" });
    assert.deepEqual(await rig.update(['test/other.test.ts']), { parsed: 1, problems: [] });
    assert.deepEqual(rig.reached('src/cart.ts'), ['src/index.ts', 'test/cart.test.ts', 'test/other.test.ts']);
    await rig.folder.write({ 'src/index.ts': 'export const y = 1;' });
    await rig.update(['src/index.ts']);
    assert.deepEqual(rig.reached('src/cart.ts'), ['test/other.test.ts']);
  });

  it('sees an edit that nobody named, even one that leaves size and time as they were', async () => {
    await using rig = await GraphRig.create({ 'a.js': "require('./b')", 'b.js': '', 'c.js': '' });
    await rig.folder.write({ 'a.js': "require('./c')" });
    await rig.update();
    assert.deepEqual(rig.imports('a.js'), ['c.js']);
  });

  it('reaches the importers of a deleted file, by relative path, alias, package name and dotted name', async () => {
    await using rig = await GraphRig.create({
      'src/gone.ts': '',
      'a.ts': "import './src/gone'",
      'b.ts': "import './src/gone.js'",
      'c.ts': "import '@/gone'",
      'd.ts': "import './src/other'",
      'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }',
      'lib/package.json': '{ "name": "lib" }',
      'lib/index.js': '',
      'e.ts': "import 'lib'",
      'app/__init__.py': '',
      'app/mod.py': '',
      'f.py': 'from app import mod',
      'g.py': 'import app.mod',
      'app/h.py': 'from . import mod',
      'i.py': 'import other',
    });
    await rig.folder.remove('src/gone.ts');
    await rig.folder.remove('lib/index.js');
    await rig.folder.remove('app/mod.py');
    await rig.update();
    const reach = (file: string) => [...rig.impact(change('deleted', file)).reached.keys()].toSorted();
    assert.deepEqual(reach('src/gone.ts'), ['a.ts', 'b.ts', 'c.ts', 'src/gone.ts']);
    assert.deepEqual(reach('lib/index.js'), ['e.ts', 'lib/index.js']);
    assert.deepEqual(reach('app/mod.py'), ['app/h.py', 'app/mod.py', 'f.py', 'g.py']);
  });

  it('reaches those that a renamed file had and has', async () => {
    await using rig = await GraphRig.create({ 'old.ts': '', 'a.ts': "import './old'", 'b.ts': "import './new'" });
    await rig.folder.rename('old.ts', 'new.ts');
    await rig.update();
    assert.deepEqual([...rig.impact(change('renamed', 'new.ts', 'old.ts')).reached.keys()].toSorted(), [
      'a.ts',
      'b.ts',
      'new.ts',
      'old.ts',
    ]);
  });

  it('reaches the importers of a new file: it was missing, or it shadows another', async () => {
    await using rig = await GraphRig.create({
      'a.ts': "import './missing'",
      'b.ts': "import './dir'",
      'dir/index.ts': '',
    });
    assert.deepEqual(rig.imports('a.ts'), []);
    await rig.folder.write({ 'missing.ts': '', 'dir.ts': '' });
    await rig.update(['missing.ts', 'dir.ts']);
    assert.deepEqual(rig.reached('missing.ts'), ['a.ts']);
    assert.deepEqual(rig.reached('dir.ts'), ['b.ts']);
  });

  it('follows a configuration that maps names elsewhere', async () => {
    const to = (folder: string) => JSON.stringify({ compilerOptions: { paths: { '@/*': [`./${folder}/*`] } } });
    await using rig = await GraphRig.create({
      'a.ts': "import '@/x'",
      'one/x.ts': '',
      'two/x.ts': '',
      'tsconfig.json': to('one'),
    });
    assert.deepEqual(rig.imports('a.ts'), ['one/x.ts']);
    await rig.folder.write({ 'tsconfig.json': to('two') });
    await rig.update(['tsconfig.json']);
    assert.deepEqual(rig.imports('a.ts'), ['two/x.ts']);
  });

  it('goes through cycles once', async () => {
    await using rig = await GraphRig.create({
      'a.ts': "import './b'",
      'b.ts': "import './c'",
      'c.ts': "import './a'; import './c'",
    });
    assert.deepEqual(rig.reached('b.ts'), ['a.ts', 'c.ts']);
  });
});

describe('impact of files that are no code', () => {
  const repository = {
    'package.json': '{ "name": "root" }',
    'README.md': '',
    'vitest.config.ts': "import './setup-plugin'; export default { test: { include: ['src/**'] } }",
    'setup-plugin.ts': '',
    'src/a.test.ts':
      "readFileSync(path.join(__dirname, 'fixtures', name)); import schema from './schema.json'; schema();",
    'src/fixtures/one.txt': '',
    'src/fixtures/package.json': '{}',
    'src/schema.json': '{}',
    'src/unread.sql': '',
    'src/__snapshots__/a.test.ts.snap': '',
    'packages/b/package.json': '{ "name": "b" }',
    'packages/b/b.test.ts': '',
    'packages/b/.env': '',
    'packages/b/index.ts': '',
    'src/uses-b.ts': "import 'b'",
    '.github/workflows/ci.yml': '',
    'docs/guide.md': '',
  };

  it('is what reads them, through the folder that is read', async () => {
    await using rig = await GraphRig.create(repository);
    assert.deepEqual(rig.reached('src/schema.json'), ['src/a.test.ts']);
    const { reached, unbounded, notes } = rig.impact('src/fixtures/one.txt');
    assert.deepEqual([...reached.values()].at(-1)?.path, ['src/fixtures/one.txt', 'src/fixtures/', 'src/a.test.ts']);
    assert.deepEqual([unbounded, notes], [[], []]);
    assert.deepEqual(rig.reached('src/fixtures/package.json'), ['src/a.test.ts']);
  });

  it('is everything around a fixture of code that nobody names', async () => {
    await using rig = await GraphRig.create({
      'package.json': '{}',
      'test/a.test.js': 'run(name)',
      'test/fixtures/pm-install.js': '',
      'examples/x.js': '',
    });
    assert.deepEqual(
      rig.impact('test/fixtures/pm-install.js').unbounded.map(({ folder }) => folder),
      [''],
    );
    assert.deepEqual(rig.impact('examples/x.js').unbounded, []);
  });

  it('is the test that a snapshot belongs to', async () => {
    await using rig = await GraphRig.create(repository);
    assert.deepEqual(rig.reached('src/__snapshots__/a.test.ts.snap'), ['src/a.test.ts']);
  });

  it('is nothing for documentation and the settings of editors and services, with a note', async () => {
    await using rig = await GraphRig.create(repository);
    for (const file of ['README.md', 'docs/guide.md', '.github/workflows/ci.yml']) {
      const impact = rig.impact(file);
      assert.deepEqual([...impact.reached.keys()], [file]);
      assert.equal(impact.notes.length, 1);
    }
  });

  it('is everything below for settings and for data that nobody is known to read, and what depends on it', async () => {
    await using rig = await GraphRig.create(repository);
    const env = rig.impact('packages/b/.env');
    assert.deepEqual(
      env.unbounded.map(({ folder, path }) => [folder, path]),
      [['packages/b', 'packages/b/.env']],
    );
    assert.deepEqual([...env.reached.keys()].toSorted(), [
      'packages/b/.env',
      'packages/b/b.test.ts',
      'packages/b/index.ts',
      'src/uses-b.ts',
    ]);
    assert.deepEqual(
      env.reached.get([...env.reached.keys()].find((file) => file.endsWith('b.test.ts')) ?? assert.fail())?.path,
      ['packages/b/.env', 'packages/b/b.test.ts'],
    );
    const sql = rig.impact('src/unread.sql');
    assert.deepEqual(
      sql.unbounded.map(({ folder }) => folder),
      [''],
    );
    assert.equal(sql.notes.length, 1);
    assert.ok(rig.reached('package.json').includes('packages/b/b.test.ts'));
  });

  it('is not everything when modules of a configuration only list folders', async () => {
    const files = {
      'package.json': '{}',
      'vitest.config.ts': "import { aliases } from './scripts/aliases'; export default { aliases }",
      'scripts/aliases.ts': "export const aliases = readdirSync(path.resolve(__dirname, '../packages'))",
      'packages/a/index.ts': '',
      'packages/a/a.test.ts': "import '.'",
      'packages/b/b.test.ts': '',
    };
    await using rig = await GraphRig.create(files);
    assert.deepEqual(
      rig.reached('packages/a/index.ts').filter((file) => file.includes('.test.') || file.includes('config')),
      ['packages/a/a.test.ts'],
    );
  });

  it('is the test beside a fixture of code that nobody loads by name, but not beside a sibling test', async () => {
    await using rig = await GraphRig.create({
      'package.json': '{}',
      'test/a.test.js': 'suite(__dirname)',
      'test/b.test.js': '',
      'test/samples/one/main.svelte': "<script>import Child from './Child.svelte'</script>",
      'test/samples/one/Child.svelte': '',
    });
    assert.deepEqual(rig.reached('test/samples/one/Child.svelte'), ['test/a.test.js', 'test/samples/one/main.svelte']);
    assert.deepEqual(rig.reached('test/b.test.js'), []);
  });

  it('is everything below when the configuration is a program that loads what was changed', async () => {
    await using rig = await GraphRig.create(repository);
    const { unbounded, reached } = rig.impact('setup-plugin.ts');
    assert.deepEqual(
      unbounded.map(({ folder, path }) => [folder, path]),
      [['', 'vitest.config.ts']],
    );
    assert.ok([...reached.keys()].some((file) => file.endsWith('a.test.ts')));
  });
});
