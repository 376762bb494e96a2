// Runs the commands of one set of benchmarks by turns in the base and in the work tree, and reads what they wrote.
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { StepContext } from '../engine/engine.ts';
import type { ProcessExit } from '../platform/processes.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import type { BenchmarkSet } from '../protocol/performance.ts';
import type { MeasuredSet } from './judgement.ts';
import { readSamples, type Measured } from './samples.ts';

/** What is asked of a program's output at most, in characters. */
const mostOutput = 64 * 1024 * 1024;

export interface MeasuringSurroundings {
  /** Absolute: the user's tree, the tree of the base, and where reports are written. */
  readonly root: string;
  readonly baseRoot: string;
  readonly reports: string;
  /** The user's environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly rounds: number;
}

type SideName = 'base' | 'work';

/**
 * A round that does not count, then `rounds` that do, the side that begins changing each time, so that a machine that
 * gets warmer or busier does so for both. Fails when the work tree cannot be measured; a base that cannot is a note.
 */
export async function measureSet(
  set: BenchmarkSet,
  context: Pick<StepContext, 'run' | 'say' | 'signal' | 'log'>,
  around: MeasuringSurroundings,
): Promise<Result<MeasuredSet>> {
  const measure = (side: SideName) => runOnce({ set, side }, context, around);
  const noBase = await prepareBoth(set, context, around);
  if (!noBase.ok) return noBase;
  const ready = await measure('work');
  if (!ready.ok) return ready;
  const firstBase = noBase.value === null ? await measure('base') : failure('conflict', noBase.value);
  if (context.signal.aborted) return failure('cancelled', 'it was called off');
  if (!firstBase.ok) {
    const note = `the base could not be measured: ${firstBase.failure.message}`;
    return success({ id: set.id, base: [], work: [ready.value], notes: [note] });
  }
  const values = { base: [] as Measured[][], work: [] as Measured[][] };
  for (let round = 1; round <= around.rounds; round++) {
    context.say(`round ${round} of ${around.rounds}`);
    const order: readonly SideName[] = round % 2 === 1 ? ['base', 'work'] : ['work', 'base'];
    for (const side of order) {
      const measured = await measure(side);
      if (!measured.ok) return measured;
      values[side].push(measured.value);
    }
  }
  return success({ id: set.id, ...values, notes: [] });
}

/** Null when both are ready; words when the base cannot be. */
async function prepareBoth(
  set: BenchmarkSet,
  context: Pick<StepContext, 'run' | 'say'>,
  around: MeasuringSurroundings,
): Promise<Result<string | null>> {
  const { prepare } = set;
  if (prepare === undefined) return success(null);
  for (const side of ['work', 'base'] as const) {
    context.say(`${prepare} in the ${placeOf(side)}`);
    const exit = await context.run(specFor({ set, side }, prepare, around));
    if (exit.exitCode === 0) continue;
    const message = `${prepare} ended in the ${placeOf(side)} ${exitWords(exit)}`;
    return side === 'base' ? success(message) : failure('conflict', message);
  }
  return success(null);
}

interface Turn {
  readonly set: BenchmarkSet;
  readonly side: SideName;
}

async function runOnce(
  turn: Turn,
  context: Pick<StepContext, 'run'>,
  around: MeasuringSurroundings,
): Promise<Result<Measured[]>> {
  const { set, side } = turn;
  const report = path.join(around.reports, 'report.json');
  const writesFile = set.command.includes('{report}');
  await mkdir(around.reports, { recursive: true });
  await rm(report, { force: true });
  let printed = '';
  const exit = await context.run({
    ...specFor(turn, set.command.replaceAll('{report}', quoted(report)), around),
    isStdoutReport: !writesFile && set.format !== 'go',
    onStdout(text) {
      if (!writesFile && printed.length < mostOutput) printed += text;
    },
  });
  const where = `${set.id} in the ${placeOf(side)}`;
  if (exit.exitCode !== 0) return failure('conflict', `${where} ended ${exitWords(exit)}`);
  const text = writesFile ? await readFile(report, 'utf8').catch(() => null) : printed;
  if (text === null) return failure('conflict', `${where} wrote no file where {report} stands`);
  const read = readSamples(set.format, text);
  return read.ok ? read : failure('conflict', `${where}: ${read.failure.message}`);
}

function placeOf(side: SideName): string {
  return side === 'base' ? 'base' : 'work tree';
}

function specFor({ set, side }: Turn, command: string, { root, baseRoot, environment }: MeasuringSurroundings) {
  const tree = side === 'base' ? baseRoot : root;
  const cwd = path.join(tree, set.folder);
  const programs = [...new Set([cwd, tree])].map((folder) => path.join(folder, 'node_modules', '.bin'));
  const PATH = [...programs, environment['PATH'] ?? ''].join(path.delimiter);
  return { command, shell: true, cwd, environment: { ...environment, CI: 'true', ...set.environment, PATH } };
}

function quoted(file: string): string {
  return process.platform === 'win32' ? `"${file}"` : `'${file.replaceAll("'", `'\\''`)}'`;
}

function exitWords({ exitCode, signalName, startError }: ProcessExit): string {
  if (startError !== null)
    return `before it began: ${startError === 'ENOENT' ? 'its folder is not there' : startError}`;
  return exitCode === null ? `by ${signalName ?? 'a signal'}` : `with exit code ${exitCode}`;
}
