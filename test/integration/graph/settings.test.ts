import assert from 'node:assert/strict';
import { RepoPath } from '../../../agent/protocol/ids.ts';
import { GraphRig } from '../../rig/graph-rig.ts';
import type { Files } from '../../rig/git-rig.ts';

const lock = (versions: Record<string, string>) =>
  JSON.stringify({
    packages: {
      ...Object.fromEntries(Object.entries(versions).map(([name, version]) => [`node_modules/${name}`, { version }])),
      'node_modules/web': { version: '1', dependencies: { deep: '1' } },
    },
  });

const files: Files = {
  'package.json': JSON.stringify({
    name: 'app',
    dependencies: { web: '1', plain: '1' },
    devDependencies: { runner: '1', eslint: '1', compiler: '1' },
  }),
  'package-lock.json': lock({ deep: '1', plain: '1', runner: '1', eslint: '1', compiler: '1' }),
  'babel.config.json': '{ "presets": ["compiler"] }',
  'src/server.ts': "import { serve } from 'web/server';\nexport const start = () => serve();",
  'src/pure.ts': 'export const one = 1;',
  'test/server.test.ts': "import { start } from '../src/server';\nstart();",
  'test/pure.test.ts': "import { one } from '../src/pure';\none;",
  'test/plain.test.ts': "import plain from 'plain';\nplain();",
};

async function reachedBy(file: string, current: string, inputs = files) {
  await using rig = await GraphRig.create(inputs);
  const base = await rig.folder.read(file);
  await rig.folder.write({ [file]: current });
  await rig.update([file]);
  const change = {
    base: 'HEAD',
    head: null,
    branch: null,
    notes: [],
    files: [{ path: RepoPath.parse(file), kind: 'modified' as const, lines: [] }],
  };
  const impact = rig.graph.impactOf(change, await rig.graph.compare(change, async () => base));
  return {
    tests: [...impact.reached.keys()].filter((each) => each.startsWith('test/')).toSorted(),
    isBounded: impact.bounded.size === 1,
    notes: impact.notes,
  };
}

const all = ['test/plain.test.ts', 'test/pure.test.ts', 'test/server.test.ts'];

describe('a change of a lock file', () => {
  const changed = (versions: Record<string, string>) =>
    reachedBy(
      'package-lock.json',
      lock({ deep: '1', plain: '1', runner: '1', eslint: '1', compiler: '1', ...versions }),
    );

  it('reaches those who import what changed, or what needs it', async () => {
    const deep = await changed({ deep: '2' });
    assert.deepEqual(deep.tests, ['test/server.test.ts']);
    assert.equal(deep.isBounded, true);
    assert.deepEqual(deep.notes, [
      'package-lock.json: what changed (deep, web) is imported by 1 file; only what depends on them counts as affected',
    ]);
    assert.deepEqual((await changed({ plain: '2' })).tests, ['test/plain.test.ts']);
  });

  it('reaches everything when a tool changed that decides how code is compiled or run', async () => {
    assert.deepEqual((await changed({ runner: '2' })).tests, all);
    assert.deepEqual((await changed({ compiler: '2' })).tests, all);
  });

  it('reaches nothing when a tool changed that no test runs with', async () => {
    assert.deepEqual((await changed({ eslint: '2' })).tests, []);
  });
});

describe('a change of package.json', () => {
  const manifest = JSON.parse(String(files['package.json'])) as Record<string, unknown>;
  const changed = (fields: Record<string, unknown>) =>
    reachedBy('package.json', JSON.stringify({ ...manifest, ...fields }));

  it('reaches nothing by its version, those who import a dependency, and everything by what decides', async () => {
    assert.deepEqual((await changed({ version: '2' })).tests, []);
    assert.deepEqual((await changed({ dependencies: { web: '2', plain: '1' } })).tests, ['test/server.test.ts']);
    assert.deepEqual((await changed({ type: 'module' })).tests, all);
  });
});

describe('a change of pyproject.toml', () => {
  const base = '[project]\ndescription = "one"\n[tool.pytest.ini_options]\naddopts = "-q"\n';
  const changed = async (from: string, to: string) => {
    const files: Files = {
      'pyproject.toml': base,
      'app/core.py': 'def one():\n    return 1\n',
      'app/about.py': 'TEXT = open("pyproject.toml").read()\n',
      'test/test_core.py': 'from app.core import one\n',
      'test/test_about.py': 'from app.about import TEXT\n',
    };
    return reachedBy('pyproject.toml', base.replace(from, to), files);
  };

  it('reaches those who read it, and everything by what decides', async () => {
    const description = await changed('one', 'two');
    assert.deepEqual(description.tests, ['test/test_about.py']);
    assert.equal(description.isBounded, true);
    assert.deepEqual((await changed('-q', '-x')).tests, ['test/test_about.py', 'test/test_core.py']);
  });
});
