// Targets of composite TypeScript projects that no build script of a package covers: each is built by `tsc -b`.
import { TargetId, type RepoPath } from '../protocol/ids.ts';
import type { FoundTarget } from './found-target.ts';
import { dependsOn } from './manifest.ts';
import { lockFileOf } from './package-manager.ts';
import { foldersUp, type FileTree } from './paths.ts';
import { escapePattern, everythingIn } from './patterns.ts';
import type { ScriptTargets } from './script-targets.ts';
import { idOfPackage } from './script-targets.ts';
import type { TypeScriptProject } from './tsconfig.ts';
import type { Package, Packages } from './workspaces.ts';

export interface ProjectTargetsInput {
  readonly projects: ReadonlyMap<RepoPath, TypeScriptProject>;
  readonly packages: Packages;
  readonly scripts: ScriptTargets;
  readonly tree: FileTree;
}

export function findProjectTargets(input: ProjectTargetsInput): FoundTarget[] {
  const { projects, packages, scripts } = input;
  const idOf = new Map<RepoPath, TargetId>();
  for (const project of projects.values())
    if (isBuilt(project, input)) idOf.set(project.path, idOfProject(project, packages));
  return [...idOf].flatMap(([path, id]) => {
    const project = projects.get(path);
    if (project === undefined) return [];
    // What is referenced but built by a script is needed as that script's target.
    const needs = project.references.flatMap(
      (reference) => idOf.get(reference) ?? coveringTarget(projects.get(reference), scripts) ?? [],
    );
    const found: FoundTarget = {
      target: targetOf(project, id, input.tree),
      needs: new Set(needs.filter((need) => need !== id)),
      weakNeeds: new Set(),
    };
    return [found];
  });
}

/** It emits, it can be referenced, the package that it belongs to has TypeScript and no build script of its own. */
function isBuilt(project: TypeScriptProject, { packages, scripts }: ProjectTargetsInput): boolean {
  if (!project.isComposite || !project.emits || project.isSolution) return false;
  const above = packagesAbove(project.folder, packages);
  const nearest = above[0];
  if (nearest === undefined || !above.some(({ manifest }) => dependsOn(manifest, 'typescript'))) return false;
  return !scripts.byFolder.has(nearest.manifest.folder);
}

function packagesAbove(folder: string, packages: Packages): Package[] {
  return foldersUp(folder).flatMap((each) => packages.byFolder.get(each) ?? []);
}

function coveringTarget(project: TypeScriptProject | undefined, scripts: ScriptTargets): TargetId | undefined {
  if (project === undefined) return undefined;
  return foldersUp(project.folder)
    .map((folder) => scripts.byFolder.get(folder)?.target.id)
    .find((id) => id !== undefined);
}

/** The package's name for the project in its folder, else the folder, and the file where it is not `tsconfig.json`. */
function idOfProject(project: TypeScriptProject, packages: Packages): TargetId {
  const isDefault = project.path.endsWith('tsconfig.json');
  const own = packages.byFolder.get(project.folder);
  if (isDefault && own !== undefined) return idOfPackage(own, packages);
  return TargetId.parse(isDefault && project.folder !== '' ? project.folder : project.path);
}

function targetOf(project: TypeScriptProject, id: TargetId, tree: FileTree): FoundTarget['target'] {
  const { path, folder } = project;
  const file = path.slice(folder === '' ? 0 : folder.length + 1);
  const lockFile = lockFileOf(folder, tree);
  const outside = [...(lockFile === null ? [] : [lockFile]), ...project.extended];
  return {
    id,
    folder,
    command: file === 'tsconfig.json' ? 'tsc -b' : `tsc -b ${file}`,
    language: 'typescript',
    inputs: [everythingIn(folder), ...new Set(outside.map(escapePattern))],
    outputs: project.outputFolders.map(everythingIn),
    foundIn: path,
    environment: {},
    kind: 'typescript',
    type: 'incremental',
    tools: ['node'],
    automatic: true,
    stored: true,
  };
}
