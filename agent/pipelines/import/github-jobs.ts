// One job of a workflow: each command a step, in a row, with the matrix, variables and conditions of the job.
import type { WrittenPipeline } from '../../protocol/pipeline.ts';
import { filled } from '../filled.ts';
import { convertText, secretIn, type ExpressionSurroundings } from './github-expressions.ts';
import { givenCombinations, usedMatrix } from './github-matrix.ts';
import { resolveJob, type ResolvedJob } from './github-resolve.ts';
import type { GithubJob, GithubStep, GithubWorkflow } from './github-schema.ts';
import { usedAction } from './github-uses.ts';
import { changesMachine, containerCommand, type Findings, type WrittenStep } from './imported.ts';

export interface JobInput {
  readonly id: string;
  readonly job: GithubJob;
  readonly workflow: GithubWorkflow;
  /** The last steps of the jobs that it needs. */
  readonly needs: readonly string[];
  readonly around: ExpressionSurroundings;
  readonly findings: Findings;
  readonly idFor: (text: string) => string;
}

export interface ImportedJob {
  readonly steps: Readonly<Record<string, WrittenStep>>;
  readonly services: NonNullable<WrittenPipeline['services']>;
  /** What comes after the job needs these. */
  readonly ends: readonly string[];
}

export function importJob(input: JobInput): ImportedJob {
  const { id, job, needs, findings, around } = input;
  const place = `jobs.${id}`;
  const nothing = { steps: {}, services: {}, ends: needs };
  if (job.uses !== undefined) {
    findings.missing(place, `the workflow ${job.uses} is called on GitHub alone`);
    return nothing;
  }
  const given = givenCombinations(
    { matrix: job.strategy.matrix, runsOn: job['runs-on'], system: around.system.toLowerCase() },
    place,
    findings,
  );
  if (given.length === 0) return nothing;
  const resolved = resolveJob(given, around);
  const condition = conditionOf(job.if, place, { ...input, resolved });
  if (condition === null) return nothing;
  if (job.container !== undefined) findings.replaced(place, 'runs on this machine and not in its container');
  const services = importServices(input);
  const chain = new Chain({ ...input, resolved }, { condition, services: Object.keys(services) });
  for (const [index, step] of job.steps.entries()) chain.add(step, index);
  const texts = Object.values(chain.steps).map((step) => JSON.stringify(step));
  const matrix = usedMatrix(resolved.combinations(), texts, { place, findings });
  if (matrix.kind === 'matrix') for (const step of Object.values(chain.steps)) step.matrix = matrix.matrix;
  return { steps: chain.steps, services, ends: chain.last === null ? needs : [chain.last] };
}

/** With what is known of its expressions. */
interface ResolvedInput extends JobInput {
  readonly resolved: ResolvedJob;
}

/** `''` without one; null where it cannot be asked here, or never holds. */
function conditionOf(found: GithubJob['if'], place: string, { findings, resolved }: ResolvedInput): string | null {
  if (found === undefined || found === null || found === true) return '';
  const converted = resolved.condition(String(found));
  if ('when' in converted) return converted.when;
  if ('never' in converted)
    findings.missing(place, `its condition does not hold for a run on this machine: ${String(found)}`);
  else findings.missing(place, `its condition needs ${converted.unknown}, which is not known here; it is left out`);
  return null;
}

interface JobParts {
  readonly condition: string;
  readonly services: readonly string[];
}

class Chain {
  readonly steps: Record<string, WrittenStep> = {};
  last: string | null = null;
  readonly #input: ResolvedInput;
  readonly #parts: JobParts;

  constructor(input: ResolvedInput, parts: JobParts) {
    this.#input = input;
    this.#parts = parts;
  }

  add(step: GithubStep, index: number): void {
    const { id, findings } = this.#input;
    const place = `jobs.${id}.steps.${index}`;
    if (step.run !== undefined) return this.#addCommand(step, step.run, place);
    const action = usedAction(step);
    if (action.kind === 'nothing') findings.replaced(place, action.message);
    else if (action.kind === 'missing') findings.missing(place, action.message);
    else this.#keep(action.paths, place);
  }

