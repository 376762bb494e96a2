// A workflow of GitHub Actions as a pipeline: the steps of a job in a row, its jobs beside each other.
import { z } from 'zod';
import { failure, success, type Result } from '../../protocol/failure.ts';
import type { WrittenPipeline } from '../../protocol/pipeline.ts';
import type { ExpressionSurroundings } from './github-expressions.ts';
import { importJob } from './github-jobs.ts';
import { GithubWorkflow, type GithubJob } from './github-schema.ts';
import { Findings, type Imported, type WrittenStep } from './imported.ts';
import { createIds } from './slug.ts';

/** Fails with a sentence for what is no workflow, or of which nothing can run here. */
export function importGithub(value: unknown): Result<Imported> {
  const parsed = GithubWorkflow.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return failure('invalid_input', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it is no workflow'}`);
  }
  const findings = new Findings();
  const definition = definitionOf(parsed.data, findings);
  return success({ definition, findings: findings.all });
}

function definitionOf(workflow: GithubWorkflow, findings: Findings): WrittenPipeline {
  const events = eventsOf(workflow.on);
  findings.replaced(
    'on',
    `started by hand, in the editor or through the API, not by ${events.join(', ') || 'an event'}`,
  );
  const lastStepOf = new Map<string, string>();
  const event = events.includes('push') ? 'push' : (events[0] ?? 'push');
  const around: ExpressionSurroundings = { event, system: systemName(), inputs: inputsOf(workflow.on), lastStepOf };
  const steps: Record<string, WrittenStep> = {};
  const services: NonNullable<WrittenPipeline['services']> = {};
  const idFor = createIds();
  const endsOf = new Map<string, readonly string[]>();
  for (const { id, job } of inOrder(workflow)) {
    const needs = job.needs.flatMap((need) => endsOf.get(need) ?? []);
    const imported = importJob({ id, job, workflow, needs, around, findings, idFor });
    Object.assign(steps, imported.steps);
    Object.assign(services, imported.services);
    endsOf.set(id, imported.ends);
    const [end] = imported.ends;
    if (end !== undefined) lastStepOf.set(id, end);
  }
  const named = workflow.name === undefined ? {} : { name: workflow.name.slice(0, 200) };
  return { ...named, type: typeOf(workflow, events), ...concurrencyOf(workflow), services, steps };
}

function eventsOf(on: unknown): string[] {
  if (typeof on === 'string') return [on];
  if (Array.isArray(on)) return on.map(String);
  return typeof on === 'object' && on !== null ? Object.keys(on) : [];
}

const Inputs = z
  .record(z.string(), z.object({ default: z.union([z.string(), z.number(), z.boolean()]).optional() }).catch({}))
  .catch({});
const WithInputs = z.object({ inputs: Inputs.default({}) }).catch({ inputs: {} });
const Events = z.object({ workflow_dispatch: WithInputs.optional(), workflow_call: WithInputs.optional() }).catch({});

function inputsOf(on: unknown): Record<string, string> {
  const { workflow_dispatch: dispatch, workflow_call: call } = Events.parse(on ?? {});
  const all = { ...call?.inputs, ...dispatch?.inputs };
  return Object.fromEntries(Object.entries(all).map(([name, input]) => [name, String(input.default ?? '')]));
}

function systemName(): string {
  return { darwin: 'macOS', win32: 'Windows' }[process.platform as string] ?? 'Linux';
}

function typeOf({ name = '', jobs }: GithubWorkflow, events: readonly string[]): WrittenPipeline['type'] {
  const deploys =
    events.includes('release') ||
    /\b(deploy|publish|release)\b/i.test(name) ||
    Object.values(jobs).some(({ environment }) => environment !== undefined);
  if (deploys) return 'deploy';
  return Object.keys(jobs).some((id) => /test|check|lint/i.test(id)) || /test|ci\b/i.test(name) ? 'test' : 'build';
}

function concurrencyOf({ concurrency, name }: GithubWorkflow): Pick<WrittenPipeline, 'concurrency'> {
  if (concurrency === undefined) return {};
  const cancels =
    typeof concurrency === 'object' &&
    concurrency !== null &&
    'cancel-in-progress' in concurrency &&
    concurrency['cancel-in-progress'] !== false;
  const group = typeof concurrency === 'string' && !concurrency.includes('${{') ? concurrency : (name ?? 'workflow');
  return { concurrency: { group: group.slice(0, 200), cancelInProgress: cancels } };
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
