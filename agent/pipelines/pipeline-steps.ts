// The steps of a pipeline as the engine runs them.
import type { StepContext, StepDefinition, StepOutcome } from '../engine/engine.ts';
import type { Step } from '../protocol/execution.ts';
import type { Gate } from '../protocol/gate.ts';
import type { StepId } from '../protocol/ids.ts';
import type { PipelineRequest, PlannedStep } from '../protocol/pipeline.ts';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { holds } from '../workspace/condition-value.ts';
import type { Approvals } from './approvals.ts';
import { filesThatFit, type ArtifactStore } from './artifacts.ts';
import { parseDotenv } from './assignments.ts';
import { changeDiff } from './change-diff.ts';
import { approvalRisk } from './change-risk.ts';
import { runReporting } from './command-problems.ts';
import type { RunFacts } from './condition-facts.ts';
import type { ExpandedPipeline, ExpandedStep } from './expansion.ts';
import { runGate } from './gate-step.ts';
import { handedOnTo, type HandedOn } from './handed-on.ts';
import type { HandoverStore } from './handovers.ts';
import type { PipelineParts } from './pipeline-parts.ts';
import { runBuilds, runTests } from './product-steps.ts';
import type { Decision } from './pruning.ts';
import type { ResolvedSecrets } from './secrets.ts';
import { environmentOf } from './step-environment.ts';
import { longestWaitMs, serviceDefinition } from './service-definition.ts';
import { factsFor, stepsBefore } from './step-facts.ts';
import { stepKind } from './step-plan.ts';
import { failedBefore, orderOf, turnsOf } from './step-turns.ts';
import { waitName, waitUntil } from './waiting.ts';

/** Everything that is known before the first step runs. */
export interface StepsInput {
  readonly parts: PipelineParts;
  readonly approvals: Approvals;
  readonly artifacts: ArtifactStore;
  readonly handovers: HandoverStore;
  readonly expanded: ExpandedPipeline;
  readonly facts: RunFacts;
  readonly request: PipelineRequest;
  readonly decisions: ReadonlyMap<StepId, Decision>;
  readonly priorities: ReadonlyMap<StepId, number>;
  readonly planned: ReadonlyMap<StepId, Pick<PlannedStep, 'expectedMs' | 'isCritical'>>;
  /** The most memory that steps took lately. */
  readonly peaks: ReadonlyMap<StepId, number>;
  readonly secretsOf: ReadonlyMap<StepId, ResolvedSecrets>;
  /** Hidden in every log of the execution. */
  readonly hidden: readonly string[];
  readonly timeoutMs: number;
}

/** Services first, then steps in the order of their declaration, then final ones. */
export function pipelineSteps(input: StepsInput): StepDefinition[] {
  const { steps, services } = input.expanded;
  const runs = (step: ExpandedStep) => input.decisions.get(step.id)?.runs !== false;
  const used = services.filter(({ id }) => steps.some((step) => runs(step) && step.services.includes(id)));
  const usedIds = new Set(used.map(({ id }) => id));
  const regular = steps.filter(({ isFinal }) => !isFinal).map(({ id }) => id);
  const byId = new Map(steps.map((step) => [step.id, step]));
  const turns = turnsOf(steps);
  return [
    ...used.map((service) => serviceDefinition(service, input)),
    ...steps.map((step) => stepDefinition(step, { ...input, usedIds, regular, byId, turns })),
  ];
}

interface StepInput extends StepsInput {
  readonly usedIds: ReadonlySet<StepId>;
  /** Ids of all steps that are not final. */
  readonly regular: readonly StepId[];
  readonly byId: ReadonlyMap<StepId, ExpandedStep>;
  readonly turns: ReadonlyMap<StepId, readonly StepId[]>;
}

