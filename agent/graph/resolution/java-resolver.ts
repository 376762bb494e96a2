// Java: from packages and names of types to the files that declare them, wherever the build keeps its source roots. What
// a name may mean counts, so neither the class path nor the order of modules must be known.
import type { RepoPath } from '../../protocol/ids.ts';
import type { FileFacts } from '../facts.ts';
import type { EdgeCollector } from './edges.ts';
import { folderOf, isWithin, join } from './file-set.ts';
import { addTo, hasTrait, namesOf, specifiersOf } from './language-resolver.ts';
import type { LanguageParts, LanguageResolver } from './language-resolver.ts';
import { readJvmModules } from './jvm-modules.ts';
import type { JvmModules } from './jvm-modules.ts';

interface Package {
  readonly types: Map<string, RepoPath[]>;
  /** Files on which all of the package and of its importers depend: other languages, odd names, package-info. */
  readonly whole: RepoPath[];
  readonly files: RepoPath[];
}

/** Where tests stand in the layouts of Maven and Gradle, of Ant and of Android. */
const testRoot = /(?:^|\/)(?:src\/(?!main\/)\w*[tT]ests?\w*|src\/(?:it|testFixtures)|tests?|javatests)\//;

export class JavaResolver implements LanguageResolver {
  readonly #parts: LanguageParts;
  readonly #packages = new Map<string, Package>();
  readonly #modules: JvmModules;

  constructor(parts: LanguageParts) {
    this.#parts = parts;
    this.#modules = readJvmModules(parts.files, parts.read);
    for (const file of parts.sources) this.#index(file, parts.factsOf(file));
  }

  addEdges(edges: EdgeCollector, file: RepoPath): void {
    const facts = this.#parts.factsOf(file);
    const [own = ''] = specifiersOf(facts, 'scope');
    const visible = [own, ...this.#addImports(edges, file, specifiersOf(facts, 'use'))];
    const names = namesOf(facts, 'names');
    for (const found of visible.flatMap((scope) => this.#packages.get(scope) ?? [])) {
      this.#add(edges, file, found.whole);
      for (const name of names) this.#add(edges, file, found.types.get(name) ?? []);
    }
    if (hasTrait(facts, 'whole') && !file.endsWith('package-info.java'))
      this.#add(edges, file, this.#packages.get(own)?.files ?? []);
    this.#addTraits(edges, file, facts);
  }

  /** Adds what is imported by its name, and returns the packages of which everything is. */
  #addImports(edges: EdgeCollector, file: RepoPath, imports: readonly string[]): string[] {
    const whole: string[] = [];
    for (const name of imports) {
      if (name.endsWith('.**')) this.#addBelow(edges, file, name.slice(0, -3));
      else if (name.endsWith('.*') && this.#packages.has(name.slice(0, -2))) whole.push(name.slice(0, -2));
      else this.#addQualified(edges, file, name.replace(/\.\*$/, '').split('.'));
    }
    return whole;
  }

  #index(file: RepoPath, facts: FileFacts): void {
    const [scope = ''] = specifiersOf(facts, 'scope');
    const known: Package = this.#packages.get(scope) ?? { types: new Map(), whole: [], files: [] };
    this.#packages.set(scope, known);
    known.files.push(file);
    const declared = namesOf(facts, 'declares');
    for (const name of declared) addTo(known.types, name, file);
    // A file that does not parse, or a type whose name is not told from a variable's.
    const isOdd = declared.length === 0 || declared.some((name) => !/^[A-Z$_\u0080-\uffff]/.test(name));
    if (hasTrait(facts, 'whole') || (isOdd && !file.endsWith('module-info.java'))) known.whole.push(file);
  }

  /** `a.b.C.D.member`: the longest package that has a type of the next name. */
  #addQualified(edges: EdgeCollector, file: RepoPath, parts: readonly string[]): void {
    for (let length = parts.length - 1; length > 0; length--) {
      const found = this.#packages.get(parts.slice(0, length).join('.'));
      if (found === undefined) continue;
      const declared = found.types.get(parts[length] ?? '');
      this.#add(edges, file, found.whole);
      if (declared !== undefined) this.#add(edges, file, declared);
      // Generated from something of the package, or written in a way that was not understood.
      else if (/^[A-Z]/.test(parts[length] ?? '')) this.#add(edges, file, found.files);
      return;
    }
  }

  #addBelow(edges: EdgeCollector, file: RepoPath, scope: string): void {
    for (const [name, { files }] of this.#packages)
      if (name === scope || name.startsWith(`${scope}.`)) this.#add(edges, file, files);
  }

  /** What is no test never sees a test, though it may bear the same name. */
  #add(edges: EdgeCollector, file: RepoPath, targets: readonly RepoPath[]): void {
    const isTest = testRoot.test(file);
    edges.addModules(isTest ? targets : targets.filter((target) => !testRoot.test(target)), false);
  }

  #addTraits(edges: EdgeCollector, file: RepoPath, facts: FileFacts): void {
    const module = this.#modules.folderOf(file);
    if (hasTrait(facts, 'scan'))
      for (const folder of this.#modules.reachableFrom(module)) edges.addFolder(folder, 'all');
    if (hasTrait(facts, 'computed')) edges.addFolder(this.#mainRoot(module, file), 'all');
    if (hasTrait(facts, 'services')) this.#addProviders(edges, file);
    if (hasTrait(facts, 'native')) {
      const native = this.#parts.files.below(module, (each) => /\.(?:c|cc|cpp|cxx|h|hpp|rs|S|s)$/.test(each));
      edges.addModules(native, false);
    }
    for (const processor of this.#modules.processorsFor(module))
      if (!isWithin(processor, file)) edges.addFolder(processor, 'all');
    for (const setting of this.#modules.settingsOf(module)) edges.addModules([setting], false);
  }

  #mainRoot(module: string, file: RepoPath): string {
    const main = join(module, 'src/main');
    const root = isWithin(main, file) || this.#parts.files.hasFolder(main) ? main : module;
    return root === '' ? folderOf(file) : root;
  }

  /** The providers that META-INF/services of any module names. */
  #addProviders(edges: EdgeCollector, file: RepoPath): void {
    for (const { service, providers } of this.#modules.services) {
      this.#add(edges, file, [service]);
      for (const provider of providers) this.#addQualified(edges, file, provider.split(/[.$]/));
    }
  }
}
