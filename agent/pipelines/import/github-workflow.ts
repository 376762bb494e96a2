// The jobs of a workflow, those of the workflows that it calls among them.
import type { WrittenPipeline } from '../../protocol/pipeline.ts';
import { convertText } from './github-expressions.ts';
import { localWorkflow, type LocalFiles } from './github-files.ts';
import { importJob, jobCondition, type ImportedJob } from './github-jobs.ts';
import { givenCombinations, type GivenCombination } from './github-matrix.ts';
import { resolveJob } from './github-resolve.ts';
import type { GithubJob, GithubWorkflow } from './github-schema.ts';
import { conjunction, type JobNames, type Scope } from './github-scope.ts';
import { callInputs, callOutputs } from './github-triggers.ts';
import type { Findings, WrittenStep } from './imported.ts';

export interface WorkflowInput {
  readonly workflow: GithubWorkflow;
  /** Before the ids of its jobs. */
  readonly prefix: string;
  /** What every job needs. */
  readonly needs: readonly string[];
  readonly scope: Omit<Scope, 'jobs' | 'steps'>;
  readonly conditions: readonly string[];
  readonly outer: readonly GivenCombination[];
  readonly files: LocalFiles;
  readonly findings: Findings;
  readonly idFor: (text: string) => string;
  readonly depth: number;
}

export interface ImportedWorkflow {
  readonly steps: Record<string, WrittenStep>;
  readonly services: NonNullable<WrittenPipeline['services']>;
  readonly ends: readonly string[];
  readonly jobs: ReadonlyMap<string, JobNames>;
}

/** The steps of all its jobs. */
export function importJobs(input: WorkflowInput): ImportedWorkflow {
  const steps: Record<string, WrittenStep> = {};
  const services: NonNullable<WrittenPipeline['services']> = {};
  const endsOf = new Map<string, readonly string[]>();
  const jobs = new Map<string, JobNames>();
  const never = new Set<string>();
  const isNeeded = new Set<string>();
  for (const { id, job } of inOrder(input.workflow)) {
    const needs =
      job.needs.length === 0 ? input.needs : [...new Set(job.needs.flatMap((need) => endsOf.get(need) ?? []))];
    for (const need of job.needs) isNeeded.add(need);
    const imported = importOne({ ...input, id, job, needs, jobs, blocked: job.needs.find((need) => never.has(need)) });
    Object.assign(steps, imported.steps);
    Object.assign(services, imported.services);
    endsOf.set(id, imported.ends);
    if (imported.names !== null) jobs.set(id, imported.names);
    if (imported.never === true) never.add(id);
  }
  const ends = [...endsOf].flatMap(([id, own]) => (isNeeded.has(id) ? [] : own));
  return { steps, services, ends: [...new Set(ends)], jobs };
}

interface OneInput extends WorkflowInput {
  readonly id: string;
  readonly job: GithubJob;
  readonly needs: readonly string[];
  readonly jobs: ReadonlyMap<string, JobNames>;
  /** A job that it needs and that never runs here. */
  readonly blocked: string | undefined;
}

function importOne(input: OneInput): ImportedJob {
  const { id, job, prefix, findings, jobs, blocked } = input;
  const place = `jobs.${prefix}${id}`;
  if (blocked !== undefined && !/\b(always|failure|cancelled)\(/.test(String(job.if ?? ''))) {
    findings.missing(place, `the job ${blocked}, which it needs, does not run here; it is left out`);
    return { ...nothing(input.needs), never: true };
  }
  const needed = new Map([...jobs].filter(([name]) => job.needs.includes(name)));
  const scope = { ...input.scope, jobs: needed, steps: new Map() };
  return job.uses === undefined
    ? importJob({ ...input, id: `${prefix}${id}`, scope })
    : importCall({ ...input, scope }, job.uses);
}

function nothing(needs: readonly string[]): ImportedJob {
  return { steps: {}, services: {}, ends: needs, names: null };
}

/** A workflow of the repository that a job calls. */
function importCall(input: OneInput & { readonly scope: Scope }, uses: string): ImportedJob {
  const { id, job, prefix, findings, scope, files, depth } = input;
  const place = `jobs.${prefix}${id}`;
  const workflow = uses.startsWith('./') ? localWorkflow(uses, files) : null;
  if (workflow === null || depth > 3) {
    findings.missing(
      place,
      uses.startsWith('./')
        ? `the workflow ${uses} is not there`
        : `the workflow ${uses} of another repository is not called`,
    );
    return nothing(input.needs);
  }
  const own =
    job.strategy.matrix === undefined
      ? []
      : givenCombinations({ matrix: job.strategy.matrix, runsOn: '', scope }, place, findings);
  const outer =
    own.length === 0
      ? input.outer
      : own.flatMap((each) =>
          input.outer.length === 0 ? [each] : input.outer.map((around) => ({ ...around, ...each })),
        );
  const resolved = resolveJob(outer.length === 0 ? [{}] : outer);
  const condition = jobCondition(job.if, place, { findings, resolved, scope });
  if ('never' in condition) return { ...nothing(input.needs), ...condition };
  const convertIn = (around: Scope) => (text: string) => {
    const converted = convertText(text, around, null);
    findings.unknown(place, converted.unknown);
    return converted.text;
  };
  const { secrets } = job;
  const called: Scope = {
    ...scope,
    inputs: { ...callInputs(workflow.on), ...mapped(job.with, convertIn(scope)) },
    secretName: (name) => (secrets === 'inherit' ? scope.secretName(name) : secretOf(secrets[name], name, scope)),
  };
  const imported = importJobs({
    ...input,
    workflow,
    prefix: `${prefix}${id}-`,
    scope: called,
    // Even without a condition it tells that the workflow is called.
    conditions: [conjunction([...input.conditions, condition.when])],
    outer,
    depth: depth + 1,
  });
  const outputs = callOutputs(workflow.on);
  const around = { ...called, jobs: imported.jobs };
  const names = {
    last: imported.ends[0] ?? null,
    outputs: mapped(outputs, convertIn(around)),
  };
  findings.same(place, `the jobs of ${uses}`);
  return { ...imported, names };
}

function mapped(found: Readonly<Record<string, unknown>>, convert: (text: string) => string): Record<string, string> {
  const plain = (value: unknown) =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
  return Object.fromEntries(Object.entries(found).map(([name, value]) => [name, convert(plain(value))]));
}

/** GITHUB_TOKEN is there without being passed on. */
function secretOf(passed: unknown, name: string, scope: Scope): string | null {
  if (passed === undefined) return name === 'GITHUB_TOKEN' ? scope.secretName(name) : null;
  const outer = /^\s*\$\{\{\s*secrets\.(\w+)\s*\}\}\s*$/.exec(typeof passed === 'string' ? passed : '')?.[1];
  return outer === undefined ? null : scope.secretName(outer);
}

/** A job after those that it needs; what is left in a circle is passed over. */
function inOrder({ jobs }: GithubWorkflow): { readonly id: string; readonly job: GithubJob }[] {
  const ordered = new Map<string, GithubJob>();
  for (let before = -1; before !== ordered.size;) {
    before = ordered.size;
    for (const [id, job] of Object.entries(jobs)) {
      if (job.needs.every((need) => ordered.has(need) || jobs[need] === undefined)) ordered.set(id, job);
    }
  }
  return [...ordered].map(([id, job]) => ({ id, job }));
}
