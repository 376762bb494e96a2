// One job of a workflow: its commands as steps in a row, with its matrix, variables, services and condition.
import type { WrittenPipeline } from '../../protocol/pipeline.ts';
import { Chain } from './github-chain.ts';
import { convertCondition, convertText } from './github-expressions.ts';
import type { LocalFiles } from './github-files.ts';
import { givenCombinations, usedMatrix, type GivenCombination } from './github-matrix.ts';
import { resolveJob, type ResolvedJob } from './github-resolve.ts';
import type { GithubJob, GithubWorkflow } from './github-schema.ts';
import { conjunction, type JobNames, type Scope, type StepNames } from './github-scope.ts';
import { variablesOf } from './github-variables.ts';
import { containerCommand, type Findings, type WrittenStep } from './imported.ts';

export interface JobInput {
  readonly id: string;
  readonly job: GithubJob;
  readonly workflow: GithubWorkflow;
  /** The last steps of the jobs that it needs. */
  readonly needs: readonly string[];
  /** Without the names of its own steps. */
  readonly scope: Scope;
  /** What the job that calls the workflow has to fulfil; none for a workflow that is not called. */
  readonly conditions: readonly string[];
  /** Combinations of the job that calls the workflow. */
  readonly outer: readonly GivenCombination[];
  readonly files: LocalFiles;
  readonly findings: Findings;
  readonly idFor: (text: string) => string;
}

export interface ImportedJob {
  readonly steps: Readonly<Record<string, WrittenStep>>;
  readonly services: NonNullable<WrittenPipeline['services']>;
  /** What comes after the job needs these. */
  readonly ends: readonly string[];
  /** Null where nothing of it runs here: what it would give is not known. */
  readonly names: JobNames | null;
  /** Its condition never holds here: what needs it does not run either. */
  readonly never?: boolean;
}

/** What of it cannot run here is told in the findings. */
export function importJob(input: JobInput): ImportedJob {
  const { id, job, needs, findings, scope } = input;
  const place = `jobs.${id}`;
  const nothing = { steps: {}, services: {}, ends: needs, names: null };
  const given = combinationsOf(input);
  if (given.length === 0) return nothing;
  const resolved = resolveJob(given);
  const condition = jobCondition(job.if, place, { findings, resolved, scope });
  if ('never' in condition) return { ...nothing, ...condition };
  if (job.container !== undefined) findings.replaced(place, 'runs on this machine and not in its container');
  const names = new Map<string, StepNames>();
  const inner = { ...scope, steps: names };
  const services = importServices(input, resolved);
  const variables = variablesOf({ ...templated(input), ...job.env }, resolved, scope);
  findings.unknown(place, variables.unknown);
  const chain = new Chain({
    ...input,
    defaults: input.workflow.defaults,
    condition: conjunction([...input.conditions, condition.when]),
    variables,
    services: Object.keys(services),
    resolved,
  });
  chain.addAll(inner, names);
  const texts = Object.values(chain.steps).map((step) => JSON.stringify(step));
  const matrix = usedMatrix(resolved.combinations(), texts, { place, findings });
  if (matrix.kind === 'matrix') for (const step of Object.values(chain.steps)) step.matrix = matrix.matrix;
  const ends = chain.last === null ? needs : [chain.last];
  const outputs = outputsOf(input, resolved, inner);
  return { steps: chain.steps, services, ends, names: { last: chain.last, outputs } };
}

/** `''` without one; or why the job is left out: it never holds here, or it cannot be asked here. */
export function jobCondition(
  found: GithubJob['if'],
  place: string,
  { findings, resolved, scope }: Pick<JobInput, 'findings' | 'scope'> & { readonly resolved: ResolvedJob },
): { readonly when: string } | { readonly never: boolean } {
  if (found === undefined || found === null || found === true) return { when: '' };
  const known = resolved.condition(String(found), scope);
  if (known === null) {
    findings.missing(place, `its condition does not hold for a run on this machine: ${String(found)}`);
    return { never: true };
  }
  if (known !== undefined) return { when: known };
  const converted = convertCondition(String(found), scope);
  if ('when' in converted) return { when: converted.when };
  findings.missing(place, `its condition needs ${converted.unknown}, which is not known here; it is left out`);
  return { never: false };
}

function combinationsOf({ id, job, scope, findings, outer }: JobInput): readonly GivenCombination[] {
  const own = givenCombinations({ matrix: job.strategy.matrix, runsOn: job['runs-on'], scope }, `jobs.${id}`, findings);
  return outer.length === 0 ? own : outer.flatMap((around) => own.map((each) => ({ ...around, ...each })));
}

/** Variables of the workflow that are worked out; plain ones stand in the pipeline. */
function templated({ workflow, conditions, outer }: JobInput): Record<string, unknown> {
  const isCalled = conditions.length > 0 || outer.length > 0;
  return Object.fromEntries(
    Object.entries(workflow.env).filter(([, value]) => isCalled || String(value).includes('${{')),
  );
}

function outputsOf({ id, job, findings }: JobInput, resolved: ResolvedJob, scope: Scope): Record<string, string> {
  const texts = Object.entries(job.outputs).map(([name, value]) => {
    const { text, unknown } = convertText(resolved.text(String(value ?? ''), scope), scope, null);
    findings.unknown(`jobs.${id}.outputs.${name}`, unknown);
    return [name, text];
  });
  return Object.fromEntries(texts);
}

function importServices(
  { id, job, findings, scope }: JobInput,
  resolved: ResolvedJob,
): NonNullable<WrittenPipeline['services']> {
  const services: NonNullable<WrittenPipeline['services']> = {};
  for (const [name, { image: written, env, ports }] of Object.entries(job.services)) {
    const image = resolved.text(written, scope);
    if (image === '' || image.includes('${{')) {
      findings.missing(`jobs.${id}.services.${name}`, 'its image is computed while the workflow runs');
      continue;
    }
    const published = ports.map(String).filter((port) => !port.includes('${{'));
    const host = Number((published[0] ?? '').split(':')[0]);
    const variables = variablesOf(env, resolved, scope);
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
