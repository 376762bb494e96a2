// Targets declared in noodle.yaml.
import type { ConfigurationFile } from '../protocol/configuration-file.ts';
import { TargetId } from '../protocol/ids.ts';
import type { FoundTarget } from './found-target.ts';
import { inRepository } from './paths.ts';
import { baseOf, everythingIn } from './patterns.ts';

export interface ConfiguredTargets {
  readonly targets: readonly FoundTarget[];
  readonly problems: readonly string[];
}

/** `known`: ids of the targets found by looking, which may be needed too. */
export function configuredTargets(
  configured: ConfigurationFile['targets'],
  known: ReadonlySet<string>,
): ConfiguredTargets {
  const problems: string[] = [];
  const names = new Set([...known, ...Object.keys(configured)]);
  const targets = Object.entries(configured).flatMap(([name, definition]): FoundTarget[] => {
    const folder = inRepository('', definition.folder);
    if (folder === null) {
      problems.push(`noodle.yaml: the folder of target ${name}, ${definition.folder}, lies outside of the repository`);
      return [];
    }
    const unknown = definition.needs.filter((need) => !names.has(need));
    for (const need of unknown) problems.push(`noodle.yaml: target ${name} needs ${need}, which does not exist`);
    const needs = definition.needs
      .filter((need) => names.has(need) && need !== name)
      .map((need) => TargetId.parse(need));
    const { command, language, outputs, environment } = definition;
    const inputs = definition.inputs ?? [everythingIn(folder)];
    const target = {
      id: TargetId.parse(name),
      folder,
      command,
      language,
      inputs,
      outputs,
      environment,
      foundIn: `noodle.yaml targets.${name}`,
    };
    return [{ target, needs: new Set(needs), weakNeeds: new Set() }];
  });
  return { targets, problems: [...problems, ...overlaps(targets)] };
}

/** Two targets that write into one folder would spoil each other's results. */
function overlaps(targets: readonly FoundTarget[]): string[] {
  const owners = new Map<string, string>();
  const problems: string[] = [];
  for (const { target } of targets) {
    for (const pattern of target.outputs) {
      const base = baseOf(pattern);
      const owner = owners.get(base);
      if (owner !== undefined && owner !== target.id)
        problems.push(`noodle.yaml: targets ${owner} and ${target.id} both write ${pattern}`);
      owners.set(base, owner ?? target.id);
    }
  }
  return problems;
}
