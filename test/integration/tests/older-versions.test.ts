import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { contentHash } from '../../../agent/graph/changed-files.ts';
import { RepoPath } from '../../../agent/protocol/ids.ts';
import { createOlderVersions } from '../../../agent/tests/older-versions.ts';
import { GraphRig } from '../../rig/graph-rig.ts';
import { GitRig } from '../../rig/git-rig.ts';

const text = (one: number, two: number) =>
  `export function one() {\n  return ${one};\n}\nexport function two() {\n  return ${two};\n}\n`;
const file = RepoPath.parse('src/a b.ts');

describe('what a recording saw of a file', () => {
  it('is found in the commits since, and compared with the file as it is', async () => {
    await using folder = await GitRig.create();
    for (const content of [text(1, 1), text(1, 2), text(2, 2)]) {
      await folder.write({ [file]: content });
      await folder.commit('change');
    }
    await folder.write({ [file]: text(3, 2) });
    await using rig = GraphRig.over(folder);
    await rig.update();
    const versions = createOlderVersions({
      graph: rig.graph,
      readGit: async (words) => execFileSync('git', [...words], { cwd: folder.root, encoding: 'utf8' }),
    });
    const covered = (content: string) => ({
      path: file,
      contentHash: contentHash(Buffer.from(content)),
      executed: [],
      missed: [],
      functions: [],
    });
    const first = covered(text(1, 1));
    const second = covered(text(1, 2));
    const unknown = covered('never committed');
    const since = await versions.differences([first, second, unknown]);
    const linesOf = (each: typeof first) => {
      const difference = since(each);
      return difference?.kind === 'bodies' ? difference.base.lines : difference;
    };
    assert.deepEqual(linesOf(first), [
      [2, 2],
      [5, 5],
    ]);
    assert.deepEqual(linesOf(second), [[2, 2]]);
    assert.equal(since(unknown), null);
    assert.equal(readFileSync(path.join(folder.root, file), 'utf8'), text(3, 2));
  });
});
