// What answers the operations on pipelines.
import type { DefinitionProblem } from '../protocol/pipeline.ts';
import type { Builds } from '../builds/builds.ts';
import type { Engine } from '../engine/engine.ts';
import { pageOf } from '../platform/paging.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import type { Execution } from '../protocol/execution.ts';
import { RepoPath } from '../protocol/ids.ts';
import { exportPipeline } from '../pipelines/export/export.ts';
import { importPipelines } from '../pipelines/import/import.ts';
import { definitionOf } from '../pipelines/pipeline-catalog.ts';
import type { Pipelines } from '../pipelines/pipelines.ts';
import type { Handlers } from '../server/server.ts';
import type { Store } from '../store/store.ts';
import { getPipelineRun } from '../store/pipelines.ts';
import { problemsOfExecution } from '../store/step-problems.ts';
import type { Workspace } from '../workspace/workspace.ts';

export interface PipelineHandlerParts {
  readonly workspace: Pick<Workspace, 'read' | 'files'>;
  readonly builds: Pick<Builds, 'targets'>;
  readonly engine: Engine;
  readonly store: Store;
  readonly pipelines: Pipelines;
  /** What is wrong in the files that declare pipelines, or in a text. */
  readonly pipelineProblems: (text: string | undefined) => {
    readonly pipelines: readonly string[];
    readonly problems: readonly DefinitionProblem[];
    readonly notes: readonly DefinitionProblem[];
  };
}

/** One handler for each of their operations. */
export function pipelineHandlers(parts: PipelineHandlerParts) {
  return { ...definitionHandlers(parts), ...executionHandlers(parts) };
}

function definitionHandlers({ workspace, builds, pipelines, pipelineProblems }: PipelineHandlerParts) {
  return {
    createPipeline: ({ id, ...definition }) => pipelines.create(id, definition),
    listPipelines: async (request) => {
      const page = pageOf(
        (await pipelines.list()).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
        ({ id }) => id,
        request,
      );
      if (!page.ok) return page;
      const { items, nextCursor } = page.value;
      return success({ pipelines: [...items], broken: pipelines.broken(), nextCursor });
    },
    getPipeline: ({ id }) => pipelines.get(id),
    deletePipeline: ({ id }) => pipelines.delete(id),
    planPipeline: ({ id, ...request }) => pipelines.plan(id, request),
    validatePipelines: async ({ text }) => {
      const found = pipelineProblems(text);
      return success({ pipelines: [...found.pipelines], problems: [...found.problems], notes: [...found.notes] });
    },
    importPipelines: async ({ path, text }) =>
      importPipelines(path, text, (file) => workspace.read(RepoPath.parse(file))),
    exportPipeline: async ({ id, format }) => {
      const pipeline = await pipelines.get(id);
      if (!pipeline.ok) return pipeline;
      const { evidence } = pipeline.value;
      const { targets } = await builds.targets();
      const project = { files: await workspace.files(), read: (file: string) => workspace.read(RepoPath.parse(file)) };
      return success(
        exportPipeline({ id, definition: definitionOf(pipeline.value), evidence, project, targets }, format),
      );
    },
  } satisfies Partial<Handlers>;
}

function executionHandlers({ engine, store, pipelines }: PipelineHandlerParts) {
  const known = (id: Execution['id']): Result<Execution> => {
    const execution = engine.get(id);
    return execution === null
      ? failure('not_found', `there is no execution '${id}'`, { place: 'id' })
      : success(execution);
  };
  return {
    executePipeline: async ({ id, trigger, ...request }) => {
      const started = await pipelines.execute(id, request, trigger);
      return started.ok ? success({ executionId: started.value.id }) : started;
    },
    rerunExecution: async ({ id, from, failed, trigger }) => {
      const started = await pipelines.rerun(id, { from, failed }, trigger);
      return started.ok ? success({ executionId: started.value.id }) : started;
    },
    getPipelineMetrics: async ({ id }) => {
      const execution = known(id);
      return execution.ok ? success(pipelines.metrics(execution.value)) : execution;
    },
    getExecutionPlan: async ({ id }) => {
      const plan = getPipelineRun(store, id)?.plan;
      if (plan !== undefined && plan !== null) return success(plan);
      return failure('not_found', `there is no plan of a pipeline for the execution '${id}'`, { place: 'id' });
    },
    getExecutionProblems: async ({ id }) => {
      const execution = known(id);
      if (!execution.ok) return execution;
      const steps = problemsOfExecution(store, id);
      return success({ steps: steps.map(({ stepId, problems }) => ({ stepId, problems: [...problems] })) });
    },
    pauseExecution: async ({ id }, caller) => engine.pause(id, `paused by ${caller.client}`),
    resumeExecution: async ({ id }) => engine.resume(id),
    listApprovals: async ({ limit, waiting }) => {
      const approvals = pipelines
        .approvals(waiting === true ? 1000 : limit)
        .filter(({ state }) => waiting !== true || state === 'waiting');
      return success({ approvals: approvals.slice(0, limit) });
    },
    decideApproval: ({ id, stepId, decision, comment, by }, caller) =>
      pipelines.answer(id, stepId, {
        isApproved: decision === 'approve',
        by: by ?? caller.client,
        comment: comment ?? null,
      }),
  } satisfies Partial<Handlers>;
}
