// Which targets have to be built before the tests of a folder run: those whose output the tests load.
import type { RepoPath, TargetId } from '../protocol/ids.ts';
import { emptyModel, type TargetModel } from './discovery.ts';
import type { Manifest } from './manifest.ts';
import { OutputUse, type CheckedOut } from './output-use.ts';
import { FileTree, foldersUp, inRepository, isWithin } from './paths.ts';
import { idOfPackage, neededPackages } from './script-targets.ts';
import { withNeeds } from './target-graph.ts';
import type { Package } from './workspaces.ts';

/** Answers from what it was told last; remembers its answers until it is told something new. */
export class NeededTargets {
  readonly #use: OutputUse;
  readonly #answers = new Map<string, readonly TargetId[]>();
  #model = emptyModel;
  #tree = new FileTree([]);

  constructor(read: (path: RepoPath) => string | null) {
    this.#use = new OutputUse(read);
  }

  update(model: TargetModel, tree: FileTree, checkedOut: CheckedOut | null): void {
    const isSame = model === this.#model && tree === this.#tree;
    this.#model = model;
    this.#tree = tree;
    if (this.#use.update(tree, checkedOut) || !isSame) this.#answers.clear();
    if (!isSame) this.#use.forget();
  }

  /**
   * Packages that the folder's package depends on and whose entry points are written by a build; the own target where
   * tests or their configuration name what it writes; targets of noodle.yaml at or above the folder; and what all of
   * these need. In running order.
   */
  of(folder: string): readonly TargetId[] {
    const known = this.#answers.get(folder);
    if (known !== undefined) return known;
    const { targets, packages } = this.#model;
    const declared = [...targets.values()].filter(
      (target) => isDeclared(target.foundIn) && isWithin(target.folder, folder),
    );
    const own = foldersUp(folder).flatMap((each) => packages.byFolder.get(each) ?? [])[0];
    const found = own === undefined ? [] : [...this.#dependencies(own), ...this.#own(own)];
    const all = withNeeds([...declared.map(({ id }) => id), ...found], targets);
    const answer = [...targets.keys()].filter((id) => all.has(id));
    this.#answers.set(folder, answer);
    return answer;
  }

  /** Packages that are imported as they were written are looked through: what they depend on may be built. */
  #dependencies(own: Package): TargetId[] {
    const isBuilt = (each: Package) =>
      this.#targetsOf(each).length > 0 && !this.#isImportedAsWritten(each.manifest, own);
    const { strong, weak } = neededPackages(own, { packages: this.#model.packages, isTarget: isBuilt });
    return [...strong, ...weak].flatMap((each) => this.#targetsOf(each));
  }

  #own(own: Package): TargetId[] {
    const { manifest } = own;
    const target = this.#targetsOf(own).map((id) => this.#model.targets.get(id))[0];
    if (target === undefined || isDeclared(target.foundIn)) return [];
    return this.#use.loadsOwnOutput(manifest, target, this.#model.packages.byFolder) ? [target.id] : [];
  }

  #targetsOf(each: Package): TargetId[] {
    const id = idOfPackage(each, this.#model.packages);
    return this.#model.targets.has(id) ? [id] : [];
  }

  /** Whether every entry point is a file that git knows, or the runner is told to take the sources instead. */
  #isImportedAsWritten({ folder, name, importable }: Manifest, importer: Package): boolean {
    const tree = this.#tree;
    const isKnown = (entry: string) => {
      const path = inRepository(folder, entry.split('*')[0] ?? '');
      if (path === null) return false;
      if (entry.includes('*')) return tree.below(path.replace(/\/[^/]*$/, '')).length > 0;
      return [path, `${path}.js`, `${path}/index.js`].some((each) => tree.has(each));
    };
    const isWritten = importable.length === 0 ? isKnown('index.js') : importable.every(isKnown);
    return isWritten || (name !== null && this.#use.isAliased(name, importer.manifest.folder));
  }
}

function isDeclared(foundIn: string): boolean {
  return foundIn.startsWith('noodle.yaml');
}
