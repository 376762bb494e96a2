// Which resolution a file of a compiled language has. A new one is a file in this folder and a line in the list.
import type { RepoPath } from '../../protocol/ids.ts';
import type { FileFacts } from '../facts.ts';
import { cExtensions } from '../extractors/c.ts';
import { csharpExtensions } from '../extractors/csharp.ts';
import { goExtensions } from '../extractors/go.ts';
import { javaExtensions } from '../extractors/java.ts';
import { rustExtensions } from '../extractors/rust.ts';
import { CResolver } from './c-resolver.ts';
import { CSharpResolver } from './csharp-resolver.ts';
import { DataMentions } from './data-mentions.ts';
import type { EdgeCollector } from './edges.ts';
import { folderOf, foldersUp } from './file-set.ts';
import type { FileSet } from './file-set.ts';
import { GoResolver } from './go-resolver.ts';
import { JavaResolver } from './java-resolver.ts';
import { concernsOthers, hasTrait, specifiersOf } from './language-resolver.ts';
import type { DiskParts, LanguageParts, LanguageResolver } from './language-resolver.ts';
import { RustResolver } from './rust-resolver.ts';

interface Language {
  readonly id: string;
  readonly extensions: readonly string[];
  /** Files whose folder is a unit of its build. */
  readonly unit: RegExp;
  /** Files that are read for resolution. */
  readonly decides: RegExp;
  readonly create: (parts: LanguageParts) => LanguageResolver;
}

const languages: readonly Language[] = [
  {
    id: 'java',
    extensions: javaExtensions,
    unit: /(?:^|\/)(?:pom\.xml|build\.gradle(?:\.kts)?|build\.xml|build\.sbt)$/,
    decides: /(?:^|\/)(?:pom\.xml|build\.gradle(?:\.kts)?|build\.xml|build\.sbt|META-INF\/services\/[^/]+)$/,
    create: (parts) => new JavaResolver(parts),
  },
  {
    id: 'go',
    extensions: goExtensions,
    unit: /(?:^|\/)go\.mod$/,
    decides: /(?:^|\/)go\.(?:mod|work)$/,
    create: (parts) => new GoResolver(parts),
  },
  {
    id: 'rust',
    extensions: rustExtensions,
    unit: /(?:^|\/)Cargo\.toml$/,
    decides: /(?:^|\/)Cargo\.toml$/,
    create: (parts) => new RustResolver(parts),
  },
  {
    id: 'c',
    extensions: cExtensions,
    unit: /(?:^|\/)(?:CMakeLists\.txt|meson\.build|configure\.ac|WORKSPACE(?:\.bazel)?)$/,
    decides:
      /(?:^|\/)(?:CMakeLists\.txt|[^/]+\.(?:cmake|mk)|(?:GNU)?[mM]akefile|compile_commands\.json|binding\.gyp|meson\.build)$/,
    create: (parts) => new CResolver(parts),
  },
  {
    id: 'csharp',
    extensions: csharpExtensions,
    unit: /\.(?:cs|fs|vb)proj$/,
    decides: /\.(?:cs|fs|vb)proj$|(?:^|\/)Directory\.(?:Build|Packages)\.(?:props|targets)$/,
    create: (parts) => new CSharpResolver(parts),
  },
];

const idsByExtension: ReadonlyMap<string, string> = new Map(
  languages.flatMap(({ id, extensions }) => extensions.map((extension) => [extension, id] as const)),
);

/** What the names of all those files end with: every file of a repository is asked, so most must be told at once. */
const buildExtensions: ReadonlySet<string> = new Set(
  'xml gradle kts sbt mod work toml txt cmake mk Makefile makefile GNUmakefile gyp build ac bazel WORKSPACE csproj fsproj vbproj props targets'.split(
    ' ',
  ),
);

function mayBeBuildFile(file: string): boolean {
  const end = file.slice(Math.max(file.lastIndexOf('.'), file.lastIndexOf('/')) + 1);
  return buildExtensions.has(end) || file.includes('META-INF/services/') || file.endsWith('compile_commands.json');
}

