// Inputs and answers that fit, for the operations on pipelines.
import type { Execution } from '../../agent/protocol/execution.ts';
import { ExecutionId, RepoPath, StepId } from '../../agent/protocol/ids.ts';
import type { InputOf, OutputOf } from '../../agent/protocol/operations.ts';
import { Approval, ExecutionMetrics, ImportReport, Pipeline, PipelinePlan } from '../../agent/protocol/pipeline.ts';
import type { pipelineOperations } from '../../agent/protocol/pipeline-operations.ts';

type Name = keyof typeof pipelineOperations;

const runId = ExecutionId.parse('run-1');
const buildStep = StepId.parse('build-step');
const id = 'build-test-deploy';
const steps = {
  'build-step': { command: 'npm run build' },
  'test-step': { command: 'npm test', needs: ['build-step'] },
  'deploy-step': { command: 'npm run deploy', needs: ['test-step'] },
};

const pipeline = Pipeline.parse({ id, steps, source: 'api', evidence: [] });

const plan = PipelinePlan.parse({
  pipeline: id,
  changedFiles: 1,
  steps: [
    {
      id: buildStep,
      name: 'build-step',
      kind: 'command',
      needs: [],
      decision: 'run',
      why: 'src/a.js changed',
      expectedMs: 12,
      failureProbability: 0.1,
      isCritical: true,
    },
  ],
  expectedMs: 12,
  plainMs: 12,
  failureProbability: 0.1,
  notes: [],
  planMs: 1,
});

const approval = Approval.parse({
  executionId: runId,
  stepId: 'ask',
  pipeline: id,
  question: 'Deploy?',
  askedAt: 1,
  state: 'approved',
  decidedAt: 2,
  decidedBy: 'somebody',
  comment: null,
  diff: '',
  risk: { sentence: 'What is not committed is riskier than 92 % of 1,204 earlier changes.', percentile: 0.92, among: 1204, reasons: ['lines added in all (raises it)'] },
});

export const pipelineInputs: { readonly [N in Name]: InputOf<N> } = {
  createPipeline: { id, steps },
  listPipelines: { limit: 2 },
  getPipeline: { id },
  deletePipeline: { id },
  executePipeline: { id, base: 'HEAD~1' },
  planPipeline: { id, all: true },
  validatePipelines: { text: 'pipelines: {}' },
  importPipelines: { path: 'package.json', text: '{}' },
  exportPipeline: { id, format: 'github' },
  getPipelineMetrics: { id: runId },
  getExecutionPlan: { id: runId },
  getExecutionProblems: { id: runId },
  rerunExecution: { id: runId, failed: true },
  pauseExecution: { id: runId },
  resumeExecution: { id: runId },
  listApprovals: { limit: 2 },
  decideApproval: { id: runId, decision: 'reject', comment: 'not on a Friday' },
};

/** `execution`: the example of one that has ended. */
export function pipelineOutputs(execution: Execution): { readonly [N in Name]: OutputOf<N> } {
  return {
    createPipeline: pipeline,
    listPipelines: { pipelines: [pipeline], broken: [{ id: 'release', file: RepoPath.parse('noodle.yaml'), line: 3, column: 5, message: 'found "biuld", which is no step' }], nextCursor: null },
    getPipeline: pipeline,
    deletePipeline: pipeline,
    executePipeline: { executionId: runId },
    planPipeline: plan,
    validatePipelines: { pipelines: [id], problems: [], notes: [] },
    importPipelines: ImportReport.parse({
      format: 'npm',
      pipelines: [{ id, steps }],
      yaml: 'pipelines: {}',
      findings: [],
    }),
    exportPipeline: { path: '.gitlab-ci.yml', text: 'stages: []', notes: [] },
    getPipelineMetrics: ExecutionMetrics.parse({
      executionId: runId,
      state: 'failed',
      queuedMs: 1,
      durationMs: 1,
      answerMs: 0,
      workMs: 1,
      gain: { plainMs: 12, orderingMs: 3, leavingOutMs: 4 },
      steps: [],
      history: { executions: 1, succeeded: 0, failed: 1, medianMs: null },
    }),
    getExecutionPlan: plan,
    getExecutionProblems: {
      steps: [
        {
          stepId: StepId.parse('build-step'),
          problems: [
            {
              location: { file: RepoPath.parse('src/cart.ts'), line: 3, column: 5 },
              severity: 'error',
              message: "Type 'string' is not assignable to type 'number'.",
              code: 'TS2322',
            },
          ],
        },
      ],
    },
    rerunExecution: { executionId: runId },
    pauseExecution: execution,
    resumeExecution: execution,
    listApprovals: { approvals: [approval] },
    decideApproval: approval,
  };
}
