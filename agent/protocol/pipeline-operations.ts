// The operations on pipelines, and what only executions of pipelines can do.
import { z } from 'zod';
import { Execution, Trigger } from './execution.ts';
import { ExecutionId, StepId } from './ids.ts';
import { cursor, limit, nextCursor, operation } from './operation.ts';
import {
  Approval,
  BrokenPipeline,
  DefinitionProblem,
  ExecutionMetrics,
  ExportFormat,
  ImportReport,
  Pipeline,
  PipelineDefinition,
  PipelineId,
  PipelinePlan,
  PipelineRequest,
} from './pipeline.ts';
import { StepProblem } from './step-problem.ts';

const byId = z.object({ id: PipelineId });
const ofExecution = z.object({ id: ExecutionId });
const started = z.object({ executionId: ExecutionId });
const trigger = Trigger.default('api');
/** A query knows only texts. */
const all = z.union([z.boolean(), z.stringbool()]).optional();

export const pipelineOperations = {
  createPipeline: operation({
    route: 'POST /pipelines',
    summary:
      'Declare a pipeline beside those of the files. The same again changes nothing; another one of that id is a conflict.',
    input: PipelineDefinition.extend({ id: PipelineId }),
    output: Pipeline,
    role: 'developer',
    audited: true,
    effect: 'creates',
  }),
  listPipelines: operation({
    route: 'GET /pipelines',
    summary:
      'Pipelines by their ids, and beside them those that are declared and cannot be run; where none is declared the one that was inferred from the repository.',
    input: z.object({ limit, cursor }),
    output: z.object({ pipelines: z.array(Pipeline), broken: z.array(BrokenPipeline), nextCursor }),
    role: 'viewer',
  }),
  getPipeline: operation({
    route: 'GET /pipelines/{id}',
    summary: 'One pipeline: its definition and where it comes from. `default` is the inferred one.',
    input: byId,
    output: Pipeline,
    role: 'viewer',
  }),
  deletePipeline: operation({
    route: 'DELETE /pipelines/{id}',
    summary: 'Forget a pipeline that was declared through the API. What was recorded of its executions stays.',
    input: byId,
    output: Pipeline,
    role: 'developer',
    audited: true,
  }),
  executePipeline: operation({
    route: 'POST /pipelines/{id}/execute',
    summary: 'Run a pipeline. Answers at once with the id of the execution.',
    input: PipelineRequest.extend({ id: PipelineId, trigger }),
    output: started,
    role: 'developer',
    audited: true,
    effect: 'executes',
  }),
  planPipeline: operation({
    route: 'POST /pipelines/{id}/plan',
    summary: 'What would run of a pipeline, in which order, for how long and why. Runs nothing.',
    input: PipelineRequest.extend({ id: PipelineId }),
    output: PipelinePlan,
    role: 'viewer',
  }),
  validatePipelines: operation({
    route: 'POST /pipelines/validate',
    summary:
      'What is wrong in the declared pipelines, or in the text of a file that declares some, and what can be run and does less than it says.',
    input: z.object({ text: z.string().max(1_000_000).optional() }),
    output: z.object({ pipelines: z.array(PipelineId), problems: z.array(DefinitionProblem), notes: z.array(DefinitionProblem) }),
    role: 'viewer',
  }),
  importPipelines: operation({
    route: 'POST /pipelines/import',
    summary:
      'Read a GitHub Actions workflow, a GitLab CI file or the scripts of a package.json as pipelines, and say what cannot run here. Declares nothing.',
    input: z.object({
      /** Tells the format. */
      path: z.string().min(1).max(4096),
      text: z.string().max(1_000_000),
    }),
    output: ImportReport,
    role: 'viewer',
  }),
  exportPipeline: operation({
    route: 'GET /pipelines/{id}/export',
    summary: 'A pipeline as a file: of Noodle, GitHub Actions or GitLab CI.',
    input: byId.extend({ format: ExportFormat.default('noodle') }),
    output: z.object({ path: z.string(), text: z.string(), notes: z.array(z.string()) }),
    role: 'viewer',
  }),
  getPipelineMetrics: operation({
    route: 'GET /executions/{id}/metrics',
    summary: 'How an execution went in numbers, beside others of its name.',
    input: ofExecution,
    output: ExecutionMetrics,
    role: 'viewer',
  }),
  getExecutionPlan: operation({
    route: 'GET /executions/{id}/plan',
    summary: 'What was planned for an execution of a pipeline, step by step, with the reasons.',
    input: ofExecution,
    output: PipelinePlan,
    role: 'viewer',
  }),
  getExecutionProblems: operation({
    route: 'GET /executions/{id}/problems',
    summary: 'What the output of the steps of an execution of a pipeline says about places in files.',
    input: ofExecution,
    output: z.object({ steps: z.array(z.object({ stepId: StepId, problems: z.array(StepProblem) })) }),
    role: 'viewer',
  }),
  rerunExecution: operation({
    route: 'POST /executions/{id}/rerun',
    summary: 'Run an ended execution of a pipeline again: all of it, from a step on, or what did not succeed.',
    input: ofExecution.extend({ from: StepId.optional(), failed: z.boolean().optional(), trigger }),
    output: started,
    role: 'developer',
    audited: true,
    effect: 'executes',
  }),
  pauseExecution: operation({
    route: 'POST /executions/{id}/pause',
    summary: 'Start no further step of an execution until it is resumed.',
    input: ofExecution,
    output: Execution,
    role: 'developer',
    audited: true,
  }),
  resumeExecution: operation({
    route: 'POST /executions/{id}/resume',
    summary: 'Go on with a paused execution.',
    input: ofExecution,
    output: Execution,
    role: 'developer',
    audited: true,
  }),
  listApprovals: operation({
    route: 'GET /approvals',
    summary: 'Questions that pipelines asked, with their answers, the latest first.',
    input: z.object({ limit, waiting: all.describe('Only those that wait for an answer.') }),
    output: z.object({ approvals: z.array(Approval) }),
    role: 'viewer',
  }),
  decideApproval: operation({
    route: 'POST /executions/{id}/approve',
    summary: 'Answer the question of a step that waits for an approval.',
    input: ofExecution.extend({
      stepId: StepId.optional().describe('Default: the only one that waits.'),
      decision: z.enum(['approve', 'reject']).default('approve'),
      comment: z.string().max(4096).optional(),
      by: z.string().min(1).max(200).optional().describe('Who answers. Default: the client.'),
    }),
    output: Approval,
    role: 'operator',
    audited: true,
  }),
} as const;
