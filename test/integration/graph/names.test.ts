import assert from 'node:assert/strict';
import { RepoPath } from '../../../agent/protocol/ids.ts';
import { GraphRig } from '../../rig/graph-rig.ts';
import type { Files } from '../../rig/git-rig.ts';

/** What a change of one file reaches, itself left out. */
async function reachedBy(files: Files, file: string, current: string): Promise<string[]> {
  await using rig = await GraphRig.create(files);
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
  const changed = await rig.graph.compare(change, async () => base);
  return [...rig.graph.impactOf(change, changed).reached.keys()].filter((each) => each !== file).toSorted();
}

const twoFunctions = 'export function a() { return 1 }\nexport function b() { return 2 }\n';
const otherA = twoFunctions.replace('1', '3');

describe('names that a change is followed by', () => {
  it('lead through barrels to those who import what changed', async () => {
    const reached = await reachedBy(
      {
        'src/two.ts': twoFunctions,
        'src/index.ts': "export * from './two';\nexport { b as c } from './two';",
        'test/a.test.ts': "import { a } from '../src/index';\ntest('a', () => a());",
        'test/b.test.ts': "import { b } from '../src/index';\ntest('b', () => b());",
        'test/c.test.ts': "import { c } from '../src/index';\ntest('c', () => c());",
        'test/all.test.ts': "import * as all from '../src/index';\ntest('all', () => all.b());",
        'test/bare.test.ts': "import '../src/index';\ntest('bare', () => {});",
        'test/require.test.ts': "const { b } = require('../src/index');\ntest('b', () => b());",
      },
      'src/two.ts',
      otherA,
    );
    assert.deepEqual(reached, ['src/index.ts', 'test/a.test.ts', 'test/all.test.ts', 'test/require.test.ts']);
  });

  it('go on by what uses them inside of a module', async () => {
    const reached = await reachedBy(
      {
        'two.ts': twoFunctions,
        'uses.ts':
          "import { a, b } from './two';\nconst inner = () => a();\nexport class Uses { m() { return inner() } }\nexport const other = () => b();\nexport default { a };",
        'one.test.ts': "import { Uses } from './uses';\nnew Uses();",
        'other.test.ts': "import { other } from './uses';\nother();",
        'default.test.ts': "import uses from './uses';\nuses.a();",
      },
      'two.ts',
      otherA,
    );
    assert.deepEqual(reached, ['default.test.ts', 'one.test.ts', 'uses.ts']);
  });

  it('do not hold what a module does when it is loaded', async () => {
    const files = {
      'two.ts': twoFunctions,
      'setup.ts': "import { a } from './two';\nexport const started = a();\nexport const free = 1;",
      'free.test.ts': "import { free } from './setup';\nfree;",
      'far.test.ts': "import './free.test';",
      'b.test.ts': "import { b } from './two';\nb();",
    };
    assert.deepEqual(await reachedBy(files, 'two.ts', otherA), ['far.test.ts', 'free.test.ts', 'setup.ts']);
    assert.deepEqual(await reachedBy(files, 'two.ts', `${twoFunctions}Array.prototype.x = 1;`), [
      'b.test.ts',
      'far.test.ts',
      'free.test.ts',
      'setup.ts',
    ]);
  });

  it('end at a mock of the module, which may take its place', async () => {
    const reached = await reachedBy(
      {
        'two.ts': twoFunctions,
        'mock.test.ts': "import { b } from './two';\nvi.mock('./two');\ntest('b', () => b());",
      },
      'two.ts',
      otherA,
    );
    assert.deepEqual(reached, ['mock.test.ts']);
  });
});

describe('a change that nobody runs', () => {
  const files = {
    'a.ts': 'export const a = (x: number) => x;\n',
    'a.test.ts': "import { a } from './a';\na(1);",
    'text.test.ts': "readFileSync(new URL('./a.ts', import.meta.url));",
  };

  it('affects nothing but those who read the text', async () => {
    assert.deepEqual(await reachedBy(files, 'a.ts', '// said\nexport const a = (x: number) => x;\n'), ['text.test.ts']);
  });

  it('affects the tests that check types', async () => {
    const checked = {
      ...files,
      'b.test-d.ts': "import { a } from './a';\na(1);",
    };
    assert.deepEqual(await reachedBy(checked, 'a.ts', 'export const a = (x: string) => x;\n'), [
      'b.test-d.ts',
      'text.test.ts',
    ]);
  });
});
