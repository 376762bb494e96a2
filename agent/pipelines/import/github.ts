// A workflow of GitHub Actions as a pipeline: the steps of a job in a row, its jobs beside each other.
import { failure, success, type Result } from '../../protocol/failure.ts';
import type { WrittenPipeline } from '../../protocol/pipeline.ts';
import type { LocalFiles } from './github-files.ts';
import { GithubWorkflow } from './github-schema.ts';
import { eventsOf, startInputs } from './github-triggers.ts';
import { importJobs } from './github-workflow.ts';
import { Findings, type Imported } from './imported.ts';
import { createIds } from './slug.ts';

/** Fails with a sentence for what is no workflow, or of which nothing can run here. */
export function importGithub(value: unknown, _id: string, files: LocalFiles): Result<Imported> {
  const parsed = GithubWorkflow.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return failure('invalid_input', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it is no workflow'}`);
  }
  const findings = new Findings();
  const definition = definitionOf(parsed.data, findings, files);
  return success({ definition, findings: findings.all });
}

function definitionOf(workflow: GithubWorkflow, findings: Findings, files: LocalFiles): WrittenPipeline {
  const events = eventsOf(workflow.on);
  findings.replaced(
    'on',
    `started by hand, in the editor or through the API, not by ${events.join(', ') || 'an event'}`,
  );
  const { steps, services } = importJobs({
    workflow,
    prefix: '',
    needs: [],
    scope: {
      event: events.includes('push') ? 'push' : (events[0] ?? 'push'),
      system: systemName(),
      inputs: startInputs(workflow.on),
      secretName: (name) => name,
      actionFolder: null,
    },
    conditions: [],
    outer: [],
    files,
    findings,
    idFor: createIds(),
    depth: 0,
  });
  const named = workflow.name === undefined ? {} : { name: workflow.name.slice(0, 200) };
  return {
    ...named,
    type: typeOf(workflow, events),
    ...concurrencyOf(workflow),
    environment: plainVariables(workflow),
    services,
    steps,
  };
}

function plainVariables({ env }: GithubWorkflow): Record<string, string> {
  const plain = Object.entries(env).map(([name, value]) => [name, String(value ?? '')] as const);
  return Object.fromEntries(plain.filter(([, text]) => !text.includes('${{')));
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
