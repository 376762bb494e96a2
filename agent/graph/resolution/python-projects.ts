// What pyproject.toml, setup.cfg and setup.py say about where packages lie, read by searching their text.
import type { RepoPath } from '../../protocol/ids.ts';
import { folderOf, foldersUp, join } from './file-set.ts';
import type { FileSet } from './file-set.ts';

export interface PythonProject {
  readonly folder: string;
  /** Folders from which absolute imports start. */
  readonly roots: readonly string[];
  /** Modules that pytest loads for every test, because the project is a plugin of pytest. */
  readonly pytestPlugins: readonly string[];
  /** The settings of Django, by whose applications and routes a test reaches what it never imports. */
  readonly djangoSettings: readonly string[];
  /** Names of console scripts and their modules. */
  readonly scripts: ReadonlyMap<string, string>;
}

export interface PythonProjects {
  readonly all: readonly PythonProject[];
  /** The projects at or above a folder, nearest first. */
  above(folder: string): readonly PythonProject[];
  readonly scripts: ReadonlyMap<string, string>;
}

const projectFile = /(?:^|\/)(?:pyproject\.toml|setup\.cfg|setup\.py|pytest\.ini|tox\.ini|Pipfile|manage\.py)$/;

export function readPythonProjects(files: FileSet, read: (file: RepoPath) => string | null): PythonProjects {
  const texts = new Map<string, string>([['', '']]);
  for (const file of files.all) {
    if (projectFile.test(file)) texts.set(folderOf(file), `${texts.get(folderOf(file)) ?? ''}\n${read(file) ?? ''}`);
  }
  const all = [...texts].map(([folder, text]) => readProject(folder, text, files));
  const byFolder = new Map(all.map((project) => [project.folder, project]));
  return {
    all,
    above: (folder) => foldersUp(folder).flatMap((each) => byFolder.get(each) ?? []),
    scripts: new Map(all.flatMap((project) => [...project.scripts])),
  };
}

function readProject(folder: string, text: string, files: FileSet): PythonProject {
  const named = [...configuredFolders(text)];
  const roots = ['', 'src', 'lib', 'python', ...named]
    .map((name) => join(folder, name))
    .filter((root) => files.hasFolder(root));
  return {
    folder,
    roots: [...new Set(roots)],
    pytestPlugins: [
      ...entryPoints(text, /pytest11/).map(([, module]) => module),
      ...captured(text, /(?:^|[\s"'])-p[\s"',]+(?!no:)([A-Za-z_][\w.]*)/g),
    ],
    djangoSettings: captured(text, /DJANGO_SETTINGS_MODULE["'\s,=:]+([\w.]+)/g),
    scripts: new Map(entryPoints(text, /scripts|console_scripts/)),
  };
}

function captured(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map((match) => match[1] ?? ''))];
}

/** `where = ["src"]`, `package-dir = {"" = "lib"}`, `from = "src"`, `pythonpath = src tests`. */
function* configuredFolders(text: string): Generator<string> {
  for (const match of text.matchAll(
    /^[^\S\r\n]*(?:where|pythonpath|testpaths|sources|mypy_path|package_dir|package-dir|packages|from)\s*=\s*((?:.*(?:\n[ \t]+.*)*))/gm,
  )) {
    for (const name of (match[1] ?? '').matchAll(/[\w./-]+/g)) yield name[0];
  }
  for (const match of text.matchAll(
    /\b(?:from|where|package_dir)\s*=\s*\{?\s*(?:["']{2}\s*[:=]\s*)?["']([\w./-]+)["']/g,
  ))
    yield match[1] ?? '';
}

/** `name = "package.module:function"` in the sections whose names fit. */
function entryPoints(text: string, section: RegExp): [string, string][] {
  const found: [string, string][] = [];
  for (const part of text.split(/^(?=\[)|(?=["']?(?:console_scripts|pytest11)["']?\s*[:=])/m)) {
    const head = part.split('\n')[0] ?? '';
    if (!section.test(head)) continue;
    for (const match of part.matchAll(/([\w.-]+)["']?\s*=\s*["']?([A-Za-z_][\w.]*)(?::[\w.]+)?/g))
      found.push([match[1] ?? '', match[2] ?? '']);
  }
  return found;
}
