// The build folder of a CMake project: the user's own where there is one, else one of ours.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { BatchContext } from '../adapter.ts';
import { plainText } from '../javascript/failure-text.ts';
import { jsonOf } from '../native/machine-run.ts';

export interface CMakeTarget {
  readonly name: string;
  /** Absolute. */
  readonly programs: readonly string[];
  readonly sources: readonly string[];
}

export type CMakeStep =
  | { readonly state: 'done' }
  | { readonly state: 'missing' }
  | { readonly state: 'failed'; readonly output: string };

/** Absolute. A folder that was configured for this source with tests, else ours, which may not exist yet. */
export function buildFolderOf(source: string, context: Pick<BatchContext, 'keptFolder'>): string {
  const candidates = ['build', 'out/build', '_build', '.build', ...foldersIn(source, /^(?:cmake-build-|build-)/)];
  const nested = foldersIn(path.join(source, 'out/build'), /./).map((name) => `out/build/${name}`);
  const beside = [...candidates, ...nested].map((name) => path.join(source, name));
  return beside.find((folder) => isConfiguredFor(folder, source)) ?? ownFolder(source, context);
}

/** Absolute. Where programs that count lines are built: nothing of the user's own builds is changed. */
export function countingFolderOf(source: string, context: Pick<BatchContext, 'keptFolder'>): string {
  return `${ownFolder(source, context)}-coverage`;
}

function ownFolder(source: string, { keptFolder }: Pick<BatchContext, 'keptFolder'>): string {
  return path.join(keptFolder, `cmake-${createHash('sha256').update(source).digest('hex').slice(0, 12)}`);
}

function foldersIn(folder: string, pattern: RegExp): string[] {
  try {
    return readdirSync(folder).filter((name) => pattern.test(name));
  } catch {
    return [];
  }
}

function isConfiguredFor(folder: string, source: string): boolean {
  try {
    if (!existsSync(path.join(folder, 'CTestTestfile.cmake'))) return false;
    const cache = readFileSync(path.join(folder, 'CMakeCache.txt'), 'utf8');
    const home = /^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$/m.exec(cache)?.[1];
    return home !== undefined && realpathSync(home) === realpathSync(source);
  } catch {
    return false;
  }
}

/** Configures the folder where that was never done, or where CMake has not yet told its targets. */
export async function configure(source: string, folder: string, context: BatchContext): Promise<CMakeStep> {
  const query = path.join(folder, '.cmake/api/v1/query/codemodel-v2');
  if (existsSync(path.join(folder, 'CMakeCache.txt')) && replyFolder(folder) !== null) return { state: 'done' };
  mkdirSync(path.dirname(query), { recursive: true });
  writeFileSync(query, '');
  return await runCMake(['-S', source, '-B', folder, '-DBUILD_TESTING=ON'], source, context);
}

/** Builds everything, or some targets. CMake configures again by itself when its files changed. */
export async function build(folder: string, targets: readonly string[], context: BatchContext): Promise<CMakeStep> {
  const chosen = targets.length === 0 ? [] : ['--target', ...targets];
  const jobs = String(context.settings['test.parallelExecutions']);
  return await runCMake(['--build', folder, '--parallel', jobs, ...chosen], folder, context);
}

async function runCMake(args: readonly string[], cwd: string, context: BatchContext): Promise<CMakeStep> {
  let output = '';
  const add = (text: string) => {
    context.touch();
    output = (output + text).slice(-32 * 1024);
  };
  const exit = await context.run({
    command: 'cmake',
    args,
    cwd,
    environment: context.environment,
    onStdout: add,
    onStderr: add,
  });
  if (exit.startError !== null) return { state: 'missing' };
  return exit.exitCode === 0 ? { state: 'done' } : { state: 'failed', output: plainText(output).trim() };
}

const Reply = z.object({
  name: z.string(),
  type: z.string(),
  artifacts: z.array(z.object({ path: z.string() })).default([]),
  sources: z.array(z.object({ path: z.string(), compileGroupIndex: z.number().optional() })).default([]),
});

/** The executables of a configured folder, as CMake's file API tells them. */
export function targetsOf(source: string, folder: string): CMakeTarget[] {
  const replies = replyFolder(folder);
  if (replies === null) return [];
  const latest = currentReplies(replies);
  return latest.flatMap((name) => {
    const reply = Reply.safeParse(jsonOf(readFileSync(path.join(replies, name), 'utf8')));
    if (!reply.success || reply.data.type !== 'EXECUTABLE') return [];
    return {
      name: reply.data.name,
      programs: reply.data.artifacts.map((each) => path.resolve(folder, each.path)),
      sources: reply.data.sources
        .filter((each) => each.compileGroupIndex !== undefined)
        .map((each) => path.resolve(source, each.path)),
    };
  });
}

function replyFolder(folder: string): string | null {
  const replies = path.join(folder, '.cmake/api/v1/reply');
  return foldersIn(replies, /^codemodel-v2-/).length === 0 ? null : replies;
}

/** Replies of earlier configurations may lie beside the current ones: the codemodel names its own. */
function currentReplies(replies: string): string[] {
  const index = foldersIn(replies, /^index-/)
    .toSorted()
    .at(-1);
  const model = foldersIn(replies, /^codemodel-v2-/).find(
    (name) => index === undefined || readFileSync(path.join(replies, index), 'utf8').includes(name),
  );
  const text = model === undefined ? '' : readFileSync(path.join(replies, model), 'utf8');
  return foldersIn(replies, /^target-/).filter((name) => text.includes(name));
}
