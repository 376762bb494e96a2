// A name in an expression of GitHub Actions as an expression of ours.
import { expressionOf, type Scope, type StepNames } from './github-scope.ts';

/** Null where it means nothing here. */
export function ourName(path: readonly string[], scope: Scope): string | null {
  const [top = ''] = path;
  return Object.hasOwn(contexts, top) ? (contexts[top]?.(path, scope) ?? null) : null;
}

type Context = (path: readonly string[], scope: Scope) => string | null;

const contexts: Readonly<Record<string, Context>> = {
  matrix: ofOwn,
  env: ofOwn,
  inputs: ([, name = ''], { inputs }) => expressionOf(inputs[name] ?? ''),
  secrets: ([, name = ''], scope) => secretExpression(name, scope),
  steps: ofStep,
  needs: ofJob,
  jobs: ofJob,
  github: (path, scope) => (path[1] === 'event' ? ofEvent(path, scope) : ofGithub(path[1] ?? '', scope)),
  runner: ([, name = ''], scope) => ofRunner(name, scope),
  job: ([, name]) => (name === 'status' ? "'success'" : null),
};

/** The texts of outputs that an expression names by itself: they may be more than one expression. */
export function ownText(path: readonly string[], scope: Scope): string | null {
  const [top = '', name = '', property = '', output = ''] = path;
  if (top === 'inputs') return scope.inputs[name] ?? null;
  if (top === 'github' && name === 'action_path' && scope.actionFolder !== null)
    return `\${{ env.GITHUB_WORKSPACE }}/${scope.actionFolder}`;
  return property === 'outputs' ? outputText(top, name, output, scope) : null;
}

function outputText(top: string, name: string, output: string, { jobs, steps }: Scope): string | null {
  if (top === 'needs' || top === 'jobs') return jobs.get(name)?.outputs[output] ?? null;
  const step = top === 'steps' ? steps.get(name) : undefined;
  return step === undefined || step.kind === 'step' ? null : actionOutput(step, output);
}

/** An action of the repository has no others than it declares; of one that is not run others are not known. */
function actionOutput({ kind, outputs }: Exclude<StepNames, { readonly kind: 'step' }>, output: string): string | null {
  return Object.hasOwn(outputs, output) ? (outputs[output] ?? null) : kind === 'action' ? '' : null;
}

function ofOwn([top = '', name = '', ...rest]: readonly string[]): string | null {
  return rest.length === 0 ? `${top}${member(name)}` : null;
}

function member(name: string): string {
  return /^[A-Za-z_][\w-]*$/.test(name) ? `.${name}` : `['${name.replaceAll("'", "''")}']`;
}

function secretExpression(name: string, { secretName }: Scope): string {
  const secret = secretName(name);
  return secret === null ? "''" : `env.${secret}`;
}

function ofStep([, name = '', property = '', output = '']: readonly string[], { steps }: Scope): string | null {
  const step = steps.get(name);
  if (step === undefined) return null;
  if (property === 'outputs') return outputOf(step, output);
  return property === 'outcome' || property === 'conclusion' ? endOf(step, property) : null;
}

function outputOf(step: StepNames, output: string): string | null {
  if (step.kind === 'step') return `steps${member(step.id)}.outputs${member(output)}`;
  const text = actionOutput(step, output);
  return text === null ? null : expressionOf(text);
}

/** What nothing is done for has succeeded; what is left out was skipped. */
function endOf(step: StepNames, property: string): string {
  const last = step.kind === 'step' ? step.id : step.last;
  if (last !== null) return `steps${member(last)}.${property}`;
  return step.kind === 'replaced' ? "'success'" : "'skipped'";
}

function ofJob([, name = '', property = '', output = '']: readonly string[], { jobs }: Scope): string | null {
  const job = jobs.get(name);
  if (job === undefined) return null;
  if (property === 'outputs') return expressionOf(job.outputs[output] ?? '');
  if (property !== 'result') return null;
  return job.last === null ? "'skipped'" : `steps${member(job.last)}.result`;
}

function ofEvent([, , first = '', second = '']: readonly string[], scope: Scope): string {
  return first === 'inputs' ? (expressionOf(scope.inputs[second] ?? '') ?? "''") : "''";
}

function ofGithub(name: string, { event, secretName }: Scope): string | null {
  const known: Readonly<Record<string, string>> = {
    event_name: `'${event}'`,
    ref: 'env.GITHUB_REF',
    ref_name: 'branch',
    head_ref: "''",
    base_ref: "''",
    ref_type: "'branch'",
    sha: 'env.GITHUB_SHA',
    workspace: 'env.GITHUB_WORKSPACE',
    run_id: 'env.GITHUB_RUN_ID',
    run_number: 'env.GITHUB_RUN_NUMBER',
    run_attempt: 'env.GITHUB_RUN_ATTEMPT',
    job: 'env.GITHUB_JOB',
    actor: 'env.USER',
    server_url: "'https://github.com'",
    token: `env.${secretName('GITHUB_TOKEN') ?? 'GITHUB_TOKEN'}`,
  };
  return Object.hasOwn(known, name) ? (known[name] ?? null) : null;
}

function ofRunner(name: string, { system }: Scope): string | null {
  const known: Readonly<Record<string, string>> = {
    os: `'${system}'`,
    arch: `'${process.arch.toUpperCase()}'`,
    temp: 'env.RUNNER_TEMP',
    tool_cache: 'env.RUNNER_TOOL_CACHE',
    debug: "''",
  };
  return Object.hasOwn(known, name) ? (known[name] ?? null) : null;
}