/** The id of the compiled language that a file is written in. */
export function compiledLanguageOf(file: string): string | null {
  const dot = file.lastIndexOf('.');
  return dot <= file.lastIndexOf('/') ? null : (idsByExtension.get(file.slice(dot).toLowerCase()) ?? null);
}

/** Whether a change of this file can change how files of a compiled language resolve. */
export function decidesCompiled(file: string): boolean {
  return mayBeBuildFile(file) && languages.some(({ decides }) => decides.test(file));
}

export interface CompiledParts {
  readonly files: FileSet;
  readonly factsOf: (file: RepoPath) => FileFacts;
  readonly read: (file: RepoPath) => string | null;
  readonly disk: DiskParts;
}

/** Resolution of all compiled languages; each is prepared when its first file is resolved. */
export class CompiledLanguages {
  readonly #parts: CompiledParts;
  readonly #resolvers = new Map<string, LanguageResolver>();
  /** Facts as they were when the resolver of their language was prepared. */
  readonly #seen = new Map<RepoPath, FileFacts>();
  readonly #units: ReadonlyMap<string, string>;
  #data: DataMentions | null = null;
  #programs: readonly RepoPath[] | null = null;

  constructor(parts: CompiledParts) {
    this.#parts = parts;
    const units = new Map<string, string>();
    for (const file of parts.files.all)
      if (mayBeBuildFile(file))
        for (const { id, unit } of languages) if (unit.test(file)) units.set(folderOf(file), id);
    this.#units = units;
  }

  /** Adds what a file of a compiled language depends on. */
  addEdges(edges: EdgeCollector, file: RepoPath, language: string): void {
    this.#resolverOf(language).addEdges(edges, file);
    const mentions = specifiersOf(this.#parts.factsOf(file), 'mention');
    if (mentions.length === 0) return;
    this.#data ??= new DataMentions(this.#parts.files);
    const unit = this.unitOf(folderOf(file));
    for (const mention of mentions) this.#data.add(edges, unit, mention);
  }

  /** The folder of the unit of a build that a folder belongs to; of nested ones in C the outermost. '' without one. */
  unitOf(folder: string): string {
    const folders = foldersUp(folder).filter((each) => this.#units.has(each));
    const nearest = folders[0];
    if (nearest === undefined) return '';
    return this.#units.get(nearest) === 'c'
      ? (folders.findLast((each) => this.#units.get(each) === 'c') ?? '')
      : nearest;
  }

  /** Files in which programs of the repository begin: what a script that starts processes may run. */
  get programs(): readonly RepoPath[] {
    this.#programs ??= [...this.#parts.files.all].filter((file) => {
      const language = compiledLanguageOf(file);
      return language !== null && beginsProgram(file, language, this.#parts.factsOf(file));
    });
    return this.#programs;
  }

  /** Whether a file says other things of itself than when others were resolved, so that their edges may be others now. */
  hasRedeclared(file: RepoPath): boolean {
    const before = this.#seen.get(file);
    return before !== undefined && concernsOthers(before, this.#parts.factsOf(file));
  }

  #resolverOf(id: string): LanguageResolver {
    const known = this.#resolvers.get(id);
    if (known !== undefined) return known;
    const language = languages.find((each) => each.id === id);
    if (language === undefined) throw new RangeError(`no language ${id}`);
    const { files, factsOf, read, disk } = this.#parts;
    const sources = [...files.all].filter((file) => compiledLanguageOf(file) === id);
    for (const file of sources) this.#seen.set(file, factsOf(file));
    const resolver = language.create({ files, sources, factsOf, read, disk });
    this.#resolvers.set(id, resolver);
    return resolver;
  }
}

function beginsProgram(file: RepoPath, language: string, facts: FileFacts): boolean {
  if (facts.definesTests === true && language !== 'rust') return false;
  if (language === 'rust') return /(?:^|\/)src\/(?:main|bin\/[^/]+|bin\/[^/]+\/main)\.rs$/.test(file);
  if (language === 'go') return !file.endsWith('_test.go') && specifiersOf(facts, 'scope').includes('main');
  return hasTrait(facts, 'main');
}
