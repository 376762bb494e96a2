// The tests that CTest knows, and the source file of each.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { sourceOfProgram } from '../../graph/cmake-tests.ts';
import type { RepoPath } from '../../protocol/ids.ts';
import type { Location } from '../../protocol/test.ts';
import type { BatchContext } from '../adapter.ts';
import { repoPath } from '../javascript/failure-text.ts';
import { jsonOf, runMachine } from '../native/machine-run.ts';
import { cmakeCommands } from './source.ts';
import type { CMakeTarget } from './build-folder.ts';

const Listing = z.object({
  tests: z.array(
    z.object({
      name: z.string(),
      backtrace: z.number().optional(),
      command: z.array(z.string()).default([]),
      properties: z.array(z.object({ name: z.string(), value: z.unknown() })).default([]),
    }),
  ),
  backtraceGraph: z.object({
    files: z.array(z.string()),
    nodes: z.array(z.object({ file: z.number(), line: z.number().optional(), parent: z.number().optional() })),
  }),
});
type Listed = z.infer<typeof Listing>['tests'][number];

export interface CTest {
  /** From 1: what `ctest -I` counts. */
  readonly number: number;
  readonly name: string;
  readonly file: RepoPath;
  /** Absent: its program does not exist. */
  readonly program: string | null;
  readonly arguments: readonly string[];
  /** The target that its program is built from. */
  readonly target: string | null;
  readonly declaredAt: Location | null;
  /** The CMakeLists.txt of the folder that declares it. */
  readonly declaredIn: RepoPath | null;
  /** Seconds; null: the one of the run. */
  readonly timeout: number | null;
  readonly workingDirectory: string | null;
  /** It needs other tests, or must not run beside some: CTest has to see them together. */
  readonly isRelated: boolean;
}

export interface CMakePlace {
  readonly source: string;
  readonly folder: string;
  readonly targets: readonly CMakeTarget[];
}

/** Null when ctest is not there or cannot read the folder. */
export async function listCTests(place: CMakePlace, context: BatchContext): Promise<CTest[] | null> {
  let text = '';
  const { exit } = await runMachine(
    {
      command: 'ctest',
      args: ['--show-only=json-v1'],
      cwd: place.folder,
      environment: context.environment,
      onLine: (line) => (text += `${line}\n`),
    },
    context,
  );
  const listing = Listing.safeParse(jsonOf(text));
  if (exit.exitCode !== 0 || !listing.success) return null;
  const { tests, backtraceGraph } = listing.data;
  const written = tests.some(({ command }) => command.length === 0)
    ? writtenPrograms(place.folder)
    : new Map<string, string>();
  const cases = await googleTestCases(tests, context);
  return tests.map((test, index) => {
    const declared = declarationOf(test.backtrace, backtraceGraph);
    return ctestOf(test, { number: index + 1, ...declared, place, cases, written, context });
  });
}

/** Where a test is declared, and the CMakeLists.txt from which functions and other files led there. */
function declarationOf(
  backtrace: number | undefined,
  { files, nodes }: z.infer<typeof Listing>['backtraceGraph'],
): Pick<Surroundings, 'declared' | 'list'> {
  const innermost = backtrace === undefined ? undefined : nodes[backtrace];
  if (innermost === undefined) return { declared: null, list: null };
  let outermost = innermost;
  // Each leads nearer to the first, so there are no more steps than nodes.
  for (let steps = 0; steps < nodes.length && outermost.parent !== undefined; steps++)
    outermost = nodes[outermost.parent] ?? outermost;
  return {
    declared: { file: files[innermost.file] ?? '', line: innermost.line ?? 1 },
    list: files[outermost.file] ?? null,
  };
}

interface SourcePlace {
  readonly file: string;
  readonly line: number;
}

interface Surroundings {
  readonly number: number;
  readonly declared: SourcePlace | null;
  /** Absolute. */
  readonly list: string | null;
  readonly place: CMakePlace;
  /** Programs by the names of their tests, where CTest does not tell them since they do not exist. */
  readonly written: ReadonlyMap<string, string>;
  readonly cases: ReadonlyMap<string, SourcePlace>;
  readonly context: BatchContext;
}

function ctestOf(test: Listed, surroundings: Surroundings): CTest {
  const { number, declared, list, place, cases, context } = surroundings;
  const [program = null, ...args] = test.command;
  const target = targetOf(test, surroundings);
  const written = cases.get(`${program}\0${filterOf(args) ?? ''}`) ?? null;
  const inRepository = (at: SourcePlace | null) => (at === null ? null : repoPath(context.root, at.file));
  const declaredIn = listOf(list, place, context.root);
  const file = inRepository(written) ?? sourceOf(test.name, target, context.root) ?? declaredIn;
  if (file === null) throw new Error(`${place.source} lies outside of the repository`);
  return {
    number,
    name: test.name,
    file,
    program,
    arguments: args,
    target: target?.name ?? null,
    declaredAt: locationOf(written ?? declared, inRepository(written ?? declared)),
    declaredIn,
    ...propertiesOf(test),
  };
}

