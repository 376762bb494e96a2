// A definition unfolded: each combination of a matrix is a step, and the steps of a nested pipeline stand where it was named.
import { StepId } from '../protocol/ids.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import type { PipelineDefinition, PipelineService, PipelineStep, Scalar } from '../protocol/pipeline.ts';
import { asksForOutcome, parseCondition, type Condition } from '../workspace/condition.ts';
import { maximumSteps } from '../workspace/pipeline-check.ts';
import { combinationName, combinationsOf, fillIn, type Combination } from '../workspace/pipeline-matrix.ts';

export interface ExpandedStep {
  readonly id: StepId;
  readonly name: string;
  /** With the values of its combination in it. */
  readonly definition: PipelineStep;
  readonly combination: Combination;
  readonly needs: readonly StepId[];
  readonly services: readonly StepId[];
  readonly isFinal: boolean;
  /** The steps that its texts can name, each with the ids that it became. */
  readonly scope: ScopedCondition['scope'];
  /** All of them have to hold. */
  readonly conditions: readonly ScopedCondition[];
  /** Its conditions say themselves what happens when earlier steps failed. */
  readonly asksForOutcome: boolean;
  /** The job that it is a step of; null: of none. Jobs of nested pipelines are others. */
  readonly job: string | null;
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** In seconds; null: that of the pipeline. */
  readonly timeout: number | null;
}

export interface ScopedCondition {
  readonly text: string;
  readonly condition: Condition;
  /** The steps that it can name, each with the ids that it became. */
  readonly scope: ReadonlyMap<string, readonly StepId[]>;
  /** Of its own step in a job: where it does not hold, the steps after it go on, and it asks for the outcome of its job alone. */
  readonly isOfJob: boolean;
}

export interface ExpandedService {
  readonly id: StepId;
  readonly name: string;
  readonly definition: PipelineService;
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

export interface ExpandedPipeline {
  readonly steps: readonly ExpandedStep[];
  readonly services: readonly ExpandedService[];
}

export interface ExpansionOptions {
  readonly definitions: Readonly<Record<string, PipelineDefinition>>;
  /** Pipelines of the type deploy ask before their first step. */
  readonly approvalRequired: boolean;
  /** Those that another pipeline leads to do not ask by themselves. */
  readonly autoDeployment: boolean;
}

/** What a nested pipeline takes over from the step that names it. */
interface Outer {
  readonly prefix: string;
  readonly way: readonly string[];
  readonly needs: readonly StepId[];
  readonly conditions: readonly ScopedCondition[];
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly isFinal: boolean;
}

/** Fails with a sentence when a nested pipeline does not exist or leads back to itself, or there are too many steps. */
export function expandPipeline(id: string, options: ExpansionOptions): Result<ExpandedPipeline> {
  const expansion = new Expansion(options);
  const outer = { prefix: '', way: [], needs: [], conditions: [], environment: {}, secrets: {}, isFinal: false };
  const expanded = expansion.add(id, outer);
  if (!expanded.ok) return expanded;
  return success({ steps: expansion.steps, services: expansion.services });
}

type Entry = readonly [id: string, step: PipelineStep];

class Expansion {
  readonly steps: ExpandedStep[] = [];
  readonly services: ExpandedService[] = [];
  readonly #options: ExpansionOptions;
  readonly #ids = new Set<string>();

  constructor(options: ExpansionOptions) {
    this.#options = options;
  }

  /** Answers with the ids of the pipeline's steps that nothing in it needs. */
  add(id: string, outer: Outer): Result<readonly StepId[]> {
    const pipeline = Object.hasOwn(this.#options.definitions, id) ? this.#options.definitions[id] : undefined;
    if (pipeline === undefined)
      return failure('not_found', `there is no pipeline ${JSON.stringify(id)} that can be run`);
    if (outer.way.includes(id)) {
      const circle = [...outer.way.slice(outer.way.indexOf(id)), id].join(' → ');
      return failure('invalid_configuration', `the pipelines name each other in a circle: ${circle}`);
    }
    const inner: Outer = {
      ...outer,
      way: [...outer.way, id],
      environment: { ...outer.environment, ...texts(pipeline.environment) },
      secrets: { ...outer.secrets, ...pipeline.secrets },
    };
    this.#addServices(pipeline, inner);
    const scope = new Map<string, readonly StepId[]>();
    const approval = this.#addApproval(pipeline, inner);
    const needs = approval === null ? inner.needs : [approval];
    const main = this.#addAll(inOrder(pipeline.steps), { ...inner, needs }, { scope, pipeline });
    if (!main.ok) return main;
    const final = this.#addAll(inOrder(pipeline.finally), { ...inner, needs: [], isFinal: true }, { scope, pipeline });
    if (!final.ok) return final;
    return success(leavesOf(pipeline, scope));
  }

  #addServices(pipeline: PipelineDefinition, { prefix, environment, secrets }: Outer): void {
    for (const [id, definition] of Object.entries(pipeline.services)) {
      this.services.push({
        id: serviceStep(prefix, id),
        name: `${prefix}${id}`,
        definition,
        environment: { ...environment, ...texts(definition.environment) },
        secrets: { ...secrets, ...definition.secrets },
      });
    }
  }

