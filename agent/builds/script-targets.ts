// Targets of the `build` scripts of packages.
import { TargetId } from '../protocol/ids.ts';
import { delegationOf } from './delegation.ts';
import type { FoundTarget } from './found-target.ts';
import { inputPatterns } from './inputs.ts';
import { dependsOn } from './manifest.ts';
import { outputPatterns } from './outputs.ts';
import { runScript } from './package-manager.ts';
import { isWithin, type FileTree } from './paths.ts';
import type { TypeScriptProject } from './tsconfig.ts';
import type { Package, Packages } from './workspaces.ts';

const scriptName = 'build';

export interface ScriptTargets {
  /** By the folder of the package. */
  readonly byFolder: ReadonlyMap<string, FoundTarget>;
  /** Folders of packages whose build script only has other targets built. */
  readonly delegating: ReadonlySet<string>;
}

/** A root whose script only has its workspaces built is no target: its workspaces are. */
export function findScriptTargets(
  packages: Packages,
  projects: ReadonlyMap<string, readonly TypeScriptProject[]>,
  tree: FileTree,
): ScriptTargets {
  const building = [...packages.byFolder.values()].filter(
    ({ manifest }) => (manifest.scripts[scriptName] ?? '').trim() !== '',
  );
  const membersOf = (root: Package) =>
    building.filter((each) => each !== root && each.workspaceRoot === root.manifest.folder);
  const kindOf = new Map(
    building.map((each) => {
      const delegates = membersOf(each).length > 0 || hasProjectsBelow(each, projects);
      return [each, delegates ? delegationOf(each.manifest.scripts[scriptName] ?? '', each.manifest.scripts) : 'none'];
    }),
  );
  const targets = building.filter((each) => kindOf.get(each) !== 'all');
  const idOf = new Map(targets.map((each) => [each, idOfPackage(each, packages)]));
  const found = [...idOf].map(([each, id]): readonly [string, FoundTarget] => {
    const needed = neededPackages(each, { packages, isTarget: (other) => idOf.has(other) });
    const members = kindOf.get(each) === 'part' ? membersOf(each) : [];
    const ids = (list: Iterable<Package>) => new Set([...list].flatMap((other) => idOf.get(other) ?? []));
    return [
      each.manifest.folder,
      {
        target: targetOf(each, id, { projects, tree }),
        needs: ids([...needed.strong, ...members]),
        weakNeeds: ids(needed.weak),
      },
    ];
  });
  return {
    byFolder: new Map(found),
    delegating: new Set(building.filter((each) => kindOf.get(each) === 'all').map(({ manifest }) => manifest.folder)),
  };
}

/** A package's name where it is unique, else its folder. */
export function idOfPackage(each: Package, packages: Packages): TargetId {
  const { name, folder } = each.manifest;
  return name !== null && packages.byName.get(name) === each
    ? TargetId.parse(name)
    : TargetId.parse(folder === '' ? 'root' : folder);
}

/**
 * The packages that are targets and that this one depends on, directly or through packages that are none.
 * `weak`: reached through devDependencies alone.
 */
export function neededPackages(
  start: Package,
  { packages, isTarget }: { packages: Packages; isTarget: (each: Package) => boolean },
): { strong: Set<Package>; weak: Set<Package> } {
  const strong = reachable([...start.manifest.dependencies], start, { packages, isTarget });
  const all = reachable([...start.manifest.dependencies, ...start.manifest.devDependencies], start, {
    packages,
    isTarget,
  });
  return { strong, weak: new Set([...all].filter((each) => !strong.has(each))) };
}

function reachable(
  names: readonly string[],
  start: Package,
  { packages, isTarget }: { packages: Packages; isTarget: (each: Package) => boolean },
): Set<Package> {
  const seen = new Set<Package>([start]);
  const found = new Set<Package>();
  const waiting = [...names];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const each = packages.byName.get(name);
    if (each === undefined || seen.has(each)) continue;
    seen.add(each);
    if (isTarget(each)) found.add(each);
    else waiting.push(...each.manifest.dependencies);
  }
  return found;
}

function targetOf(
  each: Package,
  id: TargetId,
  { projects, tree }: { projects: ReadonlyMap<string, readonly TypeScriptProject[]>; tree: FileTree },
): FoundTarget['target'] {
  const { manifest, manager } = each;
  const own = projects.get(manifest.folder) ?? [];
  const script = manifest.scripts[scriptName] ?? '';
  const isTypeScript = own.length > 0 || dependsOn(manifest, 'typescript') || /\btsc\b/.test(script);
  const outputs = outputPatterns(each, own, tree);
  return {
    id,
    folder: manifest.folder,
    command: runScript(manager, scriptName),
    language: isTypeScript ? 'typescript' : 'javascript',
    inputs: inputPatterns(each, scriptTexts(each), { tree, projects: own }),
    outputs,
    foundIn: `${manifest.path} script ${scriptName}`,
    environment: {},
    kind: manager,
    type: 'incremental',
    tools: ['node'],
    automatic: true,
    stored: true,
  };
}

function scriptTexts({ manifest }: Package): string {
  return Object.entries(manifest.scripts)
    .filter(([name]) => /^(pre|post)?build/.test(name))
    .map(([, text]) => text)
    .join(' ; ');
}

function hasProjectsBelow(
  { manifest: { folder } }: Package,
  projects: ReadonlyMap<string, readonly TypeScriptProject[]>,
): boolean {
  return [...projects].some(
    ([below, own]) => below !== folder && isWithin(folder, below) && own.some((project) => project.isComposite),
  );
}