function stepDefinition(step: ExpandedStep, input: StepInput): StepDefinition {
  const { definition } = step;
  const decision = input.decisions.get(step.id);
  const common = { id: step.id, name: step.name, kind: stepKind(step), secrets: input.hidden, isFinal: step.isFinal };
  const last = step.isFinal ? input.regular : [];
  if (decision?.runs === false) {
    const run = () => Promise.resolve({ state: 'skipped', reason: decision.why } as const);
    return {
      ...common,
      needs: [],
      after: [...step.needs, ...last, ...(input.turns.get(step.id) ?? [])],
      slot: 'none',
      timeoutMs: input.timeoutMs,
      run,
    };
  }
  const services = step.services.filter((id) => input.usedIds.has(id));
  const { needs, after } = orderOf(step, input);
  return {
    ...common,
    needs: [...needs, ...services],
    after: [...after, ...last, ...(input.turns.get(step.id) ?? [])],
    slot: slots[common.kind] ?? 'none',
    timeoutMs: timeoutOf(step, input),
    priority: input.priorities.get(step.id) ?? 0,
    ...forecastOf(input.planned.get(step.id), input.planned.size),
    ...expectedMemory(input.peaks.get(step.id)),
    mayFail: definition.allowFailure,
    mustBeRecorded: common.kind === 'command' && !definition.idempotent,
    run: (context) => runStep(step, context, input),
  };
}

/** A single step decides by itself, which says nothing. */
function forecastOf(
  planned: Pick<PlannedStep, 'expectedMs' | 'isCritical'> | undefined,
  steps: number,
): Pick<StepDefinition, 'expectedMs' | 'isCritical'> {
  const expectedMs = planned?.expectedMs ?? null;
  return {
    ...(expectedMs === null ? {} : { expectedMs }),
    ...(planned?.isCritical === true && steps > 1 ? { isCritical: true } : {}),
  };
}

function expectedMemory(bytes: number | undefined): Pick<StepDefinition, 'expectedBytes'> {
  return bytes === undefined ? {} : { expectedBytes: bytes };
}

const slots: Partial<Record<StepDefinition['kind'], StepDefinition['slot']>> = {
  command: 'command',
  build: 'build',
  tests: 'test',
};

function timeoutOf({ timeout, definition }: ExpandedStep, { timeoutMs }: StepInput): number {
  if (timeout !== null) return timeout * 1000;
  return definition.approval === undefined ? timeoutMs : longestWaitMs;
}

async function runStep(step: ExpandedStep, context: StepContext, input: StepInput): Promise<StepOutcome> {
  const failed = failedBefore(step, context, input);
  if (failed !== undefined) return { state: 'skipped', isBlocking: true, reason: `${failed.name} failed` };
  const handed = await handedOnTo(step, context, { ...input, before: stepsBefore(step, input) });
  const unmet = step.conditions.find(
    (condition) => !holds(condition.condition, factsFor(step, condition, context, { ...input, handed })),
  );
  if (unmet !== undefined)
    return { state: 'skipped', isBlocking: !unmet.isOfJob, reason: `when ${unmet.text}: it does not hold` };
  const missing = input.secretsOf.get(step.id)?.missing ?? [];
  if (missing.length > 0 && step.job === null) return { state: 'failed', reason: missing.join('; ') };
  for (const sentence of missing) context.log(`${sentence}; it is empty, as it would be on GitHub\n`);
  const outcome = await doStep(step, context, { ...input, handed });
  if (outcome.state === 'succeeded' && step.definition.dotenv !== undefined)
    await keepDotenv(step.definition.dotenv, context, input);
  if (outcome.state === 'succeeded' && step.definition.artifacts.length > 0)
    return await keepArtifacts(step, context, input, outcome);
  return outcome;
}

/** With what earlier steps hand on to the step. */
interface GivenInput extends StepInput {
  readonly handed: HandedOn;
}

