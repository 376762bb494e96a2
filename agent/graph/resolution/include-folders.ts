// Where compilers look for the includes of a file: from compile_commands.json where a build left one, and from what
// CMakeLists.txt and Makefiles say. Known folders only ever decide between files that an include may mean.
import { statSync } from 'node:fs';
import path from 'node:path';
import type { RepoPath } from '../../protocol/ids.ts';
import type { CMakeListing } from './cmake-listing.ts';
import type { ForcedInclude } from './cmake-includes.ts';
import type { CompileCommands } from './compile-commands.ts';
import { isWithin } from './file-set.ts';
import { readMakefiles } from './makefile-includes.ts';
import type { SearchedFolders } from './makefile-includes.ts';

export interface IncludeParts {
  /** Absolute. */
  readonly root: string;
  readonly files: Iterable<RepoPath>;
  readonly read: (file: RepoPath) => string | null;
  readonly commands: readonly CompileCommands[];
  readonly listings: readonly CMakeListing[];
}

const readHere = /(?:^|\/)(?:CMakeLists\.txt|(?:GNU)?[mM]akefile|[^/]+\.mk)$/;
const foreign =
  /(?:^|\/)(?:meson\.build|configure\.(?:ac|in)|[mM]akefile\.(?:am|in)|BUILD(?:\.bazel)?|xmake\.lua|premake5\.lua|SConstruct|wscript|[^/]+\.(?:vcxproj|gyp|pro|xcodeproj)|build\.(?:ninja|zig)|setup\.py)$/;
const decides = /(?:^|\/)CMakeLists\.txt$|\.cmake$|(?:^|\/)(?:GNU)?[mM]akefile$|\.mk$/;

export class IncludeFolders {
  readonly #commands: readonly CompileCommands[];
  readonly #written: SearchedFolders;
  readonly #all: SearchedFolders;
  readonly #forced: readonly ForcedInclude[];
  /** What is wrong with what builds left, in sentences. */
  readonly problems: readonly string[];

  constructor({ root, files, read, commands, listings }: IncludeParts) {
    const names = [...files];
    const changedMs = lastChange(root, names);
    const sound = commands.filter(({ bySource }) => bySource.size > 0);
    this.#commands = sound.filter(({ mtimeMs }) => mtimeMs >= changedMs);
    this.problems = [
      ...commands.flatMap(({ problem }) => problem ?? []),
      ...(sound.length > this.#commands.length
        ? ['compile_commands.json is older than the listing of its build: include folders are not taken from it']
        : []),
    ];
    this.#written = writtenFolders({ names, read, listings });
    const told = this.#commands.flatMap(({ bySource }) => [...bySource.values()]);
    this.#all = {
      folders: unique([...this.#written.folders, ...told.flatMap(({ folders }) => folders)]),
      areAll: this.#written.areAll && told.every(({ isWhole }) => isWhole),
    };
    this.#forced = listings.flatMap(({ includes }) => includes.forced);
  }

  /** A source has the folders of its own command; a header those of all, as any source may include it. */
  searchedFor(file: RepoPath): SearchedFolders {
    const own = this.#commands.flatMap(({ bySource }) => bySource.get(file) ?? []);
    if (own.length === 0) return this.#all;
    const folders = unique(own.flatMap((command) => command.folders));
    return own.every(({ isWhole }) => isWhole) ? { folders, areAll: true } : { folders, areAll: false };
  }

  /** Files that a source includes without naming them. */
  forcedInto(file: RepoPath): readonly string[] {
    const told = this.#commands.flatMap(({ bySource }) => bySource.get(file)?.forced ?? []);
    const written = this.#forced.filter(({ folder, target }) =>
      target === null || target.isOpen ? isWithin(folder, file) : target.sources.has(file),
    );
    return unique([...told, ...written.map((each) => each.path)]);
  }
}

/** When the newest listing of a build was written. */
function lastChange(root: string, names: readonly RepoPath[]): number {
  let last = 0;
  for (const file of names) {
    if (!decides.test(file)) continue;
    last = Math.max(last, statSync(path.join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0);
  }
  return last;
}

function writtenFolders({
  names,
  read,
  listings,
}: {
  readonly names: readonly RepoPath[];
  readonly read: (file: RepoPath) => string | null;
  readonly listings: readonly CMakeListing[];
}): SearchedFolders {
  const makefiles = readMakefiles(names, read);
  const isRead = names.some((file) => readHere.test(file)) && !names.some((file) => foreign.test(file));
  return {
    folders: unique([...makefiles.folders, ...listings.flatMap((listing) => [...listing.includes.folders])]),
    areAll: isRead && makefiles.areAll && listings.every((listing) => !listing.includes.hasOthers),
  };
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words)];
}
