// All targets of the repository, found by looking at files only, with what is wrong about them.
import { BuildLanguage, type BuildTarget } from '../protocol/build.ts';
import type { ConfigurationFile } from '../protocol/configuration-file.ts';
import type { RepoPath, TargetId } from '../protocol/ids.ts';
import { configuredTargets } from './configured-targets.ts';
import type { FoundTarget } from './found-target.ts';
import { inferredNeeds } from './inferred-needs.ts';
import { targetKinds } from './kinds/kinds.ts';
import { overlapsOf, type Overlap } from './output-overlaps.ts';
import { FileTree } from './paths.ts';
import { findProjectTargets } from './project-targets.ts';
import { findScriptTargets } from './script-targets.ts';
import { cutCircles, inBuildOrder } from './target-graph.ts';
import { findProjects, type TypeScriptProject } from './tsconfig.ts';
import { findPackages, type Packages } from './workspaces.ts';

export interface TargetModel {
  /** Each after what it needs. */
  readonly targets: ReadonlyMap<TargetId, BuildTarget>;
  readonly packages: Packages;
  readonly problems: readonly string[];
  /** Targets that cannot be built as they are declared, each with a sentence that says why. */
  readonly refused: ReadonlyMap<TargetId, string>;
}

/** No targets at all. */
export const emptyModel: TargetModel = {
  targets: new Map(),
  packages: { byFolder: new Map(), byName: new Map(), problems: [] },
  problems: [],
  refused: new Map(),
};

/** Finds targets again and again, and works only when something that they were found in has changed. */
export class Discovery {
  readonly #read: (path: RepoPath) => string | null;
  #files: readonly RepoPath[] = [];
  #tree = new FileTree([]);
  #model = emptyModel;
  /** Everything that the model was made from, as it was read. */
  #texts = new Map<RepoPath, string | null>();
  #choices = '';

  constructor(read: (path: RepoPath) => string | null) {
    this.#read = read;
  }

  discover(
    files: readonly RepoPath[],
    configured: ConfigurationFile['targets'],
    isEnabled: DiscoveryInput['isEnabled'],
  ): { readonly model: TargetModel; readonly tree: FileTree } {
    const choices = JSON.stringify([configured, BuildLanguage.options.map(isEnabled)]);
    if (!this.#isUpToDate(files, choices)) {
      const texts = new Map<RepoPath, string | null>();
      const read = (path: RepoPath) => {
        const text = texts.get(path) ?? this.#read(path);
        texts.set(path, text);
        return text;
      };
      this.#tree = new FileTree(files);
      this.#model = discoverTargets({ tree: this.#tree, read, configured, isEnabled });
      this.#files = files;
      this.#texts = texts;
      this.#choices = choices;
    }
    return { model: this.#model, tree: this.#tree };
  }

  #isUpToDate(files: readonly RepoPath[], choices: string): boolean {
    const isSameList =
      files === this.#files ||
      (files.length === this.#files.length && files.every((file, index) => file === this.#files[index]));
    return (
      isSameList && choices === this.#choices && [...this.#texts].every(([path, text]) => this.#read(path) === text)
    );
  }
}

/** `isEnabled` says of a language whether its targets are built at all. */
export interface DiscoveryInput {
  readonly tree: FileTree;
  readonly read: (path: RepoPath) => string | null;
  readonly configured: ConfigurationFile['targets'];
  readonly isEnabled: (language: BuildTarget['language']) => boolean;
}

export function discoverTargets({ tree, read, configured, isEnabled }: DiscoveryInput): TargetModel {
  const packages = findPackages(tree, read);
  const projects = findProjects(tree, read);
  const scripts = findScriptTargets(packages, byFolder(projects.values()), tree);
  const found = new Map<TargetId, FoundTarget>();
  const looked = [
    ...scripts.byFolder.values(),
    ...findProjectTargets({ projects, packages, scripts, tree }),
    ...targetKinds.flatMap((kind) => kind.find({ tree, read })),
  ];
  for (const each of looked) if (!found.has(each.target.id)) found.set(each.target.id, each);
  const declared = configuredTargets(configured, new Set(found.keys()));
  // What noodle.yaml says of a target counts instead of what was found.
  for (const each of declared.targets) found.set(each.target.id, each);
  for (const [id, { target }] of found) if (!isEnabled(target.language)) found.delete(id);
  const declaredIds = new Set(declared.targets.map(({ target }) => target.id).filter((id) => found.has(id)));
  addInferred(found, declaredIds);
  const overlaps = overlapsOf([...found.values()].map(({ target }) => target));
  leaveOutOfCache(found, overlaps);
  const cut = cutCircles(new Map([...found].map(([id, each]) => [id, existingNeeds(each, found)])));
  const targets = inBuildOrder(
    [...found].map(([id, { target }]) => ({ ...target, needs: [...(cut.needs.get(id) ?? [])] })),
  );
  const refused = refusedFor(overlaps, declaredIds);
  return {
    targets: new Map(targets.map((target) => [target.id, target])),
    packages,
    problems: [...packages.problems, ...declared.problems, ...new Set(refused.values()), ...cut.problems],
    refused,
  };
}

function addInferred(found: Map<TargetId, FoundTarget>, declared: ReadonlySet<TargetId>): void {
  for (const [id, more] of inferredNeeds(found, declared)) {
    const each = found.get(id);
    if (each !== undefined) found.set(id, { ...each, weakNeeds: new Set([...each.weakNeeds, ...more]) });
  }
}

/** Whose files they are that lie where two targets write, nobody can tell. */
function leaveOutOfCache(found: Map<TargetId, FoundTarget>, overlaps: readonly Overlap[]): void {
  for (const id of overlaps.flatMap(({ targets }) => targets)) {
    const each = found.get(id);
    if (each !== undefined) found.set(id, { ...each, target: { ...each.target, stored: false } });
  }
}

/** What was found by looking is built as its project has always been; what somebody declares is his to put right. */
function refusedFor(overlaps: readonly Overlap[], declared: ReadonlySet<TargetId>): Map<TargetId, string> {
  const refused = new Map<TargetId, string>();
  for (const { targets, patterns } of overlaps) {
    const [a, b] = targets;
    const what = patterns[0] === patterns[1] ? patterns[0] : `${patterns[0]} and ${patterns[1]}`;
    for (const id of targets)
      if (declared.has(id) && !refused.has(id)) refused.set(id, `the outputs of ${a} and ${b} overlap: ${what}`);
  }
  return refused;
}

function existingNeeds({ target, needs, weakNeeds }: FoundTarget, found: ReadonlyMap<TargetId, FoundTarget>) {
  const existing = (ids: ReadonlySet<TargetId>) => new Set([...ids].filter((id) => found.has(id) && id !== target.id));
  return { strong: existing(needs), weak: existing(weakNeeds) };
}

function byFolder(projects: Iterable<TypeScriptProject>): Map<string, TypeScriptProject[]> {
  const folders = new Map<string, TypeScriptProject[]>();
  for (const project of projects) folders.set(project.folder, [...(folders.get(project.folder) ?? []), project]);
  return folders;
}
