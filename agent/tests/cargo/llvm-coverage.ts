// Lines that Rust's test programs ran, as LLVM's tools tell them of programs that were built with `-C instrument-coverage`.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { CoveredFunction, LineRange } from '../../store/evidence.ts';
import type { BatchContext, CountedFile } from '../adapter.ts';
import { repoPath } from '../javascript/failure-text.ts';
import { runMachine } from '../native/machine-run.ts';

/** LLVM's two programs. */
export interface LlvmTools {
  readonly merge: string;
  readonly export: string;
}

/**
 * The environment in which cargo builds programs that count, in a folder of their own: other flags would have it build
 * everything again. Without `LLVM_PROFILE_FILE` each program, build scripts among them, would leave its counts where it runs.
 */
export function countingEnvironment(workspace: string, context: BatchContext): Record<string, string> {
  const { environment, keptFolder } = context;
  const target = `cargo-${createHash('sha256').update(workspace).digest('hex').slice(0, 12)}-coverage`;
  return {
    ...environment,
    RUSTFLAGS: [environment['RUSTFLAGS'] ?? '', '-C instrument-coverage'].join(' ').trim(),
    CARGO_TARGET_DIR: path.join(keptFolder, target),
    LLVM_PROFILE_FILE: path.join(context.temporaryFolder, 'not-counted', '%m.profraw'),
  };
}

/** Where one test program leaves its counts. */
export function countsFolder(context: BatchContext, index: number): string {
  return path.join(context.temporaryFolder, `counts-${index}`);
}

/** The tools that fit rustc; null where there are none, and the log says how to get them. */
export async function findLlvmTools(cwd: string, context: BatchContext): Promise<LlvmTools | null> {
  const { environment } = context;
  let text = '';
  const rustc = { command: 'rustc', cwd, environment, onLine: (line: string) => (text += `${line}\n`) };
  await runMachine({ ...rustc, args: ['-vV'] }, context);
  const major = /^LLVM version: (\d+)/m.exec(text)?.[1] ?? '';
  const host = /^host: (\S+)/m.exec(text)?.[1] ?? '';
  text = '';
  await runMachine({ ...rustc, args: ['--print', 'sysroot'] }, context);
  const own = path.join(text.trim(), 'lib', 'rustlib', host, 'bin');
  // Older tools cannot read what a newer compiler counts: a name without a version comes last.
  for (const [folder, ending] of [
    [`${own}${path.sep}`, ''],
    ['', `-${major}`],
    ['', ''],
  ] as const) {
    const tools = { merge: `${folder}llvm-profdata${ending}`, export: `${folder}llvm-cov${ending}` };
    if (await isAtLeast(Number(major), tools, { cwd, context })) return tools;
  }
  context.log(
    `coverage: LLVM's tools of version ${major} or later are missing, so no lines are counted: ` +
      `rustup component add llvm-tools, or the package llvm-${major}\n`,
  );
  return null;
}

async function isAtLeast(
  major: number,
  { export: command }: LlvmTools,
  { cwd, context }: { readonly cwd: string; readonly context: BatchContext },
): Promise<boolean> {
  if (path.isAbsolute(command) && !existsSync(command)) return false;
  let text = '';
  const { exit } = await runMachine(
    { command, args: ['--version'], cwd, environment: context.environment, onLine: (line) => (text += line) },
    context,
  );
  return exit.startError === null && Number(/version (\d+)/.exec(text)?.[1] ?? 0) >= major;
}

/** What a program ran, of the counts that it left in `folder`. */
export async function readCounts(
  { program, folder, tools }: { readonly program: string; readonly folder: string; readonly tools: LlvmTools },
  context: BatchContext,
): Promise<CountedFile[]> {
  const counts = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.profraw')) : [];
  if (counts.length === 0) return [];
  const merged = path.join(folder, 'merged.profdata');
  const call = { cwd: context.root, environment: context.environment };
  const merging = await runMachine(
    { ...call, command: tools.merge, args: ['merge', '-sparse', folder, '-o', merged], onLine() {} },
    context,
  );
  const report: string[] = [];
  const telling = await runMachine(
    {
      ...call,
      command: tools.export,
      args: ['export', '--format=lcov', '--skip-expansions', `--instr-profile=${merged}`, program],
      onLine: (line) => report.push(line),
    },
    context,
  );
  rmSync(folder, { recursive: true, force: true });
  if (telling.exit.exitCode !== 0) context.log(`coverage: ${merging.errors}${telling.errors}`);
  return readLcov(report, context.root);
}

/** Lines of an lcov report: `SF:` begins a file, `DA:` is a line and how often it ran. Files elsewhere are left out. */
export function readLcov(
  report: readonly string[],
  root: string,
  read: (file: string) => string = readOrNothing,
): CountedFile[] {
  const found: CountedFile[] = [];
  let lines = new Map<number, boolean>();
  let source = '';
  for (const line of report) {
    if (line.startsWith('SF:')) {
      source = line.slice('SF:'.length);
      lines = new Map();
    } else if (line.startsWith('DA:')) {
      const [at, count] = line.slice('DA:'.length).split(',').map(Number);
      if (at !== undefined) lines.set(at, lines.get(at) === true || (count ?? 0) > 0);
    } else if (line === 'end_of_record') {
      const file = repoPath(root, source);
      if (file !== null && !file.startsWith('.git/')) found.push({ path: file, ...linesOf(lines, read(source)) });
    }
  }
  return found;
}

function linesOf(lines: ReadonlyMap<number, boolean>, text: string): Omit<CountedFile, 'path'> {
  const where = (ran: boolean): LineRange[] => [...lines].flatMap(([at, each]) => (each === ran ? [[at, at]] : []));
  return { executed: where(true), missed: where(false), functions: functionsOf(text.split('\n'), lines) };
}

const declaration = /^(\s*)(?:pub(?:\([^)]*\))?\s+)?(?:(?:const|async|unsafe|extern(?:\s+"\w+")?)\s+)*fn\s+(\w+)/;

/** By the source, since compiled names are mangled and one for each type: a function ends where rustfmt closes it. */
function functionsOf(code: readonly string[], lines: ReadonlyMap<number, boolean>): CoveredFunction[] {
  const found: CoveredFunction[] = [];
  for (const [index, line] of code.entries()) {
    const [, indent, name] = declaration.exec(line) ?? [];
    if (indent === undefined || name === undefined) continue;
    const isOnOneLine = /\}\s*$/.test(line);
    const end = isOnOneLine ? index : code.findIndex((each, at) => at > index && each.startsWith(`${indent}}`));
    if (end === -1) continue;
    const inside = [...lines].filter(([at]) => at > index && at <= end + 1);
    if (inside.length === 0) continue;
    found.push({ name, startLine: index + 1, endLine: end + 1, executed: inside.some(([, ran]) => ran) });
  }
  return found;
}

function readOrNothing(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
