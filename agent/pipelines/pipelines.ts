// Pipelines: what is declared, what would run of it, and its executions.
import path from 'node:path';
import type { ExecutionHandle } from '../engine/engine.ts';
import type { Execution, Trigger } from '../protocol/execution.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import type { ExecutionId, StepId } from '../protocol/ids.ts';
import type {
  Approval,
  BrokenPipeline,
  ExecutionMetrics,
  Pipeline,
  PipelineDefinition,
  PipelinePlan,
  PipelineRequest,
} from '../protocol/pipeline.ts';
import { getPipelineRun, listApprovals, savePipelineRun, type RecordedRun } from '../store/pipelines.ts';
import { Approvals, type Answer } from './approvals.ts';
import { createArtifactStore } from './artifacts.ts';
import { createHandoverStore } from './handovers.ts';
import { executionMetrics } from './execution-metrics.ts';
import { refusalOf } from './main-job.ts';
import { definitionOf, PipelineCatalog, type DeclaredPipelines } from './pipeline-catalog.ts';
import type { PipelineParts } from './pipeline-parts.ts';
import { planPipeline, preparePipeline, type RunParts } from './pipeline-run.ts';
import { stepsTakenOver, type RepeatRequest } from './resumption.ts';

export interface PipelinesOptions extends PipelineParts {
  readonly declared: () => DeclaredPipelines;
}

export interface Pipelines {
  list(): Promise<Pipeline[]>;
  /** What the files declare and cannot be run. */
  broken(): BrokenPipeline[];
  get(id: string): Promise<Result<Pipeline>>;
  /** Declares a pipeline beside those of the files. The same again changes nothing; another one of the id is a conflict. */
  create(id: string, definition: PipelineDefinition): Promise<Result<Pipeline>>;
  delete(id: string): Promise<Result<Pipeline>>;
  /** What would run. Executes nothing. */
  plan(id: string, request: PipelineRequest): Promise<Result<PipelinePlan>>;
  execute(id: string, request: PipelineRequest, trigger: Trigger): Promise<Result<ExecutionHandle>>;
  /** A new execution of what an ended one was made from. */
  rerun(id: ExecutionId, repeat: RepeatRequest, trigger: Trigger): Promise<Result<ExecutionHandle>>;
  answer(id: ExecutionId, stepId: StepId | undefined, answer: Answer): Promise<Result<Approval>>;
  /** The latest first. */
  approvals(limit: number): Approval[];
  metrics(execution: Execution): ExecutionMetrics;
  /** Goes on with executions that a crash left unfinished. */
  resume(executions: readonly Execution[]): void;
  /** Forgets artifacts of executions that ended before a time. */
  pruneArtifacts(timestamp: number): Promise<void>;
}

/** The pipelines of one repository. */
export function createPipelines(options: PipelinesOptions): Pipelines {
  return new RepositoryPipelines(options);
}

class RepositoryPipelines implements Pipelines {
  readonly #parts: RunParts;
  readonly #catalog: PipelineCatalog;
  /** Executions under way that belong to a concurrency group. */
  readonly #groups = new Map<string, Set<ExecutionHandle>>();

  constructor(options: PipelinesOptions) {
    const { workspace, store, events, clock } = options;
    const artifacts = createArtifactStore(workspace.root, path.join(workspace.stateDirectory, 'artifacts'));
    const handovers = createHandoverStore(path.join(workspace.stateDirectory, 'handovers'));
    this.#parts = { ...options, approvals: new Approvals({ store, events, clock }), artifacts, handovers };
    this.#catalog = new PipelineCatalog(options);
  }

  list(): Promise<Pipeline[]> {
    return this.#catalog.list();
  }

  broken(): BrokenPipeline[] {
    return this.#catalog.broken();
  }

  get(id: string): Promise<Result<Pipeline>> {
    return this.#catalog.get(id);
  }

  create(id: string, definition: PipelineDefinition): Promise<Result<Pipeline>> {
    return this.#catalog.create(id, definition);
  }

  delete(id: string): Promise<Result<Pipeline>> {
    return this.#catalog.delete(id);
  }