  #addApproval(pipeline: PipelineDefinition, outer: Outer): StepId | null {
    const hasOwn = Object.values(pipeline.steps).some(({ approval }) => approval !== undefined);
    const why = this.#whyItAsks(outer.way);
    if (why === null || pipeline.type !== 'deploy' || hasOwn) return null;
    const question = `Run ${outer.way.at(-1) ?? ''}? ${why}`;
    const step: ExpandedStep = {
      id: this.#freeId(`${outer.prefix}approval`),
      name: 'approval',
      definition: { ...blankStep, approval: question },
      combination: {},
      needs: outer.needs,
      services: [],
      isFinal: false,
      scope: new Map(),
      conditions: outer.conditions,
      asksForOutcome: false,
      job: null,
      environment: {},
      secrets: {},
      timeout: null,
    };
    this.steps.push(step);
    return step.id;
  }

  /** Whoever names a deployment wants it; whoever runs what leads to one may not have thought of it. */
  #whyItAsks(way: readonly string[]): string | null {
    const { approvalRequired, autoDeployment, definitions } = this.#options;
    if (approvalRequired) return 'cicd.approvalRequired asks before every pipeline of the type deploy.';
    const isLedTo = way.length > 1 && !way.slice(0, -1).some((id) => definitions[id]?.type === 'deploy');
    return isLedTo && !autoDeployment
      ? 'cicd.autoDeployment is off, so a deployment at the end of another pipeline asks.'
      : null;
  }

  #addAll(entries: readonly Entry[], outer: Outer, around: Around): Result<null> {
    for (const [id, step] of entries) {
      const combinations = step.matrix === undefined ? [{}] : combinationsOf(step.matrix);
      const ids: StepId[] = [];
      for (const [index, combination] of combinations.entries()) {
        const added = this.#addStep({ id, step: filledIn(step, combination), combination, index }, outer, around);
        if (!added.ok) return added;
        ids.push(...added.value);
        if (this.steps.length > maximumSteps)
          return failure('invalid_configuration', `the pipeline unfolds to more than ${maximumSteps} steps`);
      }
      around.scope.set(id, ids);
    }
    return success(null);
  }

  #addStep(cell: Cell, outer: Outer, { scope, pipeline }: Around): Result<readonly StepId[]> {
    const { id, step, combination } = cell;
    const own = step.needs.flatMap((need) => neededCells(need, cell, { scope, pipeline }));
    const needs = own.length === 0 ? outer.needs : own;
    const conditions = [...outer.conditions, ...conditionsOf(step, scope)];
    const suffix = step.matrix === undefined ? '' : ` (${combinationName(combination).slice(0, 100)})`;
    const stepId = this.#freeId(`${outer.prefix}${id}${suffix}`);
    const declared = { ...texts(step.job?.environment ?? {}), ...texts(step.environment) };
    const environment = { ...outer.environment, ...matrixVariables(combination), ...declared };
    const secrets = { ...outer.secrets, ...step.secrets };
    if (step.pipeline !== undefined) {
      const { way, isFinal } = outer;
      return this.add(step.pipeline, { prefix: `${stepId}/`, way, needs, conditions, environment, secrets, isFinal });
    }
    this.steps.push({
      id: stepId,
      name: `${outer.prefix}${step.name ?? id}${suffix}`,
      definition: step,
      combination,
      needs,
      services: step.services.map((service) => serviceStep(outer.prefix, service)),
      isFinal: outer.isFinal,
      scope,
      conditions,
      asksForOutcome: conditions.some(({ condition, isOfJob }) => !isOfJob && asksForOutcome(condition)),
      job: step.job === undefined ? null : `${outer.prefix}${step.job.name}`,
      environment,
      secrets,
      timeout: step.timeout ?? null,
    });
    return success([stepId]);
  }

  /** Two combinations can look the same. */
  #freeId(wanted: string): StepId {
    let id = wanted;
    for (let count = 2; this.#ids.has(id); count++) id = `${wanted} #${count}`;
    this.#ids.add(id);
    return StepId.parse(id);
  }
}

