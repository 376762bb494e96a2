// Lines that the programs of a CMake project ran, as GCC's gcov tells them.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { RepoPath } from '../../protocol/ids.ts';
import type { LineRange } from '../../store/evidence.ts';
import type { BatchContext, CountedFile } from '../adapter.ts';
import { repoPath } from '../javascript/failure-text.ts';
import { jsonOf, runMachine } from '../native/machine-run.ts';

/** So many files of counts at once fit on a command line. */
const mostFiles = 200;
/** One line holds everything of an object file and the headers that it includes. */
const longestLine = 64 * 1024 * 1024;

/** The environment in which CMake configures a folder whose programs count. */
export function countingEnvironment(environment: Readonly<Record<string, string>>): Record<string, string> {
  const add = (name: string) => [environment[name] ?? '', '--coverage'].join(' ').trim();
  return { ...environment, CFLAGS: add('CFLAGS'), CXXFLAGS: add('CXXFLAGS'), LDFLAGS: add('LDFLAGS') };
}

/** What ran in the build folder since it was last asked; says in the log why nothing can be told. */
export async function takeCounts(folder: string, context: BatchContext): Promise<CountedFile[]> {
  const counts = countFiles(folder);
  const files = new Map<RepoPath, Counted>();
  for (let index = 0; index < counts.length; index += mostFiles) {
    const some = counts.slice(index, index + mostFiles);
    const { exit, errors } = await runMachine(
      {
        command: gcovOf(folder),
        args: ['--json-format', '--stdout', '--demangled-names', ...some],
        cwd: folder,
        environment: context.environment,
        longestLine,
        onLine: (line) => addReport(files, line, { folder, root: context.root }),
      },
      context,
    );
    if (exit.startError !== null)
      context.log(`coverage: ${gcovOf(folder)} is not in PATH: install GCC's gcov (package gcc) to count lines\n`);
    else if (exit.exitCode !== 0)
      context.log(`coverage: ${gcovOf(folder)} could not tell which lines ran: ${errors}\n`);
  }
  for (const each of counts) rmSync(each, { force: true });
  return [...files].map(([file, counted]) => fileOf(file, counted));
}

function countFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.gcda'))
    .map((name) => path.join(folder, name));
}

/** Each GCC reads what it wrote itself: that of `gcc-13` is `gcov-13`. */
function gcovOf(folder: string): string {
  const cache = path.join(folder, 'CMakeCache.txt');
  const compilers = existsSync(cache) ? readFileSync(cache, 'utf8') : '';
  const [, version = ''] = /^CMAKE_C(?:XX)?_COMPILER:\w+=.*\/(?:gcc|g\+\+|cc|c\+\+)(-\d+)$/m.exec(compilers) ?? [];
  return `gcov${version}`;
}

const Report = z.object({
  files: z.array(
    z.object({
      file: z.string(),
      lines: z.array(z.object({ line_number: z.number(), count: z.number() })),
      functions: z.array(
        z.object({
          name: z.string(),
          demangled_name: z.string().optional(),
          start_line: z.number(),
          end_line: z.number(),
          execution_count: z.number(),
        }),
      ),
    }),
  ),
});

interface Counted {
  readonly lines: Map<number, boolean>;
  readonly functions: Map<string, CountedFile['functions'][number]>;
}

function addReport(
  files: Map<RepoPath, Counted>,
  line: string,
  { folder, root }: { readonly folder: string; readonly root: string },
): void {
  const report = Report.safeParse(jsonOf(line));
  for (const each of report.data?.files ?? []) {
    const absolute = path.resolve(folder, each.file);
    const file = repoPath(root, absolute);
    if (file === null || absolute.startsWith(folder + path.sep)) continue;
    const known: Counted = files.get(file) ?? { lines: new Map(), functions: new Map() };
    files.set(file, known);
    addCounts(known, each);
  }
}

/** A header counts in each object file that includes it. */
function addCounts(known: Counted, { lines, functions }: z.infer<typeof Report>['files'][number]): void {
  for (const { line_number: at, count } of lines) known.lines.set(at, known.lines.get(at) === true || count > 0);
  for (const one of functions) {
    const name = one.demangled_name ?? one.name;
    const key = `${one.start_line}:${name}`;
    const executed = one.execution_count > 0 || known.functions.get(key)?.executed === true;
    known.functions.set(key, { name, startLine: one.start_line, endLine: one.end_line, executed });
  }
}

function fileOf(file: RepoPath, { lines, functions }: Counted): CountedFile {
  const where = (ran: boolean): LineRange[] => [...lines].flatMap(([at, each]) => (each === ran ? [[at, at]] : []));
  return {
    path: file,
    executed: where(true).toSorted(byStart),
    missed: where(false).toSorted(byStart),
    functions: [...functions.values()].toSorted((one, other) => one.startLine - other.startLine),
  };
}

function byStart([one]: LineRange, [other]: LineRange): number {
  return one - other;
}
