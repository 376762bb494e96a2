// Answers to "why?" and "what does this change?": questions over graph, plans and records, for every surface.
import type { EventBus } from '../events/events.ts';
import type { Clock } from '../platform/clock.ts';
import { Disposables } from '../platform/disposables.ts';
import type { Disposer } from '../protocol/client.ts';
import type { Certificate, Explanation } from '../protocol/explanation.ts';
import type { Result } from '../protocol/failure.ts';
import type { ExecutionId, RepoPath } from '../protocol/ids.ts';
import type { FailureCluster } from '../protocol/triage.ts';
import type { Settings } from '../protocol/settings.ts';
import type { LineRange } from '../store/evidence.ts';
import { getPlan } from '../store/plans.ts';
import { codeLensesOf, type Lens } from './code-lenses.ts';
import { currentDiagnostics, type Diagnostic, type WrittenAt } from './diagnostics.ts';
import { certificatesOf } from './certificates.ts';
import type { Coverage } from './coverage.ts';
import { triage } from './triage/triage.ts';
import { explainSubject, type ExplainOptions } from './explain.ts';

export interface Answers {
  /** Why a test or target was selected, skipped, built or ordered where it was. */
  explain(subject: string): Promise<Result<Explanation[]>>;
  /** What fails now, gathered by cause; `read` is `workspace.read`. */
  triage(read: (file: RepoPath) => string | null): Promise<FailureCluster[]>;
  /** What vouches for skipping each test file of that name; `not_found` when there is none. */
  certificates(subject: string): Promise<Result<Certificate[]>>;
  /** The changed functions of a file with the tests that they can affect. */
  codeLenses(file: string): Promise<Lens[]>;
  diagnostics(): ReadonlyMap<RepoPath, readonly Diagnostic[]>;
  onDiagnosticsChanged(listener: () => void): Disposer;
  onCodeLensesChanged(listener: () => void): Disposer;
  dispose(): Promise<void>;
}

export interface AnswersOptions extends ExplainOptions {
  readonly events: EventBus;
  readonly clock: Clock;
  readonly coverage: Coverage;
  readonly settings: () => Settings;
  readonly writtenAt: WrittenAt;
}

const quietMs = 100;

/** Answers from the present state; listeners are called at most ten times a second. */
export function createAnswers(options: AnswersOptions): Answers {
  const { store, events, clock, settings, writtenAt } = options;
  const disposables = new Disposables();
  const diagnosticsListeners = new Set<() => void>();
  let uncovered: ReadonlyMap<RepoPath, readonly LineRange[]> = new Map();
  const lensListeners = new Set<() => void>();
  const diagnosticsChanged = throttled(clock, () => diagnosticsListeners.forEach((listener) => listener()), disposables);
  const lensesChanged = throttled(clock, () => lensListeners.forEach((listener) => listener()), disposables);
  disposables.defer(events.on('test.finished', diagnosticsChanged));
  disposables.defer(events.on('build.finished', diagnosticsChanged));
  disposables.defer(events.on('problems.found', diagnosticsChanged));
  disposables.defer(
    events.on('run.finished', ({ executionId }) => {
      uncovered = uncoveredAfter(executionId, options);
      diagnosticsChanged();
      lensesChanged();
    }),
  );
  disposables.defer(events.on('plan.updated', lensesChanged));
  return {
    explain: (subject) => explainSubject(options, subject),
    triage: (read) => triage({ ...options, read }),
    certificates: (subject) => certificatesOf(options, subject),
    codeLenses: (file) => codeLensesOf(options, file),
    diagnostics: () => currentDiagnostics(store, settings()['test.coverageDiagnostics'] ? uncovered : new Map(), writtenAt),
    onDiagnosticsChanged: (listener) => subscribe(diagnosticsListeners, listener),
    onCodeLensesChanged: (listener) => subscribe(lensListeners, listener),
    dispose: () => disposables.dispose(),
  };
}

/** Changed lines that no test runs, by what the run compared. */
function uncoveredAfter(executionId: ExecutionId, { store, coverage }: AnswersOptions): ReadonlyMap<RepoPath, readonly LineRange[]> {
  const plan = getPlan(store, executionId);
  return plan === null ? new Map() : coverage.uncovered({ files: plan.changes });
}

function subscribe(listeners: Set<() => void>, listener: () => void): Disposer {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Calls `work` once, a moment after the first of many calls. */
function throttled(clock: Clock, work: () => void, disposables: Disposables): () => void {
  let cancel: Disposer | null = null;
  disposables.defer(() => cancel?.());
  return () => {
    cancel ??= clock.schedule(quietMs, () => {
      cancel = null;
      work();
    });
  };
}
