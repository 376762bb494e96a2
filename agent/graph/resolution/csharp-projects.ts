// What *.csproj and Directory.Build.props say: which projects a project references, and the usings that hold in all its files.
import type { RepoPath } from '../../protocol/ids.ts';
import { folderOf, foldersUp, isWithin, join } from './file-set.ts';
import type { FileSet } from './file-set.ts';

export interface CSharpProject {
  readonly folder: string;
  /** Folders of the project itself and of all that it references, directly or through others; null: any. */
  readonly visible: ReadonlySet<string> | null;
  readonly usings: readonly string[];
  /** Projects that run inside the compiler and generate code. */
  readonly generators: readonly string[];
}

interface Parsed {
  readonly folder: string;
  readonly references: readonly string[];
  readonly generators: readonly string[];
  readonly usings: readonly string[];
  readonly hasForeignFiles: boolean;
}

const projectFile = /\.(?:cs|fs|vb)proj$|\.shproj$/;
const sharedFile = /(?:^|\/)Directory\.(?:Build|Packages)\.(?:props|targets)$/;

export class CSharpProjects {
  readonly #projects = new Map<string, CSharpProject>();

  constructor(files: FileSet, read: (file: RepoPath) => string | null) {
    const shared = new Map(
      [...files.all].filter((file) => sharedFile.test(file)).map((file) => [file, read(file) ?? '']),
    );
    const parsed = new Map<string, Parsed>();
    for (const file of files.all) {
      if (!projectFile.test(file)) continue;
      const folder = folderOf(file);
      const above = [...shared].filter(([each]) => isWithin(folderOf(each), folder)).map(([, text]) => text);
      const now = parseProject(folder, [read(file) ?? '', ...above].join('\n'));
      const before = parsed.get(folder);
      parsed.set(folder, before === undefined ? now : merged(before, now));
    }
    for (const project of parsed.values()) {
      const reached = closure(project, parsed);
      this.#projects.set(project.folder, {
        folder: project.folder,
        visible: reached.some(({ hasForeignFiles }) => hasForeignFiles)
          ? null
          : new Set(reached.map(({ folder }) => folder)),
        usings: project.usings,
        generators: reached.flatMap(({ generators }) => generators),
      });
    }
  }

  /** The project in whose folder a file lies. */
  of(file: string): CSharpProject | null {
    for (const folder of foldersUp(folderOf(file))) {
      const project = this.#projects.get(folder);
      if (project !== undefined) return project;
    }
    return null;
  }
}

/** Closed at once, or with elements inside; a `>` may stand in its attributes. */
const projectReference = /<ProjectReference\b((?:"[^"]*"|'[^']*'|[^>"'])*?)(?:\/>|>[\s\S]*?<\/ProjectReference>)/g;

function parseProject(folder: string, text: string): Parsed {
  const clean = text.replace(/<!--[\s\S]*?-->/g, '');
  const references: string[] = [];
  const generators: string[] = [];
  for (const match of clean.matchAll(projectReference)) {
    const path = /\bInclude\s*=\s*["']([^"']+)["']/.exec(match[1] ?? '')?.[1];
    if (path === undefined) continue;
    const target = folderOf(join(folder, path.replaceAll('\\', '/').replace(/\$\(MSBuildThisFileDirectory\)/g, './')));
    references.push(target);
    if (/OutputItemType[\s\S]{0,20}Analyzer/.test(match[0])) generators.push(target);
  }
  return {
    folder,
    references,
    generators,
    usings: [...clean.matchAll(/<Using\b[^>]*\bInclude\s*=\s*"([^"]+)"/g)].map((match) => match[1] ?? ''),
    // Sources from other folders, imported settings with references of their own, and paths made of properties.
    hasForeignFiles:
      /<Compile\b[^>]*\bInclude\s*=\s*"[^"]*\.\.[\\/]|<Import\b|<Reference\b[^>]*\bInclude\s*=\s*"[^"]*[\\/]|<HintPath>/.test(
        clean,
      ) || references.some((reference) => reference.includes('$(') || reference.includes('*')),
  };
}

function merged(a: Parsed, b: Parsed): Parsed {
  return {
    folder: a.folder,
    references: [...a.references, ...b.references],
    generators: [...a.generators, ...b.generators],
    usings: [...a.usings, ...b.usings],
    hasForeignFiles: a.hasForeignFiles || b.hasForeignFiles,
  };
}

function closure(start: Parsed, all: ReadonlyMap<string, Parsed>): Parsed[] {
  const seen = new Set([start]);
  for (const project of seen) {
    for (const reference of project.references) {
      const next = all.get(reference);
      if (next !== undefined) seen.add(next);
    }
  }
  return [...seen];
}
