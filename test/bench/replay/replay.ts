// `npm run bench:replay -- --out <folder> [--minutes <n>] [--commits <n>] [--mutants <n>] [--seed <n>] <repository …>`: replays
// commits of repositories whose dependencies are installed, and records which tests fail for faulty changes of them. Stops when
// the time is over and goes on where it stopped when called again; nothing is changed in the repositories. With `--table <file>`
// it records nothing, and writes what was recorded as a table for training.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { writeReplayTable } from '../../../models/training/replay-file.ts';
import { record } from './recorder.ts';
import { replayTable } from './table.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string' },
    minutes: { type: 'string', default: '60' },
    commits: { type: 'string', default: '12' },
    mutants: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    table: { type: 'string' },
  },
});

if (values.out === undefined || positionals.length === 0) {
  process.stderr.write(
    'bench:replay: name a folder to record in (--out), and repositories whose dependencies are installed\n',
  );
  process.exitCode = 2;
} else {
  const out = path.resolve(values.out);
  mkdirSync(out, { recursive: true });
  if (values.table === undefined) await recordAll(out);
  else await writeTable(out, values.table);
}

async function recordAll(out: string): Promise<void> {
  const end = performance.now() + Number(values.minutes) * 60_000;
  for (const folder of positionals) {
    const isWhole = await record(path.resolve(folder), {
      out,
      seed: Number(values.seed),
      commits: Number(values.commits),
      mutants: Number(values.mutants),
      mayGoOn: () => performance.now() < end,
      say,
    });
    if (!isWhole) break;
  }
}

async function writeTable(out: string, file: string): Promise<void> {
  const repositories = new Map(positionals.map((folder) => [path.basename(folder), path.resolve(folder)]));
  const rows = await replayTable({ out, repositories, say });
  say(`${rows.length} rows, ${writeReplayTable(file, rows)} bytes`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
