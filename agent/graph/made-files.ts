// Files that builds make: code names them, they are no files of the repository, and what they are made of reaches who uses them.
import { statSync } from 'node:fs';
import path from 'node:path';
import type { RepoPath } from '../protocol/ids.ts';
import type { BuiltFile } from './adjacency.ts';
import { isFixture, roleOf } from './file-roles.ts';
import { codeExtensions, folderOf, isWithin } from './resolution/file-set.ts';

/** A build target, as far as the graph must know it. */
export interface Maker {
  /** As the user knows it. */
  readonly name: string;
  readonly folder: string;
  /** Somebody wrote down what it reads; else that was found by looking, and everything in its folder counts. */
  readonly isDeclared: boolean;
  readonly writes: (path: string) => boolean;
  /** Whether it, or a target that it needs, reads a file. */
  readonly reads: (path: string) => boolean;
}

export interface MadeQuestions {
  readonly root: string;
  readonly makers: readonly Maker[];
  readonly builtFiles: () => Iterable<BuiltFile>;
  /** Files of the repository that a target writes: output that was committed, see `committedOutputs`. */
  readonly committed: ReadonlySet<RepoPath>;
  /** Whether git ignores a path. */
  readonly isIgnored: (path: string) => boolean;
  readonly packageOf: (folder: string) => string;
  readonly definesTests: (file: RepoPath) => boolean;
}

/** A file that somebody makes, and by what a file of the repository gets into it. */
export interface Made {
  readonly path: RepoPath;
  /** A node of the graph for people: the target, or that it is not known. */
  readonly through: string;
  /** Said in notes when nobody is known who makes it. */
  readonly note: string | null;
  readonly isMadeFrom: (file: RepoPath, isText: boolean) => boolean;
}

/** What ends with these, and lies where tests lie, no found target puts into its output. */
const testPlace =
  /(?:^|\/)(?:tests?|__tests__|specs?|e2e)\/|[._-](?:test|spec)\.[cm]?[jt]sx?$|(?:^|\/)(?:test_[^/]+|[^/]+_test|conftest)\.py$/;

/** Version control, caches, reports and settings of one machine: written by tools and people, not made of sources. */
const notOfSources =
  /(?:^|\/)(?:node_modules|\.git|\.venv|venv|site-packages|__pycache__|\.cache|cache|coverage|\.nyc_output|\.tox|\.nox|tmp|temp|logs?)(?:\/|$)|(?:^|\/)\.(?:env|npmrc|eslintcache|DS_Store|coverage)[^/]*$|\.(?:log|pyc|tsbuildinfo|pid|lock|sqlite3?|db)$/;
/** Made of the tags of version control. */
const pythonVersion = /(?:^|\/)_*version(?:_info|_tuple)?_*\.pyi?$/;

/** The files among those of a repository that a target writes. A found target writes in its own folder. */
export function committedOutputs(makers: readonly Maker[], files: Iterable<RepoPath>): Set<RepoPath> {
  const isWritten = (file: RepoPath) =>
    makers.some((maker) => (maker.isDeclared || isWithin(maker.folder, file)) && maker.writes(file));
  return new Set([...files].filter(isWritten));
}

/** For one question to the graph; remembers what it found. */
export class MadeFiles {
  readonly #questions: MadeQuestions;
  readonly #made = new Map<string, readonly Made[]>();
  #named: readonly Made[] | null = null;

  constructor(questions: MadeQuestions) {
    this.#questions = questions;
  }

  /** What code names and somebody makes. */
  named(): readonly Made[] {
    const { builtFiles, committed } = this.#questions;
    this.#named ??= [
      ...[...builtFiles()].flatMap((built) => this.#makersOf(built)),
      ...[...committed].flatMap((file) => this.#makersOf({ path: file, sources: [], users: [] })),
    ];
    return this.#named;
  }

  /** The ways in which a file is made that is none of the repository, or committed output. Recordings name such files. */
  of(file: RepoPath, sources: readonly RepoPath[]): readonly Made[] {
    const key = `${file}\0${sources.join('\0')}`;
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const found = this.#makersOf({ path: file, sources, users: [] });
    this.#made.set(key, found);
    return found;
  }

  /** By its targets; where none is known, by its package. Where sources are known, the graph follows those. */
  #makersOf({ path: file, sources }: BuiltFile): Made[] {
    if (file.startsWith('..') || notOfSources.test(file)) return [];
    const found = this.#questions.makers.filter((maker) => writesModule(maker, file));
    if (found.length > 0) {
      return found.map((maker) => ({
        // A path that code names, which is no file of the repository yet.
        path: file as RepoPath,
        through: `build target ${maker.name}`,
        note: null,
        isMadeFrom: (each, isText) => this.#isRead(maker, each, isText) && !this.#isFollowed(each, sources),
      }));
    }
    if (sources.length > 0 || pythonVersion.test(file) || !this.#isPresentOrIgnored(file)) return [];
    const folder = this.#questions.packageOf(folderOf(file));
    const inPackage = this.#questions.makers.filter((maker) => maker.folder === folder);
    const place = folder === '' ? 'the repository' : `${folder}/`;
    return [
      {
        path: file as RepoPath,
        through: `made by no known target from ${place}`,
        note: `${file}: git ignores it and no known target makes it, so every source of ${place} counts as what it is made of`,
        isMadeFrom: (each, isText) =>
          !isText &&
          !this.#isAside(each) &&
          (isWithin(folder, each) || inPackage.some((maker) => this.#isRead(maker, each, isText))),
      },
    ];
  }

  #isRead(maker: Maker, file: RepoPath, isText: boolean): boolean {
    if (!maker.reads(file)) return false;
    return maker.isDeclared || (!isText && !this.#isAside(file));
  }

  /** What a package's build finds in its folder and does not put into what it makes. */
  #isAside(file: RepoPath): boolean {
    const role = roleOf(file);
    if (role === 'documentation' || role === 'tool-setting' || role === 'runner-setting') return true;
    return testPlace.test(file) || isFixture(file) || this.#questions.definesTests(file);
  }

  /** Code beside the known sources: whether they load it, the graph tells. A build's own programs lie elsewhere. */
  #isFollowed(file: RepoPath, sources: readonly RepoPath[]): boolean {
    if (sources.length === 0 || roleOf(file) !== 'code') return false;
    return sources.some((source) => {
      const folder = this.#questions.packageOf(folderOf(source));
      const inner = source.slice(folder === '' ? 0 : folder.length + 1);
      const top = inner.includes('/') ? inner.slice(0, inner.indexOf('/')) : null;
      return file === source || (top !== null && isWithin(folder === '' ? top : `${folder}/${top}`, file));
    });
  }

  #isPresentOrIgnored(file: string): boolean {
    const { root, isIgnored } = this.#questions;
    return isIgnored(file) || modulePaths(file).some((each) => isFile(path.join(root, each)));
  }
}

function isFile(absolute: string): boolean {
  try {
    return statSync(absolute).isFile();
  } catch {
    // It does not exist, or its links go round in a circle.
    return false;
  }
}

function writesModule(maker: Maker, file: string): boolean {
  return modulePaths(file).some((each) => maker.writes(each));
}

/** The files that a name without its extension may mean. */
export function modulePaths(file: string): string[] {
  if (/\.\w+$/.test(file)) return [file, `${file}.js`];
  return [file, ...codeExtensions.map((extension) => file + extension), `${file}/index.js`, `${file}.json`];
}