/** Services and steps may have the same ids. */
function serviceStep(prefix: string, id: string): StepId {
  return StepId.parse(`${prefix}service:${id}`);
}

interface Around {
  readonly scope: Map<string, readonly StepId[]>;
  readonly pipeline: PipelineDefinition;
}

interface Cell {
  readonly id: string;
  readonly step: PipelineStep;
  readonly combination: Combination;
  /** Its place among the combinations. */
  readonly index: number;
}

/** A step that needs one with the very same matrix needs only the same combination of it. */
function neededCells(need: string, { step, index }: Cell, { scope, pipeline }: Around): readonly StepId[] {
  const ids = scope.get(need) ?? [];
  const other = pipeline.steps[need] ?? pipeline.finally[need];
  const isSame = step.matrix !== undefined && JSON.stringify(step.matrix) === JSON.stringify(other?.matrix);
  const same = isSame && other?.pipeline === undefined ? ids[index] : undefined;
  return same === undefined ? ids : [same];
}

function conditionsOf({ when, job }: PipelineStep, scope: ReadonlyMap<string, readonly StepId[]>): ScopedCondition[] {
  const texts = [
    { text: job?.when, isOfJob: false },
    { text: when, isOfJob: job !== undefined },
  ];
  return texts.flatMap(({ text, isOfJob }) => {
    const parsed = text === undefined ? null : parseCondition(text);
    // What does not parse was refused where the definition was read.
    return parsed === null || 'problem' in parsed
      ? []
      : [{ text: text ?? '', condition: parsed.condition, scope, isOfJob }];
  });
}

function filledIn(step: PipelineStep, combination: Combination): PipelineStep {
  if (step.matrix === undefined) return step;
  const fill = <T extends string | undefined>(text: T) => (text === undefined ? text : fillIn(text, combination));
  const filledAll = (environment: PipelineStep['environment']) =>
    Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [name, fillIn(String(value), combination)] as const),
    );
  const filled = {
    ...step,
    folder: fillIn(step.folder, combination),
    environment: filledAll(step.environment),
    ...(step.job === undefined ? {} : { job: { ...step.job, environment: filledAll(step.job.environment) } }),
  };
  for (const key of ['name', 'command', 'pipeline'] as const) {
    const text = fill(step[key]);
    if (text !== undefined) filled[key] = text;
  }
  return filled;
}

function matrixVariables(combination: Combination): Record<string, string> {
  const entries = Object.entries(combination).map(([name, value]) => [
    `NOODLE_MATRIX_${name.toUpperCase().replaceAll('-', '_')}`,
    String(value),
  ]);
  return Object.fromEntries(entries);
}

function texts(environment: Readonly<Record<string, Scalar>>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)]));
}

/** What is needed before what needs it; else as declared. A circle was refused where the definition was read. */
function inOrder(steps: Readonly<Record<string, PipelineStep>>): Entry[] {
  const ordered: Entry[] = [];
  const waiting = new Map(
    Object.entries(steps).map(([id, { needs }]) => [id, new Set(needs.filter((need) => Object.hasOwn(steps, need)))]),
  );
  const followers = new Map<string, string[]>();
  for (const [id, needs] of waiting) {
    for (const need of needs) {
      const known = followers.get(need);
      if (known === undefined) followers.set(need, [id]);
      else known.push(id);
    }
  }
  let ready = [...waiting].flatMap(([id, needs]) => (needs.size === 0 ? [id] : []));
  while (ready.length > 0) {
    const next: string[] = [];
    for (const id of ready) {
      const step = steps[id];
      if (step !== undefined) ordered.push([id, step]);
      for (const follower of followers.get(id) ?? []) {
        waiting.get(follower)?.delete(id);
        if (waiting.get(follower)?.size === 0) next.push(follower);
      }
    }
    ready = next;
  }
  return ordered;
}

function leavesOf({ steps }: PipelineDefinition, scope: ReadonlyMap<string, readonly StepId[]>): StepId[] {
  const needed = new Set(Object.values(steps).flatMap(({ needs }) => needs));
  return Object.keys(steps).flatMap((id) => (needed.has(id) ? [] : (scope.get(id) ?? [])));
}

const blankStep: PipelineStep = {
  shell: 'sh',
  needs: [],
  folder: '',
  environment: {},
  secrets: {},
  artifacts: [],
  services: [],
  retries: 0,
  idempotent: false,
  allowFailure: false,
};
