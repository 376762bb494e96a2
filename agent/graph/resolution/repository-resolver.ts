// From the facts of a file to its edges, with everything in the repository that decides about them.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { RepoPath } from '../../protocol/ids.ts';
import type { FileFacts, ImportFact } from '../facts.ts';
import { isConfiguration, isConfigurationProgram, roleOf, scopeOfSetting } from '../file-roles.ts';
import type { CompileCommandsReader } from './compile-commands.ts';
import { EdgeCollector } from './edges.ts';
import type { FileEdges } from './edges.ts';
import { FileSet, folderOf, isWithin, join } from './file-set.ts';
import { CompiledLanguages, compiledLanguageOf, decidesCompiled } from './languages.ts';
import { JavaScriptResolver } from './javascript-resolver.ts';
import { LinkedPaths } from './linked-paths.ts';
import { readManifests } from './manifests.ts';
import type { Manifests } from './manifests.ts';
import { Packages } from './packages.ts';
import { NativeProjects } from './native-projects.ts';
import { PathResolver } from './path-resolver.ts';
import { readPythonProjects } from './python-projects.ts';
import type { PythonProjects } from './python-projects.ts';
import { PythonResolver } from './python-resolver.ts';
import { isRunnerConfiguration, readRunnerConfigurations } from './runner-configuration.ts';
import type { RunnerConfigurations } from './runner-configuration.ts';
import { readTypeScriptProjects } from './typescript-projects.ts';
import type { TypeScriptProjects } from './typescript-projects.ts';

export interface ResolverInput {
  readonly root: string;
  readonly files: ReadonlySet<RepoPath>;
  readonly factsOf: (file: RepoPath) => FileFacts;
  readonly compileCommands: CompileCommandsReader;
}

/** Whether a change of this file can change how others resolve. */
export function decidesResolution(file: string): boolean {
  const name = file.slice(file.lastIndexOf('/') + 1);
  return (
    /^(?:package\.json|[tj]sconfig[^/]*\.json|pyproject\.toml|setup\.cfg|setup\.py|pytest\.ini|tox\.ini|Pipfile)$/.test(
      name,
    ) ||
    isRunnerConfiguration(file) ||
    decidesCompiled(file)
  );
}

/** Made for one state of the file names and of the files that decide resolution; reads those at once. */
export class RepositoryResolver {
  readonly files: FileSet;
  /** Configurations that are programs. */
  readonly programs: readonly RepoPath[];
  readonly #root: string;
  readonly #factsOf: (file: RepoPath) => FileFacts;
  readonly #manifests: Manifests;
  readonly #projects: TypeScriptProjects;
  readonly #configurations: RunnerConfigurations;
  readonly #python: PythonProjects;
  readonly #modules: JavaScriptResolver;
  readonly #pythonModules: PythonResolver;
  readonly #paths: PathResolver;
  readonly #compiled: CompiledLanguages;
  readonly #native: NativeProjects;

