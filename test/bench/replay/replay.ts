// `npm run bench:replay -- --out <folder> [--minutes <n>] [--commits <n>] [--mutants <n>] [--seed <n>] <repository …>`: replays
// commits of repositories whose dependencies are installed, and records which tests fail for faulty changes of them. Stops when
// the time is over and goes on where it stopped when called again; nothing is changed in the repositories.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { record } from './recorder.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string' },
    minutes: { type: 'string', default: '60' },
    commits: { type: 'string', default: '12' },
    mutants: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
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
  const end = performance.now() + Number(values.minutes) * 60_000;
  for (const folder of positionals) {
    const isWhole = await record(path.resolve(folder), {
      out,
      seed: Number(values.seed),
      commits: Number(values.commits),
      mutants: Number(values.mutants),
      mayGoOn: () => performance.now() < end,
      say: (line) => process.stdout.write(`${line}\n`),
    });
    if (!isWhole) break;
  }
}