/** What declares tests outside of the repository is a part of the project. */
function listOf(list: string | null, { source }: CMakePlace, root: string): RepoPath | null {
  return (list === null ? null : repoPath(root, list)) ?? repoPath(root, path.join(source, 'CMakeLists.txt'));
}

function sourceOf(test: string, target: CMakeTarget | undefined, root: string): RepoPath | null {
  const sources = (target?.sources ?? []).flatMap((source) => repoPath(root, source) ?? []);
  return target === undefined ? null : sourceOfProgram(sources, { target: target.name, test });
}

/** What a launcher as valgrind starts is what is tested; what a file of the repository starts, only that file knows. */
function targetOf({ name, command }: Listed, { place, written, context }: Surroundings): CMakeTarget | undefined {
  const words = command.length > 0 ? command : [written.get(name) ?? ''];
  for (const word of words) {
    const target = place.targets.find((each) => each.programs.includes(word));
    if (target !== undefined) return target;
    if (isOfRepository(word, place, context)) break;
  }
  return place.targets.find((each) => name === `${each.name}_NOT_BUILT`);
}

function isOfRepository(word: string, { folder }: CMakePlace, { root }: BatchContext): boolean {
  if (!path.isAbsolute(word) || word.startsWith(`${folder}${path.sep}`)) return false;
  return repoPath(root, word) !== null && existsSync(word);
}

function locationOf(declared: SourcePlace | null, file: RepoPath | null): Location | null {
  return declared === null || file === null ? null : { file, line: declared.line };
}

function propertiesOf({ properties }: Listed): Pick<CTest, 'timeout' | 'workingDirectory' | 'isRelated'> {
  const valueOf = (name: string) => properties.find((each) => each.name === name)?.value;
  const timeout = Number(valueOf('TIMEOUT') ?? 0);
  const workingDirectory = valueOf('WORKING_DIRECTORY');
  return {
    timeout: Number.isFinite(timeout) && timeout > 0 ? timeout : null,
    workingDirectory: typeof workingDirectory === 'string' ? workingDirectory : null,
    isRelated: properties.some(({ name }) => related.test(name)),
  };
}

/** From the files that CMake writes for CTest. */
function writtenPrograms(folder: string): Map<string, string> {
  const programs = new Map<string, string>();
  for (const { name, arguments: words } of cmakeCommands(readIfThere(path.join(folder, 'CTestTestfile.cmake')))) {
    const [first = '', second = ''] = words;
    if (name === 'add_test') programs.set(first, second);
    else if (name === 'subdirs')
      for (const word of words)
        for (const [test, program] of writtenPrograms(path.resolve(folder, word))) programs.set(test, program);
  }
  return programs;
}

const related = /^(?:FIXTURES_|DEPENDS$|RESOURCE_|RUN_SERIAL$)/;

/** `Suite.Case` of a test that GoogleTest's CMake module discovered. */
export function filterOf(args: readonly string[]): string | null {
  const filter = args.find((argument) => argument.startsWith('--gtest_filter='));
  return filter === undefined ? null : filter.slice('--gtest_filter='.length);
}

const GoogleTestList = z.object({
  testsuites: z.array(
    z.object({
      name: z.string(),
      testsuite: z.array(z.object({ name: z.string(), file: z.string(), line: z.number() })),
    }),
  ),
});

/** Where the discovered cases of GoogleTest stand, by program and filter: the program tells it without running them. */
async function googleTestCases(
  tests: readonly Listed[],
  context: BatchContext,
): Promise<Map<string, { file: string; line: number }>> {
  const places = new Map<string, { file: string; line: number }>();
  const programs = new Set(
    tests.filter(({ command }) => filterOf(command) !== null).map(({ command }) => command[0] ?? ''),
  );
  for (const [index, program] of [...programs].entries()) {
    const output = path.join(context.temporaryFolder, `cases-${index}.json`);
    await runMachine(
      {
        command: program,
        args: ['--gtest_list_tests', `--gtest_output=json:${output}`],
        cwd: context.temporaryFolder,
        environment: context.environment,
        onLine: () => context.touch(),
      },
      context,
    );
    const list = GoogleTestList.safeParse(jsonOf(readIfThere(output)));
    for (const suite of list.data?.testsuites ?? [])
      for (const each of suite.testsuite)
        places.set(`${program}\0${suite.name}.${each.name}`, { file: each.file, line: each.line });
  }
  return places;
}

export function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
