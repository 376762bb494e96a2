import assert from 'node:assert/strict';
import { BadInput, parseTable } from '../../../models/training/csv.ts';
import { randomFrom } from '../../../models/learning/metrics.ts';
import { rankCycles } from '../../../models/training/ranking.ts';
import { cyclesOf } from '../../../models/training/test-history-file.ts';

const columns = ['Name', 'Duration', 'Verdict', 'Cycle'];
const history = (...rows: string[]) => cyclesOf(parseTable('h.csv', [columns.join(';'), ...rows].join('\n'), columns));

describe('files of histories', () => {
  it('are read with either separator, quotes and a byte order mark', () => {
    const table = parseTable('t.csv', '\uFEFFName,Text\r\n"a,b","say ""no"""\r\n', ['Name']);
    assert.deepEqual([table.column('Name'), table.column('Text')], [['a,b'], ['say "no"']]);
  });

  it('lack a column: says which, and what is there', () => {
    assert.throws(
      () => parseTable('t.csv', 'a;b\n1;2', ['a', 'Cycle']),
      new BadInput('t.csv has no column Cycle: found a, b'),
    );
    assert.throws(() => parseTable('t.csv', '', ['a']), /t\.csv is empty/);
  });

  it('hold a test twice in a cycle: it failed when either run did', () => {
    assert.deepEqual(history('a;1;0;1', 'a;2;1;1')[0]?.runs, [{ name: 'a', duration: 3, hasFailed: true }]);
  });

  it('are in the order of the cycles, whatever that of the rows', () => {
    assert.deepEqual(
      history('a;1;0;10', 'a;1;0;2').map((cycle) => cycle.number),
      [2, 10],
    );
  });

  it('hold durations and verdicts that are not known', () => {
    assert.deepEqual(
      history('a;NaN;0;1', 'b;-1;;1', 'c;;null;1').flatMap((cycle) =>
        cycle.runs.map((run) => [run.duration, run.hasFailed]),
      ),
      [
        [null, false],
        [null, false],
        [null, false],
      ],
    );
  });

  it('name a cycle that is no number: says where', () => {
    assert.throws(() => history('a;1;0;1', 'a;1;0;x'), /h\.csv, row 3: Cycle is "x", expected a number/);
  });

  it('rank a cycle by what lies before it alone', async () => {
    const first = history('a;1;0;1', 'b;1;0;1', 'a;1;0;2', 'b;1;1;2');
    const second = history('a;1;0;1', 'b;1;0;1', 'a;9;1;2', 'b;5;0;2');
    assert.deepEqual(await ordersOf(first), await ordersOf(second));
  });

  it('rank what failed before what did not', async () => {
    assert.deepEqual((await ordersOf(history('a;1;0;1', 'b;1;1;1', 'a;1;0;2', 'b;1;0;2')))[1], ['b', 'a']);
  });

  it('let the model decide only when it has proved better', async () => {
    // One of six tests fails by chance, so that history tells nothing; the made-up model knows which.
    const random = randomFrom(6);
    const failing = Array.from({ length: 60 }, () => Math.floor(random() * 6));
    const cycles = history(
      ...failing.flatMap((failed, cycle) =>
        ['a', 'b', 'c', 'd', 'e', 'f'].map((name, index) => `${name};1;${Number(index === failed)};${cycle}`),
      ),
    );
    let cycle = -1;
    const oracle = () => {
      cycle += 1;
      return Promise.resolve(Float32Array.from({ length: 6 }, (_, index) => Number(index === failing[cycle])));
    };
    const used: string[] = [];
    for await (const { by } of rankCycles(cycles, oracle)) used.push(by);
    assert.deepEqual([used[0], used[19], used.at(-1)], ['plain', 'plain', 'model']);
  });
});

async function ordersOf(cycles: ReturnType<typeof history>): Promise<string[][]> {
  const orders: string[][] = [];
  for await (const { order } of rankCycles(cycles, null)) orders.push(order.map((run) => run.name));
  return orders;
}
