// Which targets have to be built before the tests of a folder run: those whose output the tests load.
import type { RepoPath, TargetId } from '../protocol/ids.ts';
import type { TargetModel } from './discovery.ts';
import type { Manifest } from './manifest.ts';
import { foldersUp, inRepository, isWithin, type FileTree } from './paths.ts';
import { baseOf } from './patterns.ts';
import { idOfPackage, neededPackages } from './script-targets.ts';
import { withNeeds } from './target-graph.ts';
import type { Package } from './workspaces.ts';

export interface NeededByInput {
  readonly model: TargetModel;
  readonly tree: FileTree;
  readonly read: (path: RepoPath) => string | null;
}

/**
 * Packages that the folder's package depends on and whose entry points are written by a build; the own target where tests
 * or their configuration name what it writes; targets of noodle.yaml at or above the folder; and what all of these need.
 */
export function neededTargets(folder: string, input: NeededByInput): TargetId[] {
  const { model } = input;
  const declared = [...model.targets.values()].filter(
    (target) => target.foundIn.startsWith('noodle.yaml') && isWithin(target.folder, folder),
  );
  const own = foldersUp(folder)
    .map((each) => model.packages.byFolder.get(each))
    .find((each) => each !== undefined);
  const found =
    own === undefined
      ? []
      : [...dependencies(own, input), ...(loadsOwnOutput(own, input) ? targetsOf(own, model) : [])];
  const all = withNeeds([...declared.map(({ id }) => id), ...found], model.targets);
  return [...model.targets.keys()].filter((id) => all.has(id));
}

/** Packages that are imported as they were written are looked through: what they depend on may be built. */
function dependencies(own: Package, { model, tree }: NeededByInput): TargetId[] {
  const isBuilt = (each: Package) => targetsOf(each, model).length > 0 && !isImportedAsWritten(each.manifest, tree);
  const { strong, weak } = neededPackages(own, { packages: model.packages, isTarget: isBuilt });
  return [...strong, ...weak].flatMap((each) => targetsOf(each, model));
}

function targetsOf(each: Package, model: TargetModel): TargetId[] {
  const id = idOfPackage(each, model.packages);
  return model.targets.has(id) ? [id] : [];
}

/** Whether every entry point is a file that git knows. */
function isImportedAsWritten({ folder, importable }: Manifest, tree: FileTree): boolean {
  const isKnown = (entry: string) => {
    const path = inRepository(folder, entry);
    if (path === null) return false;
    if (entry.includes('*')) return tree.below(path.split('*')[0]?.replace(/\/[^/]*$/, '') ?? '').length > 0;
    return [path, `${path}.js`, `${path}/index.js`].some((each) => tree.has(each));
  };
  const entries = importable.filter((entry) => entry.startsWith('.') || !entry.includes(':'));
  return entries.length === 0 ? isKnown('index.js') : entries.every(isKnown);
}

/** Whether tests, their configuration or the test scripts name the package itself or a folder that its build writes. */
function loadsOwnOutput({ manifest }: Package, { model, tree, read }: NeededByInput): boolean {
  const target = [...model.targets.values()].find(
    (each) => each.folder === manifest.folder && each.foundIn.startsWith(manifest.path),
  );
  if (target === undefined) return false;
  const written = target.outputs.map((pattern) =>
    baseOf(pattern).slice(manifest.folder === '' ? 0 : manifest.folder.length + 1),
  );
  const names = new RegExp(
    `(?:^|[\\s"'\`/=(])(?:\\.{0,2}/)*(?:${written.map(escapeExpression).join('|')})(?:["'\`/\\s]|$)`,
    'm',
  );
  const scripts = Object.entries(manifest.scripts)
    .filter(([name]) => /^(pre)?test/.test(name))
    .map(([, script]) => script);
  if (scripts.some((script) => (written.length > 0 && names.test(script)) || /\bbuild\b/.test(script))) return true;
  const own =
    manifest.name === null ? null : new RegExp(`["'\`]${escapeExpression(manifest.name)}(?:/[^"'\`]*)?["'\`]`);
  const imports = new RegExp(`["'\`](?:\\.{1,2}/)+(?:${written.map(escapeExpression).join('|')})(?:/|["'\`])`);
  return tree.below(manifest.folder).some((path) => {
    if (!mayLoadOutput.test(path)) return false;
    const text = read(path) ?? '';
    return (own?.test(text) ?? false) || (written.length > 0 && imports.test(text));
  });
}

/** Test files by their names or folders, and configuration of runners. */
const mayLoadOutput =
  /(?:(?:^|\/)(?:tests?|__tests__|specs?|e2e)\/.*\.[cm]?[jt]sx?|[._-](?:test|spec)\.[cm]?[jt]sx?|(?:^|\/)(?:test|tests)\.[cm]?[jt]s|(?:vitest|vite|jest|mocha\w*)\.(?:config|workspace|setup)\.\w+|\.mocharc\.\w+)$/;

function escapeExpression(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
