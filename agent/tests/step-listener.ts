// What comes of a project's run as it goes: told to whoever listens, counted and recorded.
import type { StepContext } from '../engine/engine.ts';
import type { EventBus } from '../events/events.ts';
import type { Clock } from '../platform/clock.ts';
import type { RepoPath, TestId } from '../protocol/ids.ts';
import type { Framework, TestResult, TestStatus } from '../protocol/test.ts';
import { testId } from './adapter.ts';
import type { StepEvidence } from './evidence/evidence-keeper.ts';
import type { ProjectListener } from './project-run.ts';
import { ResultNumbering, type ResultRecorder } from './results.ts';
import { RunnerWatch } from './runner-watch.ts';

export interface StepListenerOptions {
  readonly framework: Framework;
  /** The files that the plan names. */
  readonly planned: readonly RepoPath[];
  readonly context: StepContext;
  readonly recorder: ResultRecorder;
  readonly evidence: StepEvidence;
  readonly events: EventBus;
  readonly clock: Clock;
}

/** Numbers results, emits them, counts them and hands them to the recorder. */
export class StepListener implements ProjectListener {
  readonly #options: StepListenerOptions;
  readonly #numbering: ResultNumbering;
  readonly #planned: ReadonlySet<RepoPath>;
  readonly #finished = new Set<RepoPath>();
  readonly #reported = new Set<RepoPath>();
  readonly #failures = new Map<TestId, TestResult>();
  /** What each file's results come to. */
  readonly tallies = new Map<RepoPath, { tests: number; isPassed: boolean }>();
  /** Files in the order in which they began. */
  readonly order: RepoPath[] = [];
  readonly watch: RunnerWatch;
  failed = 0;

  constructor(options: StepListenerOptions) {
    this.#options = options;
    this.watch = new RunnerWatch(options.clock);
    this.#numbering = new ResultNumbering(options.framework);
    this.#planned = new Set(options.planned);
  }

  fileStarted(file: RepoPath): void {
    const id = testId(this.#options.framework, file);
    this.order.push(file);
    this.#options.events.emit({ type: 'test.started', executionId: this.#options.context.executionId, id, file });
  }

  result(reported: Parameters<ProjectListener['result']>[0]): void {
    this.watch.result(reported);
    const { result, replaced } = this.#numbering.number(reported, this.#options.context.elapsedMs());
    this.#reported.add(result.file);
    this.#tally(result, replaced !== null);
    if (replaced !== null) this.#count(replaced, -1);
    this.#count(result.status, 1);
    if (isFailingStatus(result.status)) this.#failures.set(result.id, result);
    else this.#failures.delete(result.id);
    this.#options.events.emit({ type: 'test.finished', executionId: this.#options.context.executionId, result });
    this.#options.recorder.add(result);
    this.#options.context.touch();
  }

  fileFinished(file: RepoPath): void {
    if (this.#finished.has(file)) return;
    this.#finished.add(file);
    this.#options.evidence.fileFinished();
    if (this.#planned.has(file)) this.#options.context.progress({ finishedTests: 1 });
  }

  restarting(files: ReadonlySet<RepoPath>): void {
    this.#numbering.restart(files);
    for (const file of files) {
      this.#reported.delete(file);
      this.tallies.delete(file);
    }
  }

  finishedIds(): TestId[] {
    return [...this.#finished]
      .filter((file) => this.#reported.has(file))
      .map((file) => testId(this.#options.framework, file));
  }

  /** The tests that failed, in the order in which they did. */
  failures(): TestResult[] {
    return [...this.#failures.values()];
  }

  reportedFiles(): RepoPath[] {
    return [...this.#reported];
  }

  /** A test that needed a second try has not simply passed. */
  #tally({ file, status, retries }: TestResult, isReplacing: boolean): void {
    const known = this.tallies.get(file) ?? { tests: 0, isPassed: true };
    const isPassed = known.isPassed && !isFailingStatus(status) && retries === undefined;
    this.tallies.set(file, { tests: known.tests + (isReplacing ? 0 : 1), isPassed });
  }

  #count(status: TestStatus, by: 1 | -1): void {
    if (status === 'passed') this.#options.context.progress({ passed: by });
    else if (status === 'skipped' || status === 'todo') this.#options.context.progress({ skipped: by });
    else {
      this.failed += by;
      this.#options.context.progress({ failed: by });
    }
  }
}

function isFailingStatus(status: TestStatus): boolean {
  return status === 'failed' || status === 'errored' || status === 'timed_out';
}