  #keep(paths: readonly string[], place: string): void {
    const { findings } = this.#input;
    const step = this.last === null ? undefined : this.steps[this.last];
    if (step === undefined || paths.length === 0)
      findings.missing(place, 'its artifacts are made by no step that runs here');
    else {
      step.artifacts = [...(step.artifacts ?? []), ...paths];
      findings.same(place, `the artifacts ${paths.join(', ')}`);
    }
  }

  #addCommand(step: GithubStep, run: string, place: string): void {
    const { id, job, findings, around, idFor, needs, resolved } = this.#input;
    const setting = settingOf(step, run, { ...this.#input, place });
    if (setting === null) return;
    const command = convertText(resolved.text(run), around);
    const variables = variablesOf(
      resolvedTexts({ ...this.#input.workflow.env, ...job.env, ...step.env }, resolved),
      around,
    );
    for (const unknown of [...command.unknown, ...variables.unknown])
      findings.missing(place, `\${{ ${unknown} }} is not known here, and empty`);
    const conditions = [this.#parts.condition, setting.condition].filter((text) => text !== '');
    const runs = job.steps.filter((each) => each.run !== undefined).length;
    const stepId = idFor(runs === 1 ? id : `${id}-${step.name?.replace(/\$\{\{.*?\}\}/g, '') ?? firstWords(run)}`);
    this.steps[stepId] = {
      ...filled({ name: plainName(step.name), when: conjunction(conditions), timeout: timeoutOf(step, job) }),
      command: command.text.trim(),
      shell: setting.shell,
      needs: this.last === null ? [...needs] : [this.last],
      folder: setting.folder,
      environment: { ...variables.environment, ...passedOn(run, place, findings) },
      secrets: { ...Object.fromEntries(command.secrets.map((name) => [name, `env:${name}`])), ...variables.secrets },
      services: [...this.#parts.services],
      allowFailure: step['continue-on-error'] === true || job['continue-on-error'] === true,
    };
    this.last = stepId;
  }
}

interface StepSetting {
  readonly condition: string;
  readonly shell: 'sh' | 'bash' | 'python';
  readonly folder: string;
}

/** When, where and in what a command runs; null where it cannot run here. */
function settingOf(
  step: GithubStep,
  run: string,
  input: ResolvedInput & { readonly place: string },
): StepSetting | null {
  const { job, workflow, findings, resolved, place } = input;
  const leaveOut = (why: string) => {
    findings.missing(place, `${why}; it is left out`);
    return null;
  };
  const condition = conditionOf(step.if, place, input);
  if (condition === null) return null;
  const defaults = { ...workflow.defaults.run, ...job.defaults.run };
  const shell = shellOf(step.shell ?? defaults.shell);
  if (shell === null) return leaveOut(`its shell ${step.shell ?? defaults.shell ?? ''} is not known here`);
  if (changesMachine(run)) return leaveOut('it would change this machine');
  const folder = folderOf(step['working-directory'] ?? defaults['working-directory'] ?? '', resolved);
  return folder === null ? leaveOut('its folder is not in the repository') : { condition, shell, folder };
}

function plainName(name: string | undefined): string | undefined {
  return name === undefined || name.includes('${{') ? undefined : name.slice(0, 200);
}

function conjunction(conditions: readonly string[]): string | undefined {
  return conditions.length > 1 ? conditions.map((text) => `(${text})`).join(' && ') : conditions[0];
}

function timeoutOf(step: GithubStep, job: GithubJob): number | undefined {
  const minutes = Number(step['timeout-minutes'] ?? job['timeout-minutes']);
  return Number.isFinite(minutes) && minutes > 0 ? minutes * 60 : undefined;
}

function firstWords(command: string): string {
  return (command.trim().split('\n')[0] ?? '').split(/\s+/).slice(0, 3).join(' ');
}

function shellOf(shell: string | undefined): 'sh' | 'bash' | 'python' | null {
  if (shell === undefined || /^bash\b/.test(shell)) return 'bash';
  if (/^sh\b/.test(shell)) return 'sh';
  return shell === 'python' ? 'python' : null;
}

function folderOf(found: string, resolved: ResolvedJob): string | null {
  const folder = resolved
    .text(found.replace(/^\$\{\{\s*github\.workspace\s*\}\}\/?/, ''))
    .replace(/^\.\/?/, '')
    .replace(/\/+$/, '');
  const isOutside = folder.startsWith('/') || folder.split('/').includes('..') || /\$\{\{(?!\s*matrix\.)/.test(folder);
  return isOutside ? null : folder;
}

function resolvedTexts(found: Readonly<Record<string, unknown>>, resolved: ResolvedJob): Record<string, string> {
  return Object.fromEntries(
    Object.entries(found).map(([name, value]) => [
      name,
      resolved.text(value === null ? '' : String(value as string | number | boolean)),
    ]),
  );
}

interface Variables {
  readonly environment: Record<string, string>;
  readonly secrets: Record<string, string>;
  readonly unknown: readonly string[];
}

/** A variable is no text for a shell: what the shell would work out is not known beforehand. */
function variablesOf(found: Readonly<Record<string, string>>, around: ExpressionSurroundings): Variables {
  const environment: Record<string, string> = {};
  const secrets: Record<string, string> = {};
  const unknown: string[] = [];
  for (const [name, value] of Object.entries(found)) {
    const text = value;
    const secret = secretIn(/^\$\{\{\s*(.*?)\s*\}\}$/.exec(text)?.[1] ?? '');
    if (secret !== null) {
      secrets[name] = `env:${secret}`;
      continue;
    }
    const converted = convertText(text, around);
    const isShell = text.includes('${{') && /\$[({](?!\{)/.test(converted.text);
    unknown.push(...converted.unknown, ...(isShell ? [text.replace(/^.*?\$\{\{\s*(.*?)\s*\}\}.*$/s, '$1')] : []));
    environment[name] = isShell ? '' : converted.text;
  }
  return { environment, secrets, unknown };
}

/** Files through which steps of GitHub pass something on: here they lead nowhere. */
function passedOn(run: string, place: string, findings: Findings): Record<string, string> {
  const names = ['GITHUB_ENV', 'GITHUB_OUTPUT', 'GITHUB_PATH', 'GITHUB_STEP_SUMMARY'].filter((name) =>
    run.includes(name),
  );
  for (const name of names)
    if (name !== 'GITHUB_STEP_SUMMARY')
      findings.missing(place, `what it passes on through $${name} does not reach later steps`);
  return Object.fromEntries(names.map((name) => [name, '/dev/null']));
}

function importServices({ id, job, findings, around }: JobInput): NonNullable<WrittenPipeline['services']> {
  const services: NonNullable<WrittenPipeline['services']> = {};
  for (const [name, { image, env, ports }] of Object.entries(job.services)) {
    if (image === '' || image.includes('${{')) {
      findings.missing(`jobs.${id}.services.${name}`, 'its image is computed while the workflow runs');
      continue;
    }
    const published = ports.map(String).filter((port) => !port.includes('${{'));
    const host = Number((published[0] ?? '').split(':')[0]);
    const variables = variablesOf(
      Object.fromEntries(Object.entries(env).map(([key, value]) => [key, String(value ?? '')])),
      around,
    );
    services[`${id}-${name}`] = {
      command: containerCommand(image, published, [
        ...Object.keys(variables.environment),
        ...Object.keys(variables.secrets),
      ]),
      environment: variables.environment,
      secrets: variables.secrets,
      ...(Number.isInteger(host) && host > 0 ? { ready: { port: host } } : {}),
    };
    findings.replaced(`jobs.${id}.services.${name}`, `docker on this machine runs ${image}`);
  }
  return services;
}