  async plan(id: string, request: PipelineRequest): Promise<Result<PipelinePlan>> {
    const recorded = await this.#recordedRun(id, request);
    return recorded.ok ? await planPipeline(recorded.value, this.#parts) : recorded;
  }

  async execute(id: string, request: PipelineRequest, trigger: Trigger): Promise<Result<ExecutionHandle>> {
    const recorded = await this.#recordedRun(id, request);
    return recorded.ok ? await this.#start(recorded.value, trigger, {}) : recorded;
  }

  async rerun(id: ExecutionId, repeat: RepeatRequest, trigger: Trigger): Promise<Result<ExecutionHandle>> {
    const execution = this.#parts.engine.get(id);
    if (execution === null) return failure('not_found', `there is no execution ${id}`, { place: 'id' });
    const recorded = getPipelineRun(this.#parts.store, id);
    if (recorded === null) return failure('conflict', `${id} is no execution of a pipeline`, { place: 'id' });
    if (isUnfinished(execution))
      return failure('conflict', `${id} has not ended yet`, {
        place: 'id',
        hint: 'Cancel it first, or wait for its end.',
      });
    const taken = stepsTakenOver(execution, recorded, repeat);
    if (!taken.ok) return taken;
    await this.#parts.engine.giveUp(id);
    const repeats = taken.value.size === 0 ? null : { executionId: id, steps: [...taken.value.keys()] };
    return await this.#start({ ...recorded, plan: null, repeats }, trigger, { takenOver: taken.value });
  }

  answer(id: ExecutionId, stepId: StepId | undefined, answer: Answer): Promise<Result<Approval>> {
    return this.#parts.approvals.answer(id, stepId, answer);
  }

  approvals(limit: number): Approval[] {
    return listApprovals(this.#parts.store, limit).map((approval) => {
      // What a crash ended waits no more, although nobody could write it down.
      const isOpen = approval.state !== 'waiting' || isUnfinished(this.#parts.engine.get(approval.executionId));
      return isOpen ? approval : { ...approval, state: 'withdrawn' };
    });
  }

  metrics(execution: Execution): ExecutionMetrics {
    return executionMetrics(execution, this.#parts.store, { now: this.#parts.clock.now(), slots: this.#parts.slots() });
  }

  resume(executions: readonly Execution[]): void {
    for (const execution of executions) {
      const recorded = getPipelineRun(this.#parts.store, execution.id);
      if (recorded !== null) this.#submit(recorded, execution.trigger, { resumes: execution });
    }
  }

  async pruneArtifacts(timestamp: number): Promise<void> {
    await this.#parts.artifacts.prune(timestamp);
    await this.#parts.handovers.prune(timestamp);
  }

  async #recordedRun(id: string, request: PipelineRequest): Promise<Result<RecordedRun>> {
    const pipeline = await this.#catalog.get(id);
    if (!pipeline.ok) return pipeline;
    const definitions = { ...this.#catalog.definitions(), [id]: definitionOf(pipeline.value) };
    return success({ pipeline: id, definitions: onlyNamed(id, definitions), request, plan: null, repeats: null });
  }

  async #start(
    recorded: RecordedRun,
    trigger: Trigger,
    more: Pick<Submission, 'takenOver'>,
  ): Promise<Result<ExecutionHandle>> {
    const refusal = refusalOf(this.#parts);
    if (refusal !== null) return refusal;
    const base = await this.#parts.workspace.checkBase(recorded.request.base);
    if (!base.ok) return base;
    await this.#supersedeLeft(recorded);
    const handle = this.#submit(recorded, trigger, more);
    await handle.recorded;
    // It may have been planned, and recorded with its plan, meanwhile.
    await this.#parts.store.transact((tx) => {
      if (getPipelineRun(tx, handle.id) === null) savePipelineRun(tx, handle.id, recorded);
    });
    return success(handle);
  }

  #submit(recorded: RecordedRun, trigger: Trigger, more: Submission): ExecutionHandle {
    const definition = recorded.definitions[recorded.pipeline];
    const { engine, settings } = this.#parts;
    const timeoutMs = (definition?.timeout ?? settings()['cicd.defaultTimeout']) * 1000;
    const concurrency = definition?.concurrency;
    const running = concurrency === undefined ? new Set<ExecutionHandle>() : this.#groupOf(concurrency.group);
    if (concurrency?.cancelInProgress === true)
      for (const other of running) other.cancel(`a newer execution of the group ${concurrency.group} was started`);
    const handle = engine.submit({
      kind: 'pipeline',
      name: recorded.pipeline,
      trigger,
      changedFiles: 0,
      timeoutMs,
      priority: trigger === 'command' || trigger === 'editor' ? 'interactive' : 'background',
      prepare: (context) => preparePipeline({ recorded, trigger, timeoutMs }, context, this.#parts),
      ...(concurrency === undefined ? {} : { concurrencyGroup: concurrency.group }),
      ...more,
    });
    running.add(handle);
    void handle.finished.then(() => running.delete(handle));
    return handle;
  }

  /** What a crash left of a group whose newer executions cancel the older is not gone on with after this one. */
  async #supersedeLeft({ pipeline, definitions }: RecordedRun): Promise<void> {
    const concurrency = definitions[pipeline]?.concurrency;
    if (concurrency?.cancelInProgress !== true) return;
    const { engine, store } = this.#parts;
    for (const { id } of engine.left()) {
      const left = getPipelineRun(store, id);
      if (left?.definitions[left.pipeline]?.concurrency?.group === concurrency.group) await engine.giveUp(id);
    }
  }

  #groupOf(name: string): Set<ExecutionHandle> {
    const known = this.#groups.get(name);
    if (known !== undefined) return known;
    const group = new Set<ExecutionHandle>();
    this.#groups.set(name, group);
    return group;
  }
}

function isUnfinished(execution: Execution | null): boolean {
  return execution?.state === 'queued' || execution?.state === 'running';
}

interface Submission {
  readonly takenOver?: ReadonlyMap<StepId, Execution['steps'][number]>;
  readonly resumes?: Execution;
}

/** A pipeline and those that its steps name, directly or not. */
function onlyNamed(id: string, all: Readonly<Record<string, PipelineDefinition>>): Record<string, PipelineDefinition> {
  const named: Record<string, PipelineDefinition> = {};
  const left = [id];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const definition = Object.hasOwn(all, next) ? all[next] : undefined;
    if (definition === undefined || Object.hasOwn(named, next)) continue;
    named[next] = definition;
    const steps = [...Object.values(definition.steps), ...Object.values(definition.finally)];
    // The name can hold a value of the matrix: then every pipeline may be meant.
    left.push(
      ...steps.flatMap(({ pipeline }) =>
        pipeline === undefined ? [] : pipeline.includes('${{') ? Object.keys(all) : [pipeline],
      ),
    );
  }
  return named;
}
