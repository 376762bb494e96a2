// One execution of a pipeline: what is worked out before its steps run, and what of it is kept.
import type { StepContext, StepDefinition } from '../engine/engine.ts';
import type { ChangeSet } from '../protocol/change-set.ts';
import type { Trigger } from '../protocol/execution.ts';
import { success, type Result } from '../protocol/failure.ts';
import type { StepId } from '../protocol/ids.ts';
import type { PipelinePlan, PipelineRequest } from '../protocol/pipeline.ts';
import { savePipelineRun, stepHistory, stepPeaks, type RecordedRun } from '../store/pipelines.ts';
import type { Approvals } from './approvals.ts';
import type { ArtifactStore } from './artifacts.ts';
import { estimates } from './estimates.ts';
import type { HandoverStore } from './handovers.ts';
import { expandPipeline, type ExpandedPipeline, type ExpandedStep } from './expansion.ts';
import type { PipelineParts } from './pipeline-parts.ts';
import { pipelineSteps } from './pipeline-steps.ts';
import { decideSteps, type Decision, type PruningInput } from './pruning.ts';
import { likelySecrets, resolveSecrets, type ResolvedSecrets } from './secrets.ts';
import { planSteps, type MadePlan } from './step-plan.ts';

export interface RunParts extends PipelineParts {
  readonly approvals: Approvals;
  readonly artifacts: ArtifactStore;
  readonly handovers: HandoverStore;
}

export interface PipelineRunInput {
  readonly recorded: RecordedRun;
  readonly trigger: Trigger;
  readonly timeoutMs: number;
}

interface Decided extends MadePlan {
  readonly plan: PipelinePlan;
  readonly expanded: ExpandedPipeline;
  readonly changes: ChangeSet;
  readonly decisions: ReadonlyMap<StepId, Decision>;
}

/** The plan alone; executes nothing. */
export async function planPipeline(recorded: RecordedRun, parts: RunParts): Promise<Result<PipelinePlan>> {
  const decided = await decide(recorded, parts);
  return decided.ok ? success(decided.value.plan) : decided;
}

/** Works out the steps of an execution that has begun, and records the plan. */
export async function preparePipeline(
  { recorded, trigger, timeoutMs }: PipelineRunInput,
  context: StepContext,
  parts: RunParts,
): Promise<Result<readonly StepDefinition[]>> {
  const decided = await decide(recorded, parts);
  if (!decided.ok) return decided;
  const { plan, expanded, changes, decisions, priorities } = decided.value;
  context.progress({ changedFiles: changes.files.length });
  for (const note of plan.notes) context.log(`${note}\n`);
  await parts.store.transact((tx) => savePipelineRun(tx, context.executionId, { ...recorded, plan }));
  await restoreArtifacts(recorded, context, parts);
  const environment = parts.environment();
  const secretsOf = await secretsOfAll(expanded, parts);
  const declared = [...secretsOf.values()].flatMap(({ values }) => Object.values(values));
  return success(
    pipelineSteps({
      parts,
      approvals: parts.approvals,
      artifacts: parts.artifacts,
      handovers: parts.handovers,
      expanded,
      facts: { pipeline: recorded.pipeline, trigger, changes, environment },
      request: recorded.request,
      decisions,
      priorities,
      planned: new Map(plan.steps.map((step) => [step.id, step])),
      peaks: stepPeaks(parts.store, recorded.pipeline),
      secretsOf,
      hidden: [...new Set([...declared, ...likelySecrets(environment)])],
      timeoutMs,
    }),
  );
}

async function decide(recorded: RecordedRun, parts: RunParts): Promise<Result<Decided>> {
  const { clock, settings, store } = parts;
  const startedMs = clock.monotonicMs();
  const expanded = expandPipeline(recorded.pipeline, {
    definitions: recorded.definitions,
    approvalRequired: settings()['cicd.approvalRequired'],
    autoDeployment: settings()['cicd.autoDeployment'],
  });
  if (!expanded.ok) return expanded;
  const { steps } = expanded.value;
  const prunes = settings()['cicd.contextAwareness'] && recorded.request.all !== true;
  const judged = await judge(steps, recorded.request, { prunes, parts });
  if (!judged.ok) return judged;
  const { changes, decisions, notes } = judged.value;
  const made = planSteps({
    pipeline: recorded.pipeline,
    steps,
    decisions,
    estimates: estimates(stepHistory(store, recorded.pipeline)),
    reused: new Set(recorded.repeats?.steps ?? []),
    isOptimized: settings()['cicd.aiOptimization'],
    slots: parts.slots(),
    changedFiles: changes.files.length,
    notes,
  });
  const plan = { ...made.plan, planMs: clock.monotonicMs() - startedMs };
  return success({ plan, priorities: made.priorities, expanded: expanded.value, changes, decisions });
}

interface Judged {
  readonly changes: ChangeSet;
  readonly decisions: ReadonlyMap<StepId, Decision>;
  readonly notes: readonly string[];
}

async function judge(
  steps: readonly ExpandedStep[],
  { base }: PipelineRequest,
  { prunes, parts }: { readonly prunes: boolean; readonly parts: RunParts },
): Promise<Result<Judged>> {
  const everything = (why: string) => new Map(steps.map(({ id }) => [id, { runs: true, why }]));
  // The graph is asked only where an answer can change something.
  const asksGraph =
    prunes &&
    steps.some(
      ({ definition }) =>
        definition.command !== undefined && (definition.inputs !== undefined || definition.folder !== ''),
    );
  if (!asksGraph) {
    const changed = await parts.workspace.changes(base);
    if (!changed.ok) return changed;
    const changes = changed.value;
    const decisions = prunes
      ? decideSteps({ steps, changes, reached: new Map() })
      : everything('everything was asked for');
    return success({ changes, decisions, notes: changes.notes });
  }
  const found = await parts.planner.impactOf(base);
  if (!found.ok) return found;
  const { changes, impact } = found.value;
  const reached: PruningInput['reached'] = new Map([...impact.reachedByTypes, ...impact.reached]);
  return success({
    changes,
    decisions: decideSteps({ steps, changes, reached }),
    notes: [...changes.notes, ...impact.notes],
  });
}

async function restoreArtifacts(
  { repeats }: RecordedRun,
  context: StepContext,
  { artifacts, handovers }: RunParts,
): Promise<void> {
  for (const stepId of repeats?.steps ?? []) {
    const place = { executionId: context.executionId, stepId };
    const earlier = { executionId: repeats?.executionId ?? '', stepId };
    await handovers.takeOver(earlier, place);
    await artifacts.takeOver(earlier, place);
    const count = await artifacts.restore(place);
    if (count > 0) context.log(`${count} artifacts of ${stepId} were put back\n`);
  }
}

async function secretsOfAll(
  { steps, services }: ExpandedPipeline,
  { workspace, environment }: RunParts,
): Promise<Map<StepId, ResolvedSecrets>> {
  const sources = { root: workspace.root, environment: environment() };
  const resolved = new Map<StepId, ResolvedSecrets>();
  for (const { id, secrets } of [...steps, ...services]) {
    if (Object.keys(secrets).length > 0) resolved.set(id, await resolveSecrets(secrets, sources));
  }
  return resolved;
}
