import assert from 'node:assert/strict';
import { measuredChanges } from '../../../agent/predictions/change-log.ts';
import { blamedChanges, commitsIn, removedLines } from '../../../agent/predictions/szz.ts';

const hash = (letter: string) => letter.repeat(40);
const changes = (subjects: readonly string[]) =>
  measuredChanges(
    subjects
      .map(
        (subject, index) =>
          `\u001e${hash('abcdef'[index] ?? '')}\u001f${1000 + index}\u001fada@example.com\u001f${subject}\n1\t1\tsrc/a.ts\n`,
      )
      .join(''),
  );

const diff = [
  'diff --git a/src/a.ts b/src/a.ts',
  '--- a/src/a.ts',
  '+++ b/src/a.ts',
  '@@ -3,2 +3 @@ f',
  '-old',
  '-older',
  '+new',
  '@@ -9,0 +9 @@',
  '+more',
].join('\n');
const blame = [`${hash('b')} 3 3 2`, 'author Ada', '\treturn 1;', `${hash('c')} 4 4`, '\t// said why', ''].join('\n');

describe('commits that brought defects', () => {
  it('are those that wrote the lines which a fix takes away, comments apart', async () => {
    const asked: string[] = [];
    const { blamed, fixes, first, last } = await blamedChanges(
      changes(['Begin', 'Add', 'Comment', 'Fix the sum', 'Go on', 'Go on']),
      async (args) => {
        asked.push(args.join(' '));
        return args.includes('blame') ? blame : diff;
      },
    );
    assert.deepEqual([...blamed], [hash('b')]);
    assert.equal(fixes, 1);
    assert.equal(asked.length, 2);
    assert.match(asked[1] ?? '', /-L 3,\+2 d{40}\^ -- src\/a\.ts$/);
    // Two commits lay between the defect and its fix: the last two may still need one.
    assert.deepEqual([first, last], [0, 3]);
  });

  it('are none without fixes, without git, and where a fix blames what is not among them', async () => {
    assert.equal((await blamedChanges(changes(['Begin', 'Add']), async () => assert.fail('nothing to ask'))).last, -1);
    assert.equal((await blamedChanges(changes(['Begin', 'Fix it']), async () => null)).last, -1);
    const foreign = async (args: readonly string[]) => (args.includes('blame') ? `${hash('9')} 1 1 1\n\tx` : diff);
    assert.equal((await blamedChanges(changes(['Begin', 'Fix it']), foreign)).last, -1);
  });

  it('are read from diffs with new files and from blames with empty lines', () => {
    assert.deepEqual(removedLines('--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a'), []);
    assert.deepEqual(removedLines(diff), [{ path: 'src/a.ts', ranges: [{ start: 3, count: 2 }] }]);
    assert.deepEqual([...commitsIn(`${hash('a')} 1 1\n\t\n`)], []);
  });
});
