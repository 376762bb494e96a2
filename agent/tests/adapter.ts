// What a test framework has to offer: one file a framework fills this interface; found by the registry in tests.ts.
import type { TestCommand } from '../protocol/configuration-file.ts';
import type { Settings } from '../protocol/settings.ts';
import type { RepoPath, TestId } from '../protocol/ids.ts';
import type { DebuggerType, Framework, Location, TestAttachment, TestStatus } from '../protocol/test.ts';
import type { Clock } from '../platform/clock.ts';
import type { ProcessExit, ProcessSpec } from '../platform/processes.ts';
import type { CoveredLines } from '../store/evidence.ts';
import type { Answer } from './warm/recalled-answers.ts';
import type { StandbyUse } from './warm/standby-use.ts';

/** What an adapter may look at when it searches for projects. Nothing of the repository is executed through it. */
export interface RepositoryView {
  /** Absolute path of the root. */
  readonly root: string;
  /** Every file that git does not ignore, sorted. */
  readonly files: readonly RepoPath[];
  /** `tests.commands` of noodle.yaml, by name. */
  readonly commands?: Readonly<Record<string, TestCommand>>;
  /** The text of a file, or null when it is missing, binary or over 2 MB. Cached by content. */
  read(path: RepoPath): string | null;
}

/** A place in the repository where a framework is used: one configuration, one working folder. */
export interface TestProject {
  readonly framework: Framework;
  /** Folder where the runner is started, '' for the root. */
  readonly folder: string;
  /** Test files, as the runner itself would choose them. */
  readonly files: readonly RepoPath[];
  /** Files which, when changed, can change every test of the project (configuration, setup files, package.json). */
  readonly configFiles: readonly RepoPath[];
  /** Arguments that the project's own script passes: `--require test/support/env`. */
  readonly args: readonly string[];
  /** Those of `args`, by index, that a shell would expand: they hold `*`, `?` or `[` outside quotes. */
  readonly shellPatterns?: readonly number[];
  /** Those of `args`, by index, that only a shell can turn into words: they hold `$(…)`. */
  readonly shellFragments?: readonly number[];
  /** Flags of node that stand before the runner in the script: `--experimental-vm-modules`. */
  readonly nodeArguments?: readonly string[];
  /** Variables that the script sets: `NODE_ENV=test`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** For `generic`: what noodle.yaml declares. */
  readonly command?: TestCommand;
  /** What it was found in: `package.json script test`, `vitest.config.ts`. */
  readonly foundIn: string;
}

export interface Detection {
  readonly projects: readonly TestProject[];
  /** Sentences for the user: `vitest is in package.json but not installed: run npm install`. */
  readonly problems: readonly string[];
}

/** What the runner is asked to run in one process. */
export interface TestBatch {
  readonly project: TestProject;
  /** In running order; null: everything of the project, found by the runner itself in its own order. */
  readonly files: readonly RepoPath[] | null;
  /** Titles of cases (full path) to restrict to, for a single file; empty: the whole files. */
  readonly only: readonly (readonly string[])[];
}

/** A result as a runner reports it; ids, times since the start and duplicate names are added by tests.ts. */
export interface ReportedResult {
  readonly file: RepoPath;
  readonly titlePath: readonly string[];
  readonly status: TestStatus;
  readonly durationMs: number;
  readonly message?: string;
  readonly expected?: string;
  readonly actual?: string;
  readonly stack?: string;
  readonly failureAt?: Location;
  readonly declaredAt?: Location;
  readonly output?: string;
  readonly attachments?: TestAttachment[];
  readonly retries?: number;
  /** Takes the place of the result that was last reported under this title: a test that failed after it had passed. */
  readonly isCorrection?: boolean;
}

