// The commands over CSV files: what they write, and what they say to bad input.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../../..');

const head = 'Name;Duration;Verdict;Cycle';

describe('commands over CSV files', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(path.join(tmpdir(), 'noodle-commands-'))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('rank writes a rank for each test of each cycle', async () => {
    const rows = ['a;1;2020-01-02;0;1', 'b;1;2020-01-01;1;1', 'a;0;;0;2', 'b;;;NaN;2', 'b;1;;0;2'];
    const { status, out } = await run('rank', '--history', ['Name;Duration;LastRun;Verdict;Cycle', ...rows]);
    assert.equal(status, 0);
    assert.deepEqual(out, ['Cycle;Name;Rank', '1;a;1', '1;b;2', '2;b;1', '2;a;2']);
  });

  it('rank reads commas, tabs, quotes, CRLF and a byte order mark alike, and finds columns in any case', async () => {
    const expected = ['Cycle;Name;Rank', '1;"a;x";1', '1;b;2', '2;b;1', '2;"a;x";2'];
    const rows = [
      ['Name', 'Duration', 'Verdict', 'Cycle'],
      ['"a;x"', '1', '0', '1'],
      ['b', '1', '1', '1'],
      ['b', 'NaN', '', '2'],
      ['"a;x"', '-1', 'null', '2'],
    ];
    for (const separator of [';', ',', '\t']) {
      const lines = rows.map((row) => `${row.join(separator)}\r`);
      assert.deepEqual((await run('rank', '--history', [`\uFEFF${lines[0]}`, ...lines.slice(1)])).out, expected);
    }
    const lower = await run('rank', '--history', ['name;duration;verdict;cycle', 'a;1;1;1']);
    assert.deepEqual(lower.out, ['Cycle;Name;Rank', '1;a;1']);
  });

  it('risk and outcome name the place of what they cannot read, and write nothing', async () => {
    const measures = 'transactionid,commitdate,ns,nm,nf,entropy,la,ld,lt,fix,ndev,pd,npt,exp,rexp,sexp,bug';
    const numbers = '1,1,1,0,0,0,1,0,1,1,1,1,1,1';
    const date = await run('risk', '--commits', [measures, `1,2006/7/8,${numbers},0`, `2,someday,${numbers},0`]);
    assert.match(date.stderr, /row 3: commitdate is "someday", expected one like 2001\/12\/12 17:41/);
    const bug = await run('risk', '--commits', [measures, `1,2006/7/8,${numbers},maybe`]);
    assert.match(bug.stderr, /row 2: bug is "maybe", expected a number/);
    const builds = 'project,pr_name,build_id,build_duration,build_timestamp,build_result';
    const time = await run('outcome', '--builds', [builds, 'p,PR-1,1,10,noon,FAILURE']);
    assert.match(time.stderr, /row 2: build_timestamp is "noon", expected a number/);
    for (const { status, isWritten } of [date, bug, time]) assert.deepEqual([status, isWritten], [2, false]);
  });

  it('risk scores commits in time order, with labels and without', async () => {
    const head = 'transactionid,commitdate,ns,nm,nf,entropy,la,ld,lt,fix,ndev,pd,npt,exp,rexp,sexp,bug';
    const rows = [
      '9,2006/7/8 9:06,1,2,2,.9,.1,.1,39,0,1,53,1,21,8,11,0',
      '4,2006/1/1 1:00,5,9,40,3,9,2,400,1,9,5,1,2,2,NaN,1',
    ];
    for (const labels of [[], ['--labels', '0.5']]) {
      const { status, out } = await run('risk', '--commits', [head, ...rows], labels);
      assert.equal(status, 0);
      assert.deepEqual(
        out.map((line) => line.split(';')[0]),
        ['transactionid', '4', '9'],
      );
      assert.ok(out.slice(1).every((line) => Number(line.split(';')[1]) > 0 && Number(line.split(';')[1]) < 1));
    }
  });

  it('outcome scores builds and decides, or abstains', async () => {
    const head = 'project,pr_name,build_id,build_duration,build_timestamp,build_result';
    const rows = ['p,PR-1,1,10,1000,FAILURE', 'p,PR-1,2,10,900,ABORTED', 'p,PR-2,1,,NaN,SUCCESS'];
    const { status, out } = await run('outcome', '--builds', [head, ...rows]);
    assert.equal(status, 0);
    assert.equal(out[0], 'project;build_id;pr_name;Score;Decision');
    assert.equal(out.length, 4);
    assert.match(out[1] ?? '', /^p;2;PR-1;0\.\d{6};(fail-likely|fine|don't know)$/);
  });

  const bad: readonly (readonly [what: string, text: readonly string[], args: readonly string[], sentence: RegExp])[] =
    [
      ['a missing column', ['Name;Duration', 'a;1'], [], /has no column Verdict, Cycle: found Name, Duration/],
      ['a text for a number', [head, 'a;1;0;1', 'b;soon;1;1'], [], /row 3: Duration is "soon", expected a number/],
      ['a verdict in words', [head, 'a;1;failed;1'], [], /row 2: Verdict is "failed", expected a number/],
      ['a row without a cycle', [head, 'a;1;0;1', 'b;1'], [], /row 3: Cycle is "", expected a number/],
      ['a quote that is not closed', [head, 'a;1;0;1', '"b;1;0;1'], [], /row 3: a quote is not closed: "b;1;0;1$/m],
      ['a binary file', ['\u0000\u0001\u0002'], [], /has no column Name, Duration, Verdict, Cycle: found ···$/m],
      ['an empty file', [], [], /is empty: expected a header line/],
      ['an unknown option', ['Name;Duration;Verdict;Cycle'], ['--nope', '1'], /nope/],
      [
        'a folder without a model',
        ['Name;Duration;Verdict;Cycle'],
        ['--model', '/nowhere'],
        /the model was refused: \/nowhere does not hold/,
      ],
      [
        'the model of another',
        ['Name;Duration;Verdict;Cycle'],
        ['--model', path.join(root, 'models/artifacts/change-risk')],
        /the model takes \d+ features/,
      ],
    ];
  for (const [what, text, args, sentence] of bad) {
    it(`rank says what is wrong with ${what}, and writes nothing`, async () => {
      const { status, stderr, isWritten } = await run('rank', '--history', text, args);
      assert.equal(status, 2);
      assert.match(stderr, sentence);
      assert.equal(stderr.trim().split('\n').length, 1);
      assert.equal(isWritten, false);
    });
  }

  async function run(command: string, option: string, lines: readonly string[], args: readonly string[] = []) {
    const [input, output] = [path.join(folder, 'in.csv'), path.join(folder, 'out.csv')];
    await writeFile(input, lines.join('\n'));
    const script = path.join(root, `models/training/${command}-command.ts`);
    const { status, stderr } = spawnSync(process.execPath, [script, option, input, '--out', output, ...args], {
      encoding: 'utf8',
    });
    const isWritten = existsSync(output);
    const out = isWritten ? (await readFile(output, 'utf8')).trimEnd().split('\n') : [];
    return { status, stderr, out, isWritten };
  }
});
