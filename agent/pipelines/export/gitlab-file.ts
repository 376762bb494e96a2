// A pipeline as a GitLab CI file: a job for each step, bound by their needs.
import { stringify } from 'yaml';
import type { PipelineDefinition, PipelineStep } from '../../protocol/pipeline.ts';
import { combinationsOf } from '../../workspace/pipeline-matrix.ts';
import { commandOf, lossesOf, withServices, type ExportProject } from './export-parts.ts';
import type { ExportedFile } from './exported-file.ts';
import { filled } from '../filled.ts';

/** With a note for what is lost. */
export function gitlabFile(id: string, definition: PipelineDefinition, project: ExportProject): ExportedFile {
  const notes: string[] = [];
  const jobs: [string, Record<string, unknown>][] = [];
  for (const [name, step] of Object.entries(definition.steps))
    jobs.push([name, job(name, step, { definition, project, notes, stage: 'steps' })]);
  for (const [name, step] of Object.entries(definition.finally))
    jobs.push([name, { ...job(name, step, { definition, project, notes, stage: 'finally' }), when: 'always' }]);
  const hasFinal = Object.keys(definition.finally).length > 0;
  const file = {
    ...(definition.name === undefined ? {} : { workflow: { name: definition.name } }),
    ...imageOf(project, notes),
    stages: hasFinal ? ['steps', 'finally'] : ['steps'],
    ...(Object.keys(definition.environment).length === 0 ? {} : { variables: definition.environment }),
    ...Object.fromEntries(jobs),
  };
  if (Object.keys(definition.secrets).length > 0)
    notes.push(`${id}: declare ${Object.keys(definition.secrets).join(', ')} as masked variables of the project`);
  return { path: '.gitlab-ci.yml', text: stringify(file, { lineWidth: 0, aliasDuplicateObjects: false }), notes };
}

/** One image has one kind of tools. */
function imageOf({ setups }: ExportProject, notes: string[]): { readonly image?: string } {
  const [first, ...others] = setups.flatMap(({ image, tool }) => (image === null ? [] : [{ image, tool }]));
  if (first === undefined) return {};
  if (others.length > 0)
    notes.push(
      `the image ${first.image} has to hold ${others.map(({ tool }) => tool).join(' and ')}, too: choose one that does`,
    );
  return { image: first.image };
}

interface Around {
  readonly definition: PipelineDefinition;
  readonly project: ExportProject;
  readonly notes: string[];
  readonly stage: string;
}

function job(id: string, step: PipelineStep, around: Around): Record<string, unknown> {
  const { notes, stage } = around;
  notes.push(...lossesOf(id, step, around.project));
  const secrets = Object.keys(step.secrets);
  if (secrets.length > 0) notes.push(`${id}: declare ${secrets.join(', ')} as masked variables of the project`);
  const variablesOfStep = Object.entries(step.environment).map(([name, value]) => [name, templated(String(value))]);
  return {
    stage,
    ...(stage === 'finally' ? {} : { needs: step.needs }),
    ...(step.approval === undefined ? {} : { when: 'manual', allow_failure: false }),
    ...filled({
      rules: rulesOf(id, step, notes),
      parallel: step.matrix === undefined ? undefined : { matrix: combinationsOf(step.matrix).map(variables) },
      timeout: step.timeout === undefined ? undefined : `${Math.ceil(step.timeout)} seconds`,
      retry: step.idempotent ? Math.min(2, step.retries) : 0,
      allow_failure: step.allowFailure,
      variables: Object.fromEntries(variablesOfStep),
      artifacts: step.artifacts.length === 0 ? undefined : { paths: step.artifacts },
    }),
    script: scriptOf(id, step, around),
  };
}

function scriptOf(id: string, step: PipelineStep, { definition, project }: Around): string[] {
  const command = commandOf(step, project);
  if (command === null) return [`echo ${JSON.stringify(step.approval ?? id)}`];
  const folder = step.folder === '' ? [] : [`cd ${step.folder}`];
  const first = step.wait === undefined ? project.setups.flatMap(({ commands }) => commands) : [];
  return [
    ...first,
    ...folder,
    ...(step.job === undefined ? [] : [jobLine]),
    inShell(withServices(templated(command), step, definition), step.shell),
  ];
}

/** What commands of a GitHub job name: what they hand on goes nowhere. */
const jobLine =
  'export GITHUB_ENV=/dev/null GITHUB_OUTPUT=/dev/null GITHUB_PATH=/dev/null GITHUB_STEP_SUMMARY=/dev/null GITHUB_WORKSPACE="$CI_PROJECT_DIR" GITHUB_SHA="$CI_COMMIT_SHA" GITHUB_REF_NAME="$CI_COMMIT_REF_NAME" RUNNER_TEMP="${TMPDIR:-/tmp}" RUNNER_TOOL_CACHE="${TMPDIR:-/tmp}"';

function inShell(command: string, shell: PipelineStep['shell']): string {
  if (shell === 'sh' || shell === 'bash') return command;
  return `${shell === 'python' ? 'python3 -c' : 'node -e'} '${command.replaceAll("'", "'\\''")}'`;
}

/** Values of a matrix are variables there. */
function templated(text: string): string {
  return text.replace(/\$\{\{\s*matrix\.([\w-]+)\s*\}\}/g, (_whole, name: string) => `\${${variable(name)}}`);
}

function variables(combination: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(combination).map(([name, value]) => [variable(name), String(value)]));
}

function variable(name: string): string {
  return `MATRIX_${name.toUpperCase().replaceAll('-', '_')}`;
}

function rulesOf(id: string, { when }: PipelineStep, notes: string[]): object[] | null {
  if (when === undefined) return null;
  const converted = when.replace(/\bbranch\b/g, '$CI_COMMIT_BRANCH').replace(/\benv\.(\w+)/g, '$$$1');
  const changed = /^changed\((?:'([^']*)'|"([^"]*)")\)$/.exec(when);
  if (changed !== null) return [{ changes: [changed[1] ?? changed[2]] }];
  if (when === 'always()' || when === 'failure()') return [{ when: when === 'always()' ? 'always' : 'on_failure' }];
  if (/\w\(|\b(steps|matrix|changes|trigger|pipeline|base)\b/.test(converted)) {
    notes.push(`${id}: its condition \`${when}\` cannot be said there, and is left out`);
    return null;
  }
  return [{ if: converted.replace(/'([^']*)'/g, '"$1"') }];
}