export interface BatchContext {
  readonly root: string;
  readonly clock: Clock;
  /** Absolute; for files that the batch needs. It exists, is empty, and is removed after the batch. */
  readonly temporaryFolder: string;
  /** Absolute; for what an adapter builds and uses again. It may not exist yet, and outlives the batch. */
  readonly keptFolder: string;
  readonly settings: Settings;
  readonly signal: AbortSignal;
  /** Absolute folder with the runner-side files (`vitest-reporter.mjs`, `noodle_pytest.py` …). */
  readonly runnerFolder: string;
  /** Its processes record what test files use (tests/evidence/); `environment` asks them to. */
  readonly recordsEvidence: boolean;
  /** The user's environment, without anything of ours in PATH. */
  readonly environment: Readonly<Record<string, string>>;
  /** Absolute; for files that processes which stand by need. They outlive the batch. */
  readonly standbyFolder: string;
  /**
   * Starts a process whose output goes into the step's log; it is killed with the step, when it hangs, or by its own signal.
   * With `standby`, one that was made ready for this use takes its place, where there is one.
   */
  run(spec: ProcessSpec, standby?: StandbyUse): Promise<ProcessExit>;
  /** What `ask` answered the last time under this key, while neither these files nor those that the answer names changed. */
  recall(key: string, watched: readonly string[], ask: () => Promise<Answer | null>): Promise<unknown>;
  /** A file was begun, as far as the runner says. */
  fileStarted(file: RepoPath): void;
  report(result: ReportedResult): void;
  /** Everything of the file has been reported. */
  fileFinished(file: RepoPath): void;
  /** The runner does something that is no result: it is not hanging. */
  touch(): void;
  /** Adds to the step's log; for output of tests that arrives inside a report. */
  log(text: string): void;
  /** Present in a run with coverage, of an adapter that counts: these lines are what these test files ran. */
  countCoverage?(tests: readonly RepoPath[], files: readonly CountedFile[]): void;
  /** Whether no test ended for the longest time that one may take: the runner is being stopped. */
  isHanging(): boolean;
}

/** Lines and functions of one source file, as a tool of the language counted them. */
export interface CountedFile extends CoveredLines {
  readonly path: RepoPath;
}

export type BatchOutcome =
  | { readonly state: 'finished' }
  /** The runner is not installed or too old: says which, and how to get it. */
  | { readonly state: 'runner_missing'; readonly message: string }
  /** The runner broke before or besides its tests: configuration throws, out of memory. */
  | {
      readonly state: 'broken';
      readonly message: string;
      readonly exitCode: number | null;
      /** The files that the runner was at when it broke, where its side knows; else those that began and did not end. */
      readonly files?: readonly RepoPath[];
      /** All files were run, and what broke is beside them: an error that nobody caught, a limit of coverage. */
      readonly isComplete?: boolean;
      /** The results of `files` that were under way have been reported as broken: the files get no result of their own. */
      readonly isReported?: boolean;
      /** Where it hung, where the runtime tells. */
      readonly stack?: string;
      readonly failureAt?: Location;
    };

export interface DebugCommand {
  /** The debugger's type in VS Code. */
  readonly type: DebuggerType;
  readonly program: string;
  readonly arguments: readonly string[];
  /** Flags of the runtime that stand before the program: `--import tsx`. */
  readonly runtimeArguments?: readonly string[];
  /** For `lldb`: arguments of cargo that build the program. */
  readonly cargo?: string[];
  /** For `java`: jars and folders. */
  readonly classPaths?: string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** A case as it stands in the source. */
export interface WrittenCase {
  readonly titlePath: readonly string[];
  readonly line: number;
}

export interface TestAdapter {
  readonly framework: Framework;
  readonly setting: keyof Settings;
  /** Files of the repository whose names say that they may concern this framework; when one of them changes, detect again. */
  concerns(path: RepoPath): boolean;
  /** Finds projects by looking at files only. */
  detect(view: RepositoryView): Promise<Detection>;
  /**
   * The runner's own list of test files, where looking is not certain (custom patterns, programs as configuration).
   * Executes code of the repository, so only in a trusted workspace; its answer is cached by the caller
   * under `configFiles` and the set of file names. Absent or null: what `detect` found is exact.
   */
  list?(project: TestProject, context: BatchContext): Promise<readonly RepoPath[] | null>;
  run(batch: TestBatch, context: BatchContext): Promise<BatchOutcome>;
  /** Whether its runs can record what test files use: not where somebody else counts, or files run where we do not see them. */
  recordsEvidence?(project: Pick<TestProject, 'args' | 'nodeArguments' | 'environment'>): boolean;
  /** In a run with coverage it has lines counted by the language's own tools, and tells them with `countCoverage`. */
  readonly countsCoverage?: boolean;
  /** The cases that are written down in a file, in order; absent: none can be read without running it. */
  readCases?(file: RepoPath, text: string): readonly WrittenCase[];
  debug(
    project: TestProject,
    file: RepoPath,
    titlePath: readonly string[],
    context: Pick<BatchContext, 'root' | 'runnerFolder' | 'keptFolder' | 'environment'>,
  ): DebugCommand;
}

/** The id of a test file or, with titles, of a case. `duplicate` counts from 1. */
export function testId(framework: Framework, file: RepoPath, titlePath: readonly string[] = [], duplicate = 1): TestId {
  const title = titlePath.length === 0 ? '' : ` > ${titlePath.join(' > ')}`;
  const suffix = duplicate > 1 ? ` #${duplicate}` : '';
  // Built from checked parts, hence not parsed again: this runs once for every result.
  return `${framework}:${file}${title}${suffix}` as TestId;
}
