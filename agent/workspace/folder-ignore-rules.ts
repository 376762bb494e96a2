// Ignore rules of a folder without git: the .gitignore files in it, as git would read them, and what is never looked at.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { isNeverLookedAt, type Candidate, type IgnoreRules } from './ignore-rules.ts';

/** Rules read from the folders on demand and kept until `reset`. */
export function createFolderIgnoreRules(root: string): IgnoreRules {
  const rulesOf = new Map<string, Ignore | null>();
  const rulesIn = (folder: string): Ignore | null => {
    const known = rulesOf.get(folder);
    if (known !== undefined) return known;
    const read = readRules(path.join(root, folder, '.gitignore'));
    rulesOf.set(folder, read);
    return read;
  };
  return {
    ignoredAmong: async (candidates) =>
      new Set(candidates.filter((candidate) => isIgnored(candidate, rulesIn)).map(({ path: name }) => name)),
    reset: () => rulesOf.clear(),
  };
}

function readRules(file: string): Ignore | null {
  try {
    return ignore({ allowRelativePaths: false }).add(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/** The rules nearest to the path speak first; the first file of rules that says anything decides. */
function isIgnored({ path: name, isFolder }: Candidate, rulesIn: (folder: string) => Ignore | null): boolean {
  const segments = name.split('/');
  if (isNeverLookedAt(segments.at(-1) ?? '')) return true;
  for (let depth = segments.length - 1; depth >= 0; depth--) {
    const rules = rulesIn(segments.slice(0, depth).join('/'));
    if (rules === null) continue;
    const verdict = verdictOf(rules, segments.slice(depth), isFolder);
    if (verdict !== null) return verdict;
  }
  return false;
}

/** What one file of rules says of the path itself; null when it says nothing. */
function verdictOf(rules: Ignore, segments: readonly string[], isFolder: boolean): boolean | null {
  const { ignored, unignored } = rules.test(segments.join('/') + (isFolder ? '/' : ''));
  if (unignored) return false;
  if (!ignored) return null;
  // The folder above is ignored by these rules, and yet we are in it: rules nearer to it have let it through.
  const folder = segments.slice(0, -1).join('/');
  const isOnlyInherited = folder !== '' && rules.test(`${folder}/`).ignored;
  return isOnlyInherited ? null : true;
}
