// Tests: what is known of them and how they ended.
import { z } from 'zod';
import { Timestamp } from './execution.ts';
import { RepoPath, TestId } from './ids.ts';

/** The frameworks whose adapters exist; the id of each adapter. */
export const Framework = z.enum(['vitest', 'jest', 'mocha', 'node:test', 'pytest', 'unittest', 'playwright', 'go', 'cargo', 'ctest', 'junit', 'generic']);
export type Framework = z.infer<typeof Framework>;

/** What people call each framework; `generic` by what it needs. */
const frameworkTitles: Readonly<Record<Framework, string>> = {
  vitest: 'vitest',
  jest: 'jest',
  mocha: 'mocha',
  'node:test': 'node:test',
  pytest: 'pytest',
  unittest: 'unittest',
  playwright: 'Playwright',
  go: 'go test',
  cargo: 'cargo test',
  ctest: 'CTest',
  junit: 'JUnit (Maven, Gradle)',
  generic: 'any command that writes TAP or JUnit XML (tests.commands in noodle.yaml)',
};

/** All frameworks in one sentence's part, for those in whose repository none was found. */
export const knownFrameworks: string = new Intl.ListFormat('en-GB').format(Object.values(frameworkTitles));

/** Those whose runs nothing can be recorded of: what they run is compiled, or runs elsewhere. */
export const unfollowedFrameworks: ReadonlySet<string> = new Set<Framework>(['playwright', 'go', 'cargo', 'ctest', 'junit', 'generic']);

/** Those of `unfollowedFrameworks` whose own tools count lines in a run with coverage, with what must be there for it. */
export const countedFrameworks: ReadonlyMap<string, string> = new Map<Framework, string>([['go', 'go'], ['ctest', 'GCC and its gcov'], ['cargo', "LLVM's tools of the compiler's version (rustup component add llvm-tools)"]]);

/** Debuggers by the type that VS Code knows them by. `go` gets the folder of a package, `lldb` an executable or cargo's arguments. */
export const DebuggerType = z.enum(['node', 'debugpy', 'go', 'lldb', 'java']);
export type DebuggerType = z.infer<typeof DebuggerType>;

/** `errored`: the test or its file broke outside an assertion (does not load, runner died). */
export const TestStatus = z.enum(['passed', 'failed', 'skipped', 'todo', 'errored', 'timed_out']);
export type TestStatus = z.infer<typeof TestStatus>;

/** A position in a source file; line and column are 1-based. */
export const Location = z.object({
  file: RepoPath,
  line: z.int().positive(),
  column: z.int().positive().optional(),
});
export type Location = z.infer<typeof Location>;

/** A file that a test left for people: a screenshot, a trace, a video. */
export const TestAttachment = z.object({
  name: z.string(),
  /** `image/png`, where the framework says. */
  contentType: z.string().optional(),
  /** Absolute path. */
  path: z.string(),
});
export type TestAttachment = z.infer<typeof TestAttachment>;

export const TestResult = z.object({
  id: TestId,
  file: RepoPath,
  framework: Framework,
  /** The title as a person reads it: `total > applies the discount`. For a file that does not load: the file. */
  name: z.string(),
  titlePath: z.array(z.string()),
  status: TestStatus,
  durationMs: z.number().nonnegative(),
  /** Milliseconds from the start of the run to this result. */
  atMs: z.number().nonnegative(),
  message: z.string().optional(),
  expected: z.string().optional(),
  actual: z.string().optional(),
  stack: z.string().optional(),
  /** Where the failure is: the innermost frame in the repository. */
  failureAt: Location.optional(),
  /** Where the test is declared, if the framework says. */
  declaredAt: Location.optional(),
  /** What the test printed, where the framework tells it apart from what others print; cut in the middle when long. */
  output: z.string().optional(),
  attachments: z.array(TestAttachment).optional(),
  /** How often the framework tried again before this result; absent: it was the first try. */
  retries: z.int().positive().optional(),
});
export type TestResult = z.infer<typeof TestResult>;

/** A test case as last seen. */
export const TestCase = z.object({
  id: TestId,
  titlePath: z.array(z.string()),
  line: z.int().positive().nullable(),
  lastStatus: TestStatus.nullable(),
  lastDurationMs: z.number().nonnegative().nullable(),
});
export type TestCase = z.infer<typeof TestCase>;

/** A test file, with the cases known from earlier runs or from reading it. */
export const TestFile = z.object({
  id: TestId,
  file: RepoPath,
  framework: Framework,
  /** The folder of the project that it belongs to (where its runner is started), '' for the root. */
  project: z.string(),
  cases: z.array(TestCase),
});
export type TestFile = z.infer<typeof TestFile>;

/** A dot of a test's history: newest first in lists. */
export const TestHistoryEntry = z.object({
  status: TestStatus,
  durationMs: z.number().nonnegative(),
  finishedAt: Timestamp,
});
export type TestHistoryEntry = z.infer<typeof TestHistoryEntry>;
