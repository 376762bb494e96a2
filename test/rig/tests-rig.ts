// The tests component on a real engine and a repository of its own: `await using rig = await TestsRig.create({ files })`.
import { execa } from 'execa';
import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { userEnvironment } from '../../agent/platform/environment.ts';
import type { Clock } from '../../agent/platform/clock.ts';
import { silentLog } from '../../agent/platform/log.ts';
import type { TestCommand } from '../../agent/protocol/configuration-file.ts';
import type { Execution } from '../../agent/protocol/execution.ts';
import { success } from '../../agent/protocol/failure.ts';
import { RepoPath, TestId } from '../../agent/protocol/ids.ts';
import type { PlanRequest } from '../../agent/protocol/plan.ts';
import { settingDeclarations, type Settings } from '../../agent/protocol/settings.ts';
import type { TestResult } from '../../agent/protocol/test.ts';
import { createTests, type Tests } from '../../agent/tests/tests.ts';
import { EngineRig } from './engine-rig.ts';
import { impactWith } from './impact.ts';
import { GitRig, type Files } from './git-rig.ts';
import { readFileSync } from 'node:fs';

export interface TestsRigOptions {
  readonly files: Files;
  /** Folders of packages, by the name under which they stand in node_modules. */
  readonly packages?: Readonly<Record<string, string>>;
  /** Or the whole folder node_modules. */
  readonly modules?: string;
  /** Folders that stand first in PATH. */
  readonly path?: readonly string[];
  /** Variables that take the place of the user's own. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly settings?: Partial<Settings>;
  readonly clock?: Clock;
  readonly exclude?: readonly string[];
  /** `tests.commands` of noodle.yaml. */
  readonly commands?: Readonly<Record<string, TestCommand>>;
  /** Somebody works in the repository: runners are kept ready after each run. */
  readonly isWorkedIn?: boolean;
}

export interface TestRun {
  readonly execution: Execution;
  /** `passed test/a.js › suite › case`, in the order in which they came. */
  readonly lines: readonly string[];
  readonly results: readonly TestResult[];
  /** Reasons of the steps that failed for something besides their tests. */
  readonly reasons: readonly string[];
}

export class TestsRig implements AsyncDisposable {
  readonly repository: GitRig;
  readonly engine: EngineRig;
  readonly tests: Tests;
  isTrusted = true;
  readonly #isWorkedIn: boolean;

  private constructor(repository: GitRig, engine: EngineRig, options: TestsRigOptions) {
    this.repository = repository;
    this.engine = engine;
    this.#isWorkedIn = options.isWorkedIn === true;
    const { store, events, processes, stateDirectory } = engine;
    // Made of the declarations themselves.
    const defaults = Object.fromEntries(settingDeclarations.map((each) => [each.key, each.default])) as Settings;
    const environment = userEnvironment(process.env);
    this.tests = createTests({
      root: repository.root,
      stateDirectory,
      store,
      events,
      processes,
      clock: options.clock ?? engine.clock,
      log: silentLog,
      settings: () => ({ ...defaults, ...options.settings }),
      environment: () => ({
        ...environment,
        PATH: [...(options.path ?? []), environment['PATH'] ?? ''].join(path.delimiter),
        ...options.environment,
      }),
      isTrusted: () => this.isTrusted,
      files: async () => await this.files(),
      read: (file) => readIfThere(repository.path(file)),
      exclude: () => options.exclude ?? [],
      commands: () => options.commands ?? {},
      isWorkedIn: () => options.isWorkedIn === true,
      slots: () => engine.limits.tests,
    });
  }

  static async create(options: TestsRigOptions): Promise<TestsRig> {
    const repository = await GitRig.create({ '.gitignore': 'node_modules\n', ...options.files });
    if (options.modules !== undefined) await symlink(options.modules, repository.path('node_modules'), 'dir');
    for (const [name, folder] of Object.entries(options.packages ?? {})) {
      await mkdir(path.dirname(repository.path(`node_modules/${name}`)), { recursive: true });
      await symlink(folder, repository.path(`node_modules/${name}`), 'dir');
    }
    return new TestsRig(repository, await EngineRig.create(), options);
  }

  async files(): Promise<RepoPath[]> {
    const listed = await this.repository.git('ls-files', '--cached', '--others', '--exclude-standard', '-z');
    return listed
      .split('\0')
      .filter((file) => file !== '')
      .toSorted()
      .map((file) => RepoPath.parse(file));
  }

  /** Plans and runs what is asked for, without any change. */
  async run(request: PlanRequest = { all: true }): Promise<TestRun> {
    return await this.start(request).finished;
  }

  start(request: PlanRequest): { readonly finished: Promise<TestRun>; cancel(): void } {
    const results: TestResult[] = [];
    const stop = this.engine.events.on('test.finished', (event) => results.push(event.result));
    const handle = this.engine.submit([], {
      prepare: async () => {
        const changes = { base: 'HEAD', head: null, branch: null, files: [], notes: [] };
        const plan = await this.tests.plan({ changes, impact: impactWith(), request });
        return success(this.tests.steps({ planned: plan.tests, request, after: () => [] }));
      },
    });
    const finished = handle.finished.then((execution) => {
      stop();
      if (this.#isWorkedIn) this.#tellEnd(execution);
      const steps = execution.steps.filter((step) => step.kind === 'tests');
      return { execution, results, lines: results.map(lineOf), reasons: steps.flatMap((step) => step.reason ?? []) };
    });
    return { finished, cancel: () => handle.cancel('cancelled by the test') };
  }

  /** As the main job does when a run has ended. */
  #tellEnd({ id, state, counts }: Execution): void {
    const end = { status: state, reason: null, counts, firstFailureAtMs: null, durationMs: 0, saved: { testsMs: 0, buildsMs: 0 }, notes: [] };
    this.engine.events.emit({ type: 'run.finished', executionId: id, ...end });
  }

  /** Runs what the debugger would start, and resolves with its output. */
  async runDebugCommand(id: string): Promise<string> {
    const answer = await this.tests.debugCommand(TestId.parse(id));
    if (!answer.ok) throw new Error(answer.failure.message);
    const { program, arguments: args, runtimeArguments = [], cwd, environment } = answer.value;
    const options = { cwd, env: { ...environment }, extendEnv: false, all: true, reject: false } as const;
    const run = await execa('node', [...runtimeArguments, program, ...args], options);
    return stripVTControlCharacters(run.all);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tests.dispose();
    await this.engine[Symbol.asyncDispose]();
    await this.repository[Symbol.asyncDispose]();
  }
}

function lineOf(result: TestResult): string {
  return [`${result.status} ${result.file}`, ...result.titlePath].join(' › ');
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
