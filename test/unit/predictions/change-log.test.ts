import assert from 'node:assert/strict';
import type { ChangeMeasure, ChangeMeasures } from '../../../models/features/change-risk.ts';
import { measuredChanges, newFileLines, notCommitted, withPending } from '../../../agent/predictions/change-log.ts';

const day = 86_400;
const commit = (id: string, atDays: number, author: string, lines: readonly string[]) =>
  `\u001e${[id, String(atDays * day), author, lines[0] ?? ''].join('\u001f')}\n\n${lines.slice(1).join('\n')}\n`;

describe('measures of changes', () => {
  const log = [
    commit('c1', 0, 'ann', ['Add the parser', '100\t0\tsrc/parser/a.ts', '50\t0\tREADME.md']),
    commit('c2', 10, 'bob', ['Extend it', '10\t10\tsrc/parser/a.ts']),
    commit('c3', 400, 'ann', ['Fix the parser', '30\t10\tsrc/parser/a.ts', '20\t20\tREADME.md', '-\t-\tlogo.png']),
  ].join('');
  const [first, second, third] = measuredChanges(log).map((change) => change.measures);
  const pick = (from: ChangeMeasures | undefined, ...names: readonly ChangeMeasure[]) =>
    names.map((name) => from?.[name]);

  it('know nothing before the first', () => {
    assert.deepEqual(pick(first, 'nf', 'ns', 'nm', 'la', 'lt', 'ndev', 'exp'), [2, 2, 2, 150, 0, 0, 0]);
  });

  it('are relative to the files that are touched', () => {
    assert.deepEqual(pick(second, 'la', 'ld', 'lt', 'pd', 'npt', 'ndev'), [0.1, 0.1, 100, 10, 1, 1]);
    assert.deepEqual(pick(second, 'entropy'), [0]);
  });

  it('are as computed by hand', () => {
    // Files: a.ts has 100 lines (last touched at day 10 by bob), README.md has 50 (day 0 by ann), logo.png is new.
    assert.deepEqual(pick(third, 'nf', 'fix', 'ndev', 'lt'), [3, 1, 2, 50]);
    assert.deepEqual(pick(third, 'la', 'ld'), [50 / 150, 30 / 150]);
    assert.deepEqual(pick(third, 'pd'), [(390 + 400) / 2]);
    assert.deepEqual(pick(third, 'npt'), [2 / 3]);
    // 40 lines each in two files: one bit.
    assert.deepEqual(pick(third, 'entropy'), [1]);
    // Ann's only change lies a year back, and touched both of these subsystems.
    assert.deepEqual(pick(third, 'exp', 'rexp', 'sexp'), [1, 0.5, 2]);
  });

  it('count new files that are not added yet', () => {
    const lines = newFileLines('src/new one.ts\0logo.png\0', (file) => (file === 'logo.png' ? null : 7));
    assert.equal(lines, '7\t0\tsrc/new one.ts\n-\t-\tlogo.png\n');
    const identity = `Ann <ann> ${401 * day} +0000`;
    const pending = measuredChanges(withPending(log, { lines, identity })).at(-1);
    assert.equal(pending?.commit, notCommitted);
    assert.deepEqual(pick(pending?.measures, 'nf', 'la', 'lt'), [2, 7, 0]);
    assert.equal(
      newFileLines('', () => 1),
      '',
    );
  });

  it('leave out what is no log', () => {
    assert.deepEqual(measuredChanges('fatal: not a git repository'), []);
    assert.deepEqual(measuredChanges(''), []);
  });
});
