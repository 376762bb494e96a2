// A service of a pipeline as the engine runs it: beside the steps that name it, from when the first could start.
import type { StepDefinition } from '../engine/engine.ts';
import type { StepId } from '../protocol/ids.ts';
import type { ExpandedPipeline, ExpandedService } from './expansion.ts';
import type { PipelineParts } from './pipeline-parts.ts';
import type { Decision } from './pruning.ts';
import type { ResolvedSecrets } from './secrets.ts';
import { runService } from './service-step.ts';

/** What ends with something else has no time of its own. */
export const longestWaitMs = 20 * 86_400_000;

export interface ServiceInput {
  readonly parts: Pick<PipelineParts, 'clock' | 'workspace'>;
  readonly expanded: ExpandedPipeline;
  readonly decisions: ReadonlyMap<StepId, Decision>;
  /** The user's environment. */
  readonly facts: { readonly environment: Readonly<Record<string, string>> };
  readonly secretsOf: ReadonlyMap<StepId, ResolvedSecrets>;
  /** Hidden in every log of the execution. */
  readonly hidden: readonly string[];
}

/** It needs what all steps that name it need. */
export function serviceDefinition(service: ExpandedService, input: ServiceInput): StepDefinition {
  const { parts, facts, expanded } = input;
  const users = expanded.steps.filter(
    ({ id, services }) => services.includes(service.id) && input.decisions.get(id)?.runs !== false,
  );
  const [first] = users;
  const shared = (first?.needs ?? []).filter((need) => users.every(({ needs }) => needs.includes(need)));
  const secrets = input.secretsOf.get(service.id);
  const environment = { ...facts.environment, ...service.environment, ...secrets?.values };
  return {
    id: service.id,
    name: service.name,
    kind: 'service',
    needs: shared,
    slot: 'none',
    timeoutMs: longestWaitMs,
    secrets: input.hidden,
    isService: true,
    run: async (context) => {
      if (secrets !== undefined && secrets.missing.length > 0)
        return { state: 'failed', reason: secrets.missing.join('; ') };
      return await runService(service.definition, context, {
        clock: parts.clock,
        root: parts.workspace.root,
        environment,
      });
    },
  };
}
