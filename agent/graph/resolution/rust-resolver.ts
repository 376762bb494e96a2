// Rust: a crate is what rustc compiles at once, and an `impl` anywhere in it can change what a call elsewhere means. So the
// files of a crate depend on each other; another crate depends on it when Cargo.toml says so. The root stands for the crate.
import type { RepoPath } from '../../protocol/ids.ts';
import { readCargoPackages } from './cargo-packages.ts';
import type { CargoPackage, CrateKind } from './cargo-packages.ts';
import type { EdgeCollector } from './edges.ts';
import { folderOf, isWithin, join } from './file-set.ts';
import { addTo, specifiersOf } from './language-resolver.ts';
import type { LanguageParts, LanguageResolver } from './language-resolver.ts';

interface Crate {
  readonly kind: CrateKind;
  readonly root: RepoPath;
  readonly package: CargoPackage;
  /** What every user of the crate compiles, the root included. */
  readonly files: Set<RepoPath>;
  /** Modules that exist in tests alone. */
  readonly testFiles: Set<RepoPath>;
}

export class RustResolver implements LanguageResolver {
  readonly #parts: LanguageParts;
  readonly #packages: readonly CargoPackage[];
  readonly #byFolder: ReadonlyMap<string, CargoPackage>;
  readonly #crates = new Map<RepoPath, Crate>();
  /** Crates by the files that they hold. */
  readonly #holders = new Map<RepoPath, Crate[]>();
  /** Sources below tests/ that are no modules: subjects of tests that compile them. */
  readonly #subjects = new Map<string, RepoPath[]>();

  constructor(parts: LanguageParts) {
    this.#parts = parts;
    this.#packages = readCargoPackages(parts.files, parts.read);
    this.#byFolder = new Map(this.#packages.map((each) => [each.folder, each]));
    for (const each of this.#packages) for (const { kind, file } of each.roots) this.#addCrate(kind, file, each);
    for (const crate of this.#crates.values())
      for (const file of [...crate.files, ...crate.testFiles]) addTo(this.#holders, file, crate);
    this.#placeOthers();
  }

  addEdges(edges: EdgeCollector, file: RepoPath): void {
    const definesTests = this.#parts.factsOf(file).definesTests === true;
    for (const crate of this.#holders.get(file) ?? []) {
      const isTestFile = crate.testFiles.has(file);
      if (file === crate.root) this.#addRoot(edges, crate);
      else edges.addModules([crate.root], false);
      if (!isTestFile && !definesTests) continue;
      edges.addModules([...crate.testFiles], false);
      this.#addPackages(edges, crate.package.testNeeds);
    }
  }

  #addRoot(edges: EdgeCollector, { kind, files, package: own }: Crate): void {
    edges.addModules([...files], false);
    this.#addPackages(edges, own.needs);
    const rootsOf = (wanted: CrateKind) => own.roots.filter((root) => root.kind === wanted).map((root) => root.file);
    if (kind !== 'build') edges.addModules(rootsOf('build'), false);
    if (kind === 'lib' || kind === 'build') return;
    edges.addModules(rootsOf('lib'), false);
    if (kind === 'bin') return;
    // Tests may start the package's programs and compile what lies beside them.
    this.#addPackages(edges, own.testNeeds);
    if (kind === 'test') edges.addModules([...rootsOf('bin'), ...(this.#subjects.get(own.folder) ?? [])], false);
  }

  /** The libraries of packages; of one without a library, its programs. */
  #addPackages(edges: EdgeCollector, folders: readonly string[]): void {
    for (const folder of folders) {
      const roots = this.#byFolder.get(folder)?.roots ?? [];
      const libraries = roots.filter(({ kind }) => kind === 'lib');
      const programs = roots.filter(({ kind }) => kind === 'bin');
      edges.addModules(
        (libraries.length > 0 ? libraries : programs).map(({ file }) => file),
        false,
      );
    }
  }

  #addCrate(kind: CrateKind, root: RepoPath, own: CargoPackage): void {
    const crate: Crate = { kind, root, package: own, files: new Set([root]), testFiles: new Set() };
    this.#crates.set(root, crate);
    const queue: { readonly file: RepoPath; readonly isTest: boolean }[] = [{ file: root, isTest: false }];
    const seen = new Set<string>();
    for (const { file, isTest } of queue) {
      for (const module of this.#modulesOf(file, crate.root)) {
        const found = { file: module.file, isTest: isTest || module.isTest };
        if (seen.has(`${found.file} ${found.isTest}`)) continue;
        seen.add(`${found.file} ${found.isTest}`);
        (found.isTest ? crate.testFiles : crate.files).add(found.file);
        queue.push(found);
      }
    }
    for (const file of crate.files) crate.testFiles.delete(file);
  }

  /** The files of the modules that a file declares. */
  #modulesOf(file: RepoPath, root: RepoPath): { readonly file: RepoPath; readonly isTest: boolean }[] {
    const { files, factsOf } = this.#parts;
    const folder = folderOf(file);
    const stem = file.slice(folder === '' ? 0 : folder.length + 1).replace(/\.rs$/, '');
    const isFolderOwner = file === root || stem === 'mod';
    return specifiersOf(factsOf(file), 'trait').flatMap((trait) => {
      const match = /^mod (.*?)( test)?$/.exec(trait);
      if (match === null) return [];
      const [, name = '', test] = match;
      const [inner = '', path] = name.split('=');
      const own = isFolderOwner ? folder : join(folder, stem);
      const candidates =
        path === undefined
          ? [`${join(own, name)}.rs`, join(own, `${name}/mod.rs`), `${join(folder, name)}.rs`]
          : [join(join(inner === '' ? folder : own, inner), path), join(folder, path)];
      const found = candidates.flatMap((candidate) => files.find(candidate) ?? []).slice(0, 1);
      return found.map((each) => ({ file: each, isTest: test !== undefined }));
    });
  }

  /** What no `mod` names may be named by a macro: below src/ it counts for the package's crates, below tests/ for its tests. */
  #placeOthers(): void {
    for (const file of this.#parts.sources) {
      if (this.#holders.has(file)) continue;
      const own = this.#packages.find(({ folder }) => isWithin(folder, folderOf(file)));
      if (own === undefined) continue;
      const below = own.folder === '' ? file : file.slice(own.folder.length + 1);
      if (/^(?:tests|benches|examples)\//.test(below)) addTo(this.#subjects, own.folder, file);
      const libraries = own.roots.filter(({ kind }) => kind === 'lib');
      const takers = below.startsWith('tests/') ? [] : libraries.length > 0 ? libraries : own.roots;
      for (const { file: root } of takers) {
        const crate = this.#crates.get(root);
        if (crate === undefined) continue;
        crate.files.add(file);
        addTo(this.#holders, file, crate);
      }
    }
  }
}
