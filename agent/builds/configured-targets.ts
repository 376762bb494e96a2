// Targets declared in noodle.yaml.
import type { ConfigurationFile, TargetDefinition } from '../protocol/configuration-file.ts';
import { TargetId } from '../protocol/ids.ts';
import type { FoundTarget } from './found-target.ts';
import { inRepository } from './paths.ts';
import { everythingIn, withFolders } from './patterns.ts';
import { toolsOf } from './toolchains.ts';

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
  const variants = new Map(
    Object.entries(configured).map(([name, definition]) => [name, variantsOf(name, definition)]),
  );
  const names = new Set([...known, ...variants.keys(), ...[...variants.values()].flat().map(({ name }) => name)]);
  const targets = [...variants].flatMap(([declaredAs, all]) =>
    all.flatMap(({ name, definition }): FoundTarget[] => {
      const folder = inRepository('', definition.folder);
      if (folder === null) {
        problems.push(
          `noodle.yaml: the folder of target ${name}, ${definition.folder}, lies outside of the repository`,
        );
        return [];
      }
      const unknown = definition.needs.filter((need) => !names.has(need));
      for (const need of unknown) problems.push(`noodle.yaml: target ${name} needs ${need}, which does not exist`);
      // Whoever needs a target of several platforms needs each of them.
      const needs = definition.needs
        .filter((need) => names.has(need) && need !== declaredAs)
        .flatMap((need) => variants.get(need)?.map((variant) => variant.name) ?? [need]);
      const target = targetOf(name, folder, definition, declaredAs);
      return [{ target, needs: new Set(needs.map((need) => TargetId.parse(need))), weakNeeds: new Set() }];
    }),
  );
  return { targets, problems };
}

function targetOf(
  name: string,
  folder: string,
  definition: TargetDefinition,
  declaredAs: string,
): FoundTarget['target'] {
  const { command, language, outputs, environment, type, automatic, tools } = definition;
  return {
    id: TargetId.parse(name),
    kind: 'configured',
    folder,
    command,
    language,
    type,
    inputs: definition.inputs === undefined ? [everythingIn(folder)] : withFolders(definition.inputs),
    outputs: withFolders(outputs),
    environment,
    tools: [...(tools ?? toolsOf[language])],
    automatic,
    stored: type !== 'clean',
    foundIn: `noodle.yaml targets.${declaredAs}`,
  };
}

interface Variant {
  readonly name: string;
  readonly definition: TargetDefinition;
}

/** One for each platform, `cli:linux-amd64`; the target itself where it names none. */
function variantsOf(name: string, definition: TargetDefinition): Variant[] {
  if (definition.platforms.length === 0) return [{ name, definition }];
  return definition.platforms.map((platform) => {
    const [os = '', arch = ''] = platform.split('/');
    const fill = (text: string) =>
      text.replaceAll('{os}', os).replaceAll('{arch}', arch).replaceAll('{platform}', `${os}-${arch}`);
    const own: Record<string, string> = {
      TARGET_OS: os,
      TARGET_ARCH: arch,
      ...(definition.language === 'go' ? { GOOS: os, GOARCH: arch } : {}),
    };
    const given = Object.entries(definition.environment).map(([variable, value]) => [variable, fill(value)] as const);
    const filled = {
      ...definition,
      command: fill(definition.command),
      outputs: definition.outputs.map(fill),
      environment: { ...own, ...Object.fromEntries(given) },
    };
    return { name: `${name}:${os}-${arch}`, definition: filled };
  });
}
