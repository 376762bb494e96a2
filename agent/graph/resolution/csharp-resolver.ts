// C#: from names of types and extension methods to the files that declare them in a namespace that the file can see. Who may
// see what (internal, InternalsVisibleTo) is left to the compiler: a name that fits counts.
import type { RepoPath } from '../../protocol/ids.ts';
import type { FileFacts } from '../facts.ts';
import { CSharpProjects } from './csharp-projects.ts';
import type { CSharpProject } from './csharp-projects.ts';
import type { EdgeCollector } from './edges.ts';
import { addTo, hasTrait, namesOf, specifiersOf } from './language-resolver.ts';
import type { LanguageParts, LanguageResolver } from './language-resolver.ts';

interface Declaration {
  readonly file: RepoPath;
  readonly namespaces: readonly string[];
  /** Folder of its project; null without one. */
  readonly project: string | null;
}

/** Extension methods that the compiler calls without their names being written. */
const unseen: ReadonlySet<string> = new Set(
  'GetEnumerator GetAsyncEnumerator GetAwaiter Deconstruct Add Dispose DisposeAsync Select SelectMany Where OrderBy OrderByDescending ThenBy ThenByDescending GroupBy GroupJoin Join Cast GetPinnableReference Slice AppendLiteral AppendFormatted'.split(
    ' ',
  ),
);

export class CSharpResolver implements LanguageResolver {
  readonly #parts: LanguageParts;
  readonly #projects: CSharpProjects;
  readonly #declared = new Map<string, Declaration[]>();
  /** Usings of `global using` by the project's folder. */
  readonly #global = new Map<string, string[]>();
  /** Files that hold only attributes of an assembly, by project. */
  readonly #assemblyFiles = new Map<string, RepoPath[]>();

  constructor(parts: LanguageParts) {
    this.#parts = parts;
    this.#projects = new CSharpProjects(parts.files, parts.read);
    for (const file of parts.sources) this.#index(file, parts.factsOf(file));
  }

  addEdges(edges: EdgeCollector, file: RepoPath): void {
    const facts = this.#parts.factsOf(file);
    const project = this.#projects.of(file);
    const folder = project?.folder ?? '';
    const visible = project?.visible ?? null;
    this.#addNames(edges, facts, project);
    edges.addModules(this.#assemblyFiles.get(folder) ?? [], false);
    for (const generator of project?.generators ?? []) edges.addFolder(generator, 'all');
    if (hasTrait(facts, 'scan')) for (const each of visible ?? [folder]) edges.addFolder(each, 'all');
  }

  #addNames(edges: EdgeCollector, facts: FileFacts, project: CSharpProject | null): void {
    const names = new Set([...namesOf(facts, 'names'), ...namesOf(facts, 'declares'), ...unseen]);
    const namespaces = this.#visibleNamespaces(facts, project?.folder ?? '', project?.usings ?? []);
    // A name with its namespace in front, of which the last part at least is written.
    const isVisible = (namespace: string) =>
      namespaces.has(namespace) || names.has(namespace.slice(namespace.lastIndexOf('.') + 1));
    const visible = project?.visible ?? null;
    const isReferenced = (folder: string | null) => visible === null || folder === null || visible.has(folder);
    for (const name of names) {
      const found = this.#declared.get(name) ?? [];
      const fitting = found.filter((each) => isReferenced(each.project) && each.namespaces.some(isVisible));
      edges.addModules(
        fitting.map((each) => each.file),
        false,
      );
    }
  }

  #index(file: RepoPath, facts: FileFacts): void {
    const project = this.#projects.of(file)?.folder ?? null;
    const namespaces = specifiersOf(facts, 'scope');
    const declaration: Declaration = { file, namespaces, project };
    const names = namesOf(facts, 'declares');
    for (const name of names) addTo(this.#declared, name, declaration);
    for (const using of specifiersOf(facts, 'use'))
      if (using.startsWith('global ')) addTo(this.#global, project ?? '', using.slice('global '.length));
    const isForAll = names.length === 0 && facts.definesTests !== true;
    if (isForAll) addTo(this.#assemblyFiles, project ?? '', file);
  }

  /** Own namespaces with all that are round them, usings, and what a using of a type or an alias has in front. */
  #visibleNamespaces(facts: FileFacts, project: string, configured: readonly string[]): Set<string> {
    const visible = new Set(['']);
    const addWithOuter = (name: string) => {
      for (let at = name; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) visible.add(at);
    };
    const own = specifiersOf(facts, 'scope');
    for (const namespace of own) addWithOuter(namespace);
    const usings = [...specifiersOf(facts, 'use'), ...(this.#global.get(project) ?? []), ...configured];
    for (const using of usings) {
      const name = using.replace(/^global /, '');
      visible.add(name);
      visible.add(name.slice(0, Math.max(0, name.lastIndexOf('.'))));
      // A using inside of a namespace may leave out what is round it.
      for (const namespace of own)
        for (let at = namespace; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.'))))
          visible.add(`${at}.${name}`);
    }
    return visible;
  }
}
