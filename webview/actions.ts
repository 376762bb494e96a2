// What the user can do on the page. Panels call these; the controller fills them.
import type { AlertRule } from '../agent/protocol/alerts.ts';
import type { ExecutionId, StepId, TargetId, TestId } from '../agent/protocol/ids.ts';
import type { Approval } from '../agent/protocol/pipeline.ts';
import type { Location } from '../agent/protocol/test.ts';
import type { Filters } from './state/sections.ts';
import type { DetailTab, ListName, RunKind } from './state/state.ts';

export interface Actions {
  startRun(kind: RunKind): void;
  cancelRun(id: ExecutionId): void;
  resolveAlert(id: string): void;
  /** Connects again, or reads everything again. */
  retry(): void;
  /** Opens or closes the details of a run. */
  toggleRun(id: ExecutionId): void;
  showTab(tab: DetailTab): void;
  chooseLogStep(stepId: StepId | null): void;
  readLogOn(): void;
  /** Opens or closes why a test ran. */
  toggleTest(id: TestId): void;
  showMore(list: ListName): void;
  toggleDurationTable(): void;
  /** Shows another section, time or metric. */
  show(change: Partial<Filters>): void;
  runPipeline(id: string): void;
  decideApproval(approval: Approval, decision: 'approve' | 'reject'): void;
  /** Runs an ended execution of a pipeline again, or only what did not succeed. */
  rerun(id: ExecutionId, failed: boolean): void;
  /** Opens or closes why a target was built. */
  toggleTarget(id: TargetId): void;
  /** Lets a test fail by chance until a time. */
  quarantine(test: TestId, until: number): void;
  liftQuarantine(test: TestId): void;
  acknowledgeAlert(id: string): void;
  /** Tells nobody of the alerts of a rule for a while. */
  silenceRule(rule: string, durationSeconds: number): void;
  endSilence(id: string): void;
  switchRule(rule: AlertRule, isEnabled: boolean): void;
  applyProposal(id: string): void;
  undoProposal(id: string): void;
  dismissNotice(id: string): void;
  openLocation(location: Location): void;
  editorCommand(command: 'openDashboard' | 'showLog' | 'restartAgent' | 'manageTrust'): void;
}

/** What panels get besides the state. */
export interface PanelContext {
  readonly actions: Actions;
  /** The present, in milliseconds since 1970. */
  readonly now: number;
  readonly hasEditor: boolean;
  readonly place: 'browser' | 'sidebar' | 'editor';
}