  constructor({ root, files, factsOf, compileCommands }: ResolverInput) {
    const read = (file: RepoPath) => readText(root, file);
    this.#root = root;
    this.#factsOf = factsOf;
    this.files = new FileSet(files);
    this.programs = [...files].filter(isConfigurationProgram);
    this.#manifests = readManifests(files, read);
    this.#projects = readTypeScriptProjects(files, root, read);
    this.#configurations = readRunnerConfigurations(files, this.#manifests, read);
    this.#python = readPythonProjects(this.files, read);
    this.#native = new NativeProjects(this.files, read);
    const links = new LinkedPaths(root);
    this.#compiled = new CompiledLanguages({
      files: this.files,
      factsOf,
      read,
      disk: { root, links, compileCommands },
    });
    const packages = new Packages({ files: this.files, manifests: this.#manifests, projects: this.#projects });
    const parts = {
      root,
      files: this.files,
      manifests: this.#manifests,
      projects: this.#projects,
      configurations: this.#configurations,
      packages,
      links,
    };
    this.#modules = new JavaScriptResolver(parts);
    this.#pythonModules = new PythonResolver({
      files: this.files,
      projects: this.#python,
      factsOf,
      onDisk: folderNames(root),
    });
    this.#paths = new PathResolver({
      files: this.files,
      manifests: this.#manifests,
      packages,
      links,
      modules: this.#modules,
      projectOf: (folder) => this.projectOf(folder),
    });
  }

  /** The nearest folder at or above with a package.json, a Python project's file or a module of a compiled language; '' at last. */
  projectOf(folder: string): string {
    const javascript = this.#manifests.above(folder)?.folder ?? '';
    const python = this.#python.above(folder)[0]?.folder ?? '';
    const compiled = this.#compiled.unitOf(folder);
    return [javascript, python, compiled].reduce((a, b) => (b.length > a.length ? b : a));
  }

  /** Whether a file of a compiled language declares other names than before, so that others must be resolved anew. */
  hasRedeclared(file: RepoPath): boolean {
    return this.#compiled.hasRedeclared(file);
  }

  /** The name of the package that a folder belongs to. */
  packageNameOf(folder: string): string | null {
    return this.#manifests.above(folder)?.name ?? null;
  }

  /** Whether tests below a folder fail on type errors. */
  checksTypes(folder: string): boolean {
    return this.#configurations.checksTypes(folder);
  }

  /** Every package.json. */
  manifestTexts(): readonly { readonly folder: string; readonly text: string }[] {
    return this.#manifests.all;
  }

  /** Every other file that configures tools, read when asked: a change of a lock file is rare. */
  configurationTexts(): { folder: string; text: string }[] {
    const named = [...this.files.all].filter(
      (file) => isConfiguration(file) && !/(?:^|\/)(?:package\.json|[^/]*lock[^/]*)$/.test(file),
    );
    return named.map((file) => ({ folder: folderOf(file), text: readText(this.#root, file) ?? '' }));
  }

  /** What says which distributions Python projects ask for by themselves; what a tool wrote out of those is none of it. */
  pythonManifestTexts(): { folder: string; text: string }[] {
    const name =
      /(?:^|\/)(?:pyproject\.toml|setup\.(?:cfg|py)|Pipfile|(?:tox|pytest)\.ini|environment\.ya?ml|[^/]*requirements[^/]*\.(?:in|txt)|requirements\/[^/]+\.(?:in|txt))$/;
    return [...this.files.all]
      .filter((file) => name.test(file))
      .map((file) => ({ folder: scopeOfSetting(file), text: readText(this.#root, file) ?? '' }))
      .filter(({ text }) => !/autogenerated by|^\s*# via\b|--hash=/m.test(text));
  }

  /** Folders of Python projects at or below one. */
  pythonFoldersBelow(folder: string): string[] {
    return this.#python.all.map((project) => project.folder).filter((each) => isWithin(folder, each));
  }

  /** The files that a module specifier of a JavaScript file stands for. */
  modulesOf(file: RepoPath, specifier: string): readonly RepoPath[] {
    return this.#modules.module(file, specifier).files;
  }

  edgesOf(file: RepoPath): FileEdges {
    const facts = this.#factsOf(file);
    const edges = new EdgeCollector(file, this.files);
    for (const note of notesOf(facts)) edges.addNote(note);
    const language = compiledLanguageOf(file);
    if (language !== null) return this.#addCompiled(edges, file, language);
    const isSetting = isConfiguration(file);
    for (const fact of facts.imports) {
      if (isPath(fact)) continue;
      if (isPythonModule(fact)) this.#addPythonModule(edges, file, fact);
      else this.#addModule(edges, file, fact);
    }
    if (/\.py[iw]?$/.test(file)) this.#pythonModules.addConventions(edges, file, facts);
    edges.endModules();
    // Names that a bundler's plugin imports unseen may come from any source of the package.
    const unseen = isSetting ? null : this.#configurations.importsUnseen(folderOf(file));
    if (unseen !== null)
      edges.addFolder(this.files.hasFolder(join(unseen, 'src')) ? join(unseen, 'src') : unseen, 'all');
    // The paths in a configuration are settings; it does not read them itself.
    if (!isSetting) this.#addPaths(edges, file, facts.imports.filter(isPath));
    if (!isSetting) this.#addCompiledUse(edges, file, facts);
    return edges;
  }

  /** Native code that a script's project loads, and programs that it may start. */
  #addCompiledUse(edges: EdgeCollector, file: RepoPath, { imports }: FileFacts): void {
    const native = this.#native.standingFor(file);
    if (native !== null) edges.addModules([native], false);
    if (imports.some(({ kind }) => kind === 'command')) edges.addModules(this.#compiled.programs, false);
  }

  #addCompiled(edges: EdgeCollector, file: RepoPath, language: string): FileEdges {
    this.#compiled.addEdges(edges, file, language);
    edges.addModules(this.#native.stoodForBy(file), false);
    edges.endModules();
    for (const fact of this.#factsOf(file).imports) if (isPath(fact)) this.#addPath(edges, file, fact);
    return edges;
  }

  #addModule(edges: EdgeCollector, file: RepoPath, { kind, specifier }: ImportFact): void {
    const isTypes = kind === 'types' || (kind === 'elidable' && !this.#keepsTypeImports(file, specifier));
    this.#modules.addModule(edges, file, { specifier, isTypes, isMock: kind === 'mock' });
  }

  /**
   * Whether an import that binds only types is loaded all the same: under `verbatimModuleSyntax` and its forerunners,
   * and where Node strips types, which needs the extension to be written.
   */
  #keepsTypeImports(file: RepoPath, specifier: string): boolean {
    if (/\.[cm]?tsx?$/.test(specifier)) return true;
    return this.#projects.above(folderOf(file)).some((project) => project.keepsTypeImports);
  }

  #addPythonModule(edges: EdgeCollector, file: RepoPath, { kind, specifier }: ImportFact): void {
    this.#pythonModules.addModule(edges, file, {
      specifier,
      isTypes: kind === 'module-types',
      isMember: kind === 'member',
    });
  }

  #addPaths(edges: EdgeCollector, file: RepoPath, facts: readonly ImportFact[]): void {
    for (const fact of facts) this.#addPath(edges, file, fact);
    const runsProcesses = facts.some((fact) => fact.kind === 'command');
    const namesCode = () =>
      edges.folders.size > 0 ||
      [...edges.runtime].some((target) => !edges.loaded.has(target) && roleOf(target) === 'code');
    if (runsProcesses && !namesCode()) this.#paths.addOwnPackage(edges, file);
  }

  #addPath(edges: EdgeCollector, file: RepoPath, { kind, specifier }: ImportFact): void {
    switch (kind) {
      case 'path':
        this.#paths.addPath(edges, file, specifier);
        break;
      case 'folder':
        this.#paths.addFolder(edges, file, specifier);
        break;
      case 'glob':
        this.#paths.addGlob(edges, file, specifier);
        break;
      case 'command':
        this.#pythonModules.addCommand(edges, file, specifier);
        this.#paths.addCommand(edges, specifier);
        break;
      default:
        this.#paths.addMention(edges, file, specifier);
    }
  }
}

function notesOf({ notes, problem }: FileFacts): readonly string[] {
  return problem === undefined ? notes : [...notes, problem];
}

function isPythonModule({ kind }: ImportFact): boolean {
  return kind === 'module' || kind === 'module-types' || kind === 'member';
}

function isPath({ kind }: ImportFact): boolean {
  return kind === 'path' || kind === 'folder' || kind === 'glob' || kind === 'command' || kind === 'mention';
}

/** The names in folders, each folder read once. */
function folderNames(root: string): (folder: string) => ReadonlySet<string> {
  const read = new Map<string, ReadonlySet<string>>();
  return (folder) => {
    const known = read.get(folder) ?? new Set(readFolder(path.join(root, folder)));
    read.set(folder, known);
    return known;
  };
}

function readFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Null when it is gone or no text; what decides resolution is small. */
function readText(root: string, file: RepoPath): string | null {
  try {
    return readFileSync(path.join(root, file), 'utf8');
  } catch {
    return null;
  }
}
