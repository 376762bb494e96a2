// A pipeline as a workflow of GitHub Actions: a job for each step.
import { stringify } from 'yaml';
import type { Matrix, PipelineDefinition, PipelineStep } from '../../protocol/pipeline.ts';
import { commandOf, lossesOf, withServices, type ExportProject } from './export-parts.ts';
import type { ExportedFile } from './exported-file.ts';
import { filled } from '../filled.ts';

/** With a note for what is lost. */
export function githubFile(id: string, definition: PipelineDefinition, project: ExportProject): ExportedFile {
  const notes: string[] = [];
  const entries = [
    ...Object.entries(definition.steps).map((entry) => ({ entry, isFinal: false })),
    ...Object.entries(definition.finally).map((entry) => ({ entry, isFinal: true })),
  ];
  const regular = Object.keys(definition.steps);
  const jobs = entries.map(({ entry: [name, step], isFinal }) => {
    notes.push(...lossesOf(name, step, project));
    return [jobName(name), job(name, step, { definition, project, notes, isFinal, regular })] as const;
  });
  const { concurrency } = definition;
  const workflow = {
    name: definition.name ?? id,
    on: ['push', 'pull_request', 'workflow_dispatch'],
    ...(concurrency === undefined
      ? {}
      : { concurrency: { group: concurrency.group, 'cancel-in-progress': concurrency.cancelInProgress } }),
    ...environmentOf(definition.environment, definition.secrets),
    jobs: Object.fromEntries(jobs),
  };
  return {
    path: `.github/workflows/${id}.yml`,
    text: stringify(workflow, { lineWidth: 0, aliasDuplicateObjects: false }),
    notes,
  };
}

interface Around {
  readonly definition: PipelineDefinition;
  readonly project: ExportProject;
  readonly notes: string[];
  readonly isFinal: boolean;
  readonly regular: readonly string[];
}

function job(id: string, step: PipelineStep, around: Around): Record<string, unknown> {
  const { isFinal, regular, notes } = around;
  if (step.approval !== undefined)
    notes.push(`${id}: give the environment "approval" required reviewers, so that somebody is asked`);
  return filled({
    name: step.name,
    'runs-on': 'ubuntu-latest',
    needs: [...new Set([...step.needs, ...(isFinal ? regular : [])])].map(jobName),
    if: conditionOf(id, step, around),
    environment: step.approval === undefined ? undefined : 'approval',
    strategy: step.matrix === undefined ? undefined : { matrix: matrixOf(step.matrix) },
    'timeout-minutes': Math.ceil((step.timeout ?? 0) / 60),
    'continue-on-error': step.allowFailure,
    ...environmentOf(step.environment, step.secrets),
    steps: jobSteps(id, step, around),
  });
}

function jobSteps(id: string, step: PipelineStep, { definition, project }: Around): object[] {
  const command = commandOf(step, project);
  const run =
    command === null ? `echo ${JSON.stringify(step.approval ?? id)}` : withServices(command, step, definition);
  const shell = { bash: 'bash', python: 'python', node: 'node {0}', sh: undefined }[step.shell];
  const getsArtifacts = step.needs.some((need) => (definition.steps[need]?.artifacts.length ?? 0) > 0);
  return [
    { uses: 'actions/checkout@v4' },
    // A question and a wait need nothing of the project.
    ...(command === null || step.wait !== undefined ? [] : project.setups.flatMap(({ github }) => github)),
    ...(getsArtifacts ? [{ uses: 'actions/download-artifact@v4', with: { path: '.', 'merge-multiple': true } }] : []),
    filled({ run, shell, 'working-directory': step.folder }),
    ...(step.artifacts.length === 0
      ? []
      : [{ uses: 'actions/upload-artifact@v4', with: { name: jobName(id), path: step.artifacts.join('\n') } }]),
  ];
}

/** Ids of jobs have no dots. */
function jobName(id: string): string {
  return id.replaceAll('.', '-');
}

function matrixOf({ values, include, exclude }: Matrix): Record<string, unknown> {
  return { ...values, ...(include.length === 0 ? {} : { include }), ...(exclude.length === 0 ? {} : { exclude }) };
}

function conditionOf(id: string, { when }: PipelineStep, { isFinal, notes }: Around): string | null {
  if (when === undefined) return isFinal ? 'always()' : null;
  if (/\bchanged\(|\bmatches\(|\bchanges\.|\bpipeline\b|\btrigger\b|\bbase\b/.test(when)) {
    notes.push(`${id}: its condition \`${when}\` cannot be said there, and is left out`);
    return isFinal ? 'always()' : null;
  }
  const converted = when
    .replace(/"((?:[^"\\]|\\.)*)"/g, (_whole, text: string) => `'${text.replaceAll("'", "''")}'`)
    .replace(
      /steps(?:\.([\w-]+)|\['([^']+)'\])\.state == '(?:succeeded)'/g,
      (_whole, name: string | undefined, quoted: string | undefined) =>
        `needs.${jobName(name ?? quoted ?? '')}.result == 'success'`,
    )
    .replace(
      /steps(?:\.([\w-]+)|\['([^']+)'\])\.state == '(?:failed)'/g,
      (_whole, name: string | undefined, quoted: string | undefined) =>
        `needs.${jobName(name ?? quoted ?? '')}.result == 'failure'`,
    )
    .replace(/\bbranch\b(?!['-])/g, 'github.ref_name');
  return isFinal && !/\b(always|failure|success|cancelled)\(/.test(converted)
    ? `always() && (${converted})`
    : converted;
}

function environmentOf(
  environment: PipelineStep['environment'],
  secrets: PipelineStep['secrets'],
): { readonly env?: Record<string, unknown> } {
  const named = Object.entries(secrets).map(([name, reference]) => [
    name,
    `\${{ secrets.${reference.startsWith('env:') ? reference.slice(4) : name} }}`,
  ]);
  const env = { ...environment, ...Object.fromEntries(named) };
  return Object.keys(env).length === 0 ? {} : { env };
}
