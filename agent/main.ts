// The program `noodle`: reads the command line, handles signals, and leaves with the command's exit code.
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { programBuild } from './bin/program-build.mjs';
import { runCommandLine } from './cli/cli.ts';
import { createOutput } from './cli/output.ts';
import { createOpenSession } from './open-session.ts';
import { systemClock } from './platform/clock.ts';
import { compileLater } from './platform/compile-later.ts';
import { createLog } from './platform/log.ts';
import { version } from './version.ts';

compileLater();
const root = path.resolve(realpathSync(import.meta.dirname), '..');
const program = programBuild(root);
const interrupted = new AbortController();
/** The terminal and the launcher may both hand over the same interrupt. */
const sameInterruptMs = 300;
let interruptedAtMs = 0;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // The first one ends the command in an orderly way, a second one at once.
    if (interrupted.signal.aborted && performance.now() - interruptedAtMs > sameInterruptMs) process.exit(130);
    interruptedAtMs = performance.now();
    interrupted.abort();
  });
}

const output = createOutput({ stdout: process.stdout, stderr: process.stderr, environment: process.env });
// A reader that has seen enough (`noodle plan | head`), or a window that was closed, is no defect.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
const isVerbose = process.env.NOODLE_LOG === 'debug';
const log = createLog(
  (line, level) => {
    if (isVerbose || level === 'error') process.stderr.write(`${line}\n`);
  },
  isVerbose ? 'debug' : 'info',
);

process.exitCode = await runCommandLine({
  argv: process.argv.slice(2),
  version,
  output,
  openSession: createOpenSession({
    clock: systemClock,
    log,
    version,
    program: program === null ? undefined : { root, build: program },
    tell: (line) => output.complain(line),
    environment: process.env,
  }),
  workingFolder: process.cwd(),
  interrupted: interrupted.signal,
});
await output.flushed();
