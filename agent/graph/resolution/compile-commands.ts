// compile_commands.json: where a compiler looks for the includes of a source, as the build said when it was configured.
import { readFileSync, readdirSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { RepoPath } from '../../protocol/ids.ts';
import { folderOf, isWithin } from './file-set.ts';
import { shellWords } from './shell-words.ts';

/** How one source is compiled, paths relative to the repository; what lies outside of it is left out. */
export interface CompileCommand {
  /** Folders that are searched for includes. */
  readonly folders: readonly string[];
  /** Files that are included without being named in the source. */
  readonly forced: readonly string[];
  /** Nothing of the command was kept in another file. */
  readonly isWhole: boolean;
}

export interface CompileCommands {
  readonly bySource: ReadonlyMap<string, CompileCommand>;
  /** When it was written, by the clock of the file system. */
  readonly mtimeMs: number;
  /** What is wrong with it, in a sentence; null when it can be used. */
  readonly problem: string | null;
}

const largestBytes = 64 * 1024 * 1024;
const mostRoots = 20;
const mostFolders = 200;
const fileName = 'compile_commands.json';
const buildListing = /(?:^|\/)(?:CMakeLists\.txt|(?:GNU)?[mM]akefile|meson\.build|WORKSPACE(?:\.bazel)?)$/;
const buildFolder = /^(?:build|out|_build|\.build|builddir|cmake-build-.+|build-.+)$/;

const Entry = z.object({
  directory: z.string(),
  file: z.string(),
  arguments: z.array(z.string()).optional(),
  command: z.string().optional(),
});

/** Reads the files that builds of the repository left; each is parsed again only after it changed. */
export class CompileCommandsReader {
  readonly #root: string;
  readonly #known = new Map<string, { readonly stamp: string; readonly commands: CompileCommands }>();

  /** `root` is absolute. */
  constructor(root: string) {
    this.#root = root;
  }

  /** Tells two states of these files apart. */
  stamp(files: Iterable<RepoPath>): string {
    return this.#places(files)
      .map((place) => `${place} ${this.#stampOf(place) ?? ''}`)
      .join('\n');
  }

  /** All that are there; those that cannot be used say why. */
  read(files: Iterable<RepoPath>): readonly CompileCommands[] {
    return this.#places(files).flatMap((place) => {
      const stamp = this.#stampOf(place);
      if (stamp === null) return [];
      const known = this.#known.get(place);
      if (known?.stamp === stamp) return [known.commands];
      const commands = readCommands(this.#root, place);
      this.#known.set(place, { stamp, commands });
      return [commands];
    });
  }

  /** Beside the outermost listings of builds, and in the folders that are built in below them. */
  #places(files: Iterable<RepoPath>): string[] {
    const folders = outermost(files).flatMap((root) => {
      const built = this.#foldersIn(root).filter((folder) => buildFolder.test(lastName(folder)));
      const nested = built.flatMap((folder) => this.#foldersIn(folder));
      // Presets of Visual Studio build in `out/build/<preset>`.
      const presets = nested
        .filter((folder) => folder.endsWith('out/build'))
        .flatMap((folder) => this.#foldersIn(folder));
      return [root, ...built, ...nested, ...presets];
    });
    return folders.map((folder) => inFolder(folder, fileName)).filter((place) => this.#stampOf(place) !== null);
  }

  #foldersIn(folder: string): string[] {
    try {
      return readdirSync(path.join(this.#root, folder), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .slice(0, mostFolders)
        .map(({ name }) => inFolder(folder, name));
    } catch {
      return [];
    }
  }

  #stampOf(place: string): string | null {
    try {
      const { size, mtimeMs } = statSync(path.join(this.#root, place));
      return `${size} ${mtimeMs}`;
    } catch {
      // There is none, or links lead round in a circle.
      return null;
    }
  }
}

function outermost(files: Iterable<RepoPath>): string[] {
  const folders = new Set<string>();
  for (const file of files) if (buildListing.test(file) || file.endsWith(fileName)) folders.add(folderOf(file));
  const roots: string[] = [];
  for (const folder of [...folders].toSorted((a, b) => a.length - b.length))
    if (!roots.some((root) => isWithin(root, folder))) roots.push(folder);
  return roots.slice(0, mostRoots);
}

function readCommands(root: string, place: string): CompileCommands {
  const file = path.join(root, place);
  try {
    const { size, mtimeMs } = statSync(file);
    const nothing = { bySource: new Map(), mtimeMs };
    if (size > largestBytes)
      return {
        ...nothing,
        problem: `${place} has ${Math.round(size / 1e6)} MB, which is too much to be read: include folders are not taken from it`,
      };
    const entries = entriesOf(readFileSync(file, 'utf8'));
    if (entries === null)
      return {
        ...nothing,
        problem: `${place} is no JSON list of compile commands: include folders are not taken from it`,
      };
    return { ...commandsFrom(entries, realpathSync(root), place), mtimeMs };
  } catch {
    return {
      bySource: new Map(),
      mtimeMs: 0,
      problem: `${place} cannot be read: include folders are not taken from it`,
    };
  }
}

function entriesOf(text: string): readonly unknown[] | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

function commandsFrom(
  entries: readonly unknown[],
  root: string,
  place: string,
): Pick<CompileCommands, 'bySource' | 'problem'> {
  const bySource = new Map<string, CompileCommand>();
  const flags = new Map<string, CompileCommand>();
  let elsewhere: string | null = null;
  let damaged = 0;
  for (const each of entries) {
    const entry = Entry.safeParse(each);
    if (!entry.success) {
      damaged++;
      continue;
    }
    const { directory, file } = entry.data;
    const source = within(root, path.resolve(directory, file));
    if (source === null) {
      elsewhere ??= directory;
      continue;
    }
    const command = commandOf(entry.data, root, flags);
    const before = bySource.get(source);
    bySource.set(source, before === undefined ? command : both(before, command));
  }
  return { bySource, problem: problemOf(place, { found: bySource.size, damaged, elsewhere }) };
}

function problemOf(
  place: string,
  {
    found,
    damaged,
    elsewhere,
  }: { readonly found: number; readonly damaged: number; readonly elsewhere: string | null },
): string | null {
  if (damaged > 0 && found === 0)
    return `${place} holds no entry with "directory", "file" and a command: include folders are not taken from it`;
  if (found === 0 && elsewhere !== null)
    return `${place} was written for ${elsewhere}, which is not this repository: include folders are not taken from it`;
  return damaged > 0
    ? `${place}: ${damaged} of its entries have no "directory", "file" and command, and are left out`
    : null;
}

/** Commands differ in little more than their source, so what they say of folders is worked out once. */
function commandOf(
  { directory, file, arguments: words, command = '' }: z.infer<typeof Entry>,
  root: string,
  known: Map<string, CompileCommand>,
): CompileCommand {
  const flags = (words ?? shellWords(command)).filter((word) => word !== file);
  const key = `${directory}\0${flags.filter((word, index) => concernsIncludes(word) || takesValue(flags[index - 1])).join('\0')}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const found = readFlags(flags, (value) => within(root, path.resolve(directory, value)));
  known.set(key, found);
  return found;
}

const joined =
  /^(?:(-I|-isystem|-iquote|-idirafter|\/I|[-/]external:I|--include-directory=)|(-include|-imacros|\/FI|--include=))(.+)$/;
const folderFlag = /^(?:-I|-isystem|-iquote|-idirafter|\/I|[-/]external:I|--include-directory)$/;
const forcedFlag = /^(?:-include|-imacros|\/FI|--include)$/;

function concernsIncludes(word: string): boolean {
  return folderFlag.test(word) || forcedFlag.test(word) || word.startsWith('@') || joined.test(word);
}

function takesValue(word: string | undefined): boolean {
  return word !== undefined && (folderFlag.test(word) || forcedFlag.test(word));
}

function readFlags(flags: readonly string[], inside: (value: string) => string | null): CompileCommand {
  const folders = new Set<string>();
  const forced = new Set<string>();
  const add = (set: Set<string>, value: string) => {
    const known = inside(value);
    if (known !== null) set.add(known);
  };
  let isWhole = true;
  for (let at = 0; at < flags.length; at++) {
    const flag = flags[at] ?? '';
    if (flag.startsWith('@')) isWhole = false;
    else if (folderFlag.test(flag)) add(folders, flags[++at] ?? '');
    else if (forcedFlag.test(flag)) add(forced, flags[++at] ?? '');
    else {
      const [, folder, , value = ''] = joined.exec(flag) ?? [];
      if (value !== '') add(folder === undefined ? forced : folders, value);
    }
  }
  return { folders: [...folders], forced: [...forced], isWhole };
}

function both(one: CompileCommand, other: CompileCommand): CompileCommand {
  if (one === other) return one;
  return {
    folders: [...new Set([...one.folders, ...other.folders])],
    forced: [...new Set([...one.forced, ...other.forced])],
    isWhole: one.isWhole && other.isWhole,
  };
}

/** Relative to the root with forward slashes; null outside of it. */
function within(root: string, absolute: string): string | null {
  const relative = path.relative(root, absolute).split(path.sep).join('/');
  return relative.startsWith('..') || path.isAbsolute(relative) ? null : relative;
}

function inFolder(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

function lastName(folder: string): string {
  return folder.slice(folder.lastIndexOf('/') + 1);
}
