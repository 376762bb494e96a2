// The include folders that Makefiles give to compilers: `-Iinclude`, `-I $(SRC)/lib`, through variables of the same file.
import type { RepoPath } from '../../protocol/ids.ts';
import { folderOf, join } from './file-set.ts';

/** Where compilers look for includes. */
export interface SearchedFolders {
  /** Relative to the repository. */
  readonly folders: readonly string[];
  /** No other folder of the repository can be searched. */
  readonly areAll: boolean;
}

const makefile = /(?:^|\/)(?:(?:GNU)?[mM]akefile|[^/]+\.mk)$/;
const mostFolders = 100;
const deepest = 5;
const longest = 1_000;
/** What stands for the folder that make runs in, or a folder above it. */
const here = /^(?:CURDIR|PWD|shell pwd|srcdir|top_srcdir|abs_srcdir|abs_top_srcdir)$/;
/** Words for folders are made of others in ways that are not followed: `$(addprefix -I,$(DIRS))`, `$(DIRS:%=-I%)`. */
const madeOfOthers = /\$[({](?:addprefix|patsubst|foreach)[^\n]*-(?:I|isystem|iquote)|-(?:I|isystem|iquote)%/;

/** Relative folders count from every folder with a Makefile: makes start each other, and pass their flags on. */
export function readMakefiles(files: readonly RepoPath[], read: (file: RepoPath) => string | null): SearchedFolders {
  const makefiles = files.filter((file) => makefile.test(file));
  const known = new Set<string>(files);
  const places = [...new Set(['', ...makefiles.map(folderOf)])].slice(0, mostFolders);
  const folders = new Set<string>();
  let areAll = places.length < mostFolders;
  for (const file of makefiles) {
    const text = (read(file) ?? '').replace(/\\\r?\n/g, ' ').replace(/^\s*#.*$/gm, '');
    if (madeOfOthers.test(text) || includesUnknown(text, folderOf(file), known)) areAll = false;
    const variables = variablesIn(text);
    for (const word of includeWords(text)) {
      const value = expand(word, variables);
      if (value === null) areAll = false;
      else if (!value.startsWith('/')) for (const place of places) folders.add(join(place, value === '' ? '.' : value));
    }
  }
  return { folders: [...folders], areAll };
}

/** Another listing that is not of the repository, such as one that a configuration wrote, may give folders too. */
function includesUnknown(text: string, folder: string, known: ReadonlySet<string>): boolean {
  return [...text.matchAll(/^[ \t]*[-s]?include[ \t]+(.*)$/gm)].some(([, words = '']) =>
    words.split(/\s+/).some((word) => word !== '' && !/\.d\b|dep/i.test(word) && !known.has(join(folder, word))),
  );
}

function* includeWords(text: string): Generator<string> {
  const flag =
    /(?:^|[\s"'=:,])-(?:I|isystem|iquote|idirafter)\s*=?("[^"\n]*"|'[^'\n]*'|(?:\$\([^()\n]*\)|[^\s"'()])+)/gm;
  for (const [, word = ''] of text.matchAll(flag)) yield word.replace(/^["']|["']$/g, '');
}

/** Of several values the last counts only where it is the only one. */
function variablesIn(text: string): Map<string, string | null> {
  const found = new Map<string, string | null>();
  for (const [, name = '', , value = ''] of text.matchAll(
    /^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*([:?+]{0,3}=)[ \t]*(.*)$/gm,
  ))
    found.set(name, found.has(name) ? null : value.trim());
  return found;
}

/** Null when some part of it is not known. */
function expand(word: string, variables: ReadonlyMap<string, string | null>): string | null {
  let value = word;
  for (let round = 0; round < deepest && value.includes('$'); round++) {
    if (value.length > longest) return null;
    value = value.replace(
      /\$(?:\(([^()]*)\)|\{([^{}]*)\}|(\w))/g,
      (_, inRound?: string, inCurly?: string, letter?: string) => {
        const name = inRound ?? inCurly ?? letter ?? '';
        return here.test(name) ? '.' : (variables.get(name) ?? '%');
      },
    );
  }
  return /[\s$`%]/.test(value) ? null : value;
}