async function doStep(step: ExpandedStep, context: StepContext, input: GivenInput): Promise<StepOutcome> {
  const { definition } = step;
  const { parts, request } = input;
  if (definition.build !== undefined) return await runBuilds(definition.build, request, context, parts);
  if (definition.tests !== undefined) return await runTests(definition.tests, request, context, parts);
  if (definition.approval !== undefined) return await ask(definition.approval, context, input);
  if (definition.gate !== undefined) return await passGate(definition.gate, step, context, input);
  const { workspace, clock, sandboxes, chance } = parts;
  const { root } = workspace;
  const user = input.facts.environment;
  const { environment, fill } = environmentOf(step, context, {
    ...input,
    root,
    secrets: input.secretsOf.get(step.id)?.values ?? {},
  });
  if (definition.wait !== undefined) {
    context.say(`waits until ${waitName(definition.wait)}`);
    context.waits(true);
    const isSo = await waitUntil(definition.wait, context, {
      clock,
      root,
      environment: { ...user, ...environment },
      signal: context.signal,
    });
    context.waits(false);
    return isSo ? { state: 'succeeded', reason: waitName(definition.wait) } : { state: 'failed' };
  }
  const { command = '', folder } = definition;
  const filled = { ...definition, command: fill(command), folder: fill(folder) };
  return await runReporting({ definition: filled, environment }, context, {
    ...input,
    pipeline: input.facts.pipeline,
    isOfJob: step.job !== null,
    root,
    clock,
    sandboxes,
    environment: user,
    chance,
    changes: input.facts.changes,
  });
}

async function keepDotenv(
  patterns: readonly string[],
  context: StepContext,
  { parts, handovers }: StepInput,
): Promise<void> {
  const { root } = parts.workspace;
  const variables: Record<string, string> = {};
  for (const file of await filesThatFit(root, patterns))
    Object.assign(variables, parseDotenv(await readFile(path.join(root, file), 'utf8')));
  await handovers.add({ executionId: context.executionId, stepId: context.stepId }, { variables });
}

async function passGate(gate: Gate, { scope }: ExpandedStep, context: StepContext, { parts }: StepInput) {
  const after = gate.after === undefined ? [] : (scope.get(gate.after) ?? []);
  return await runGate(gate, context, { sources: parts.gateSources, after });
}

async function ask(
  text: string,
  context: StepContext,
  { parts, approvals, facts, hidden, handed }: GivenInput,
): Promise<StepOutcome> {
  const { processes, workspace } = parts;
  const { root, hasGit } = workspace;
  const diff = await changeDiff(facts.changes, {
    processes,
    root,
    hasGit,
    environment: facts.environment,
    signal: context.signal,
    read: (file) => workspace.read(file),
    secrets: [...hidden, ...handed.hidden],
  });
  const risk = approvalRisk(await parts.changeRisk());
  const question = questionAfter(text, context.steps());
  return await approvals.ask({ pipeline: facts.pipeline, text: question, diff, risk }, context);
}

/** Whoever answers must know what went wrong before. */
function questionAfter(text: string, steps: readonly Step[]): string {
  const failed = steps.filter(({ state }) => state === 'failed' || state === 'timed_out').map(({ name }) => name);
  return failed.length === 0 ? text : `${text} (failed already: ${failed.join(', ')})`;
}

async function keepArtifacts(
  step: ExpandedStep,
  context: StepContext,
  { artifacts, parts }: StepInput,
  outcome: StepOutcome,
): Promise<StepOutcome> {
  try {
    const count = await artifacts.save(
      { executionId: context.executionId, stepId: step.id },
      step.definition.artifacts,
    );
    if (count > 0) return outcome;
    context.log(`no file fits its artifacts: ${step.definition.artifacts.join(', ')}\n`);
    return { ...outcome, reason: outcome.reason ?? 'none of its artifacts was found' };
  } catch (error) {
    parts.log.warn('artifacts could not be kept', { step: step.id, error });
    return {
      ...outcome,
      state: 'failed',
      reason: `its artifacts could not be kept: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}
