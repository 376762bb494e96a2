// Glob patterns relative to the repository's root; one that begins with `!` takes away again.
import picomatch from 'picomatch';
import type { RepoPath } from '../protocol/ids.ts';
import type { FileTree } from './paths.ts';

/** Everything below a folder. */
export function everythingIn(folder: string): string {
  return folder === '' ? '**' : `${escapePattern(folder)}/**`;
}

/** A pattern that matches exactly this path. */
export function escapePattern(path: string): string {
  return path.replace(/[\\*?[\]{}()!+@$^|]/g, '\\$&');
}

/** A path that ends in `/`, or in a name without a wildcard and an extension, may be a folder: then all of it is meant. */
export function withFolders(patterns: readonly string[]): string[] {
  return patterns.flatMap((pattern) => {
    if (pattern.endsWith('/')) return [`${pattern}**`];
    const name = pattern.slice(pattern.lastIndexOf('/') + 1).replace(/^!/, '');
    return /[*?[\](){}]/.test(name) || /^\.$|.\./.test(name) ? [pattern] : [pattern, `${pattern}/**`];
  });
}

/** Says of a path whether the patterns include it. Patterns are compiled once for each list, which must not change. */
export function createMatchers(): (patterns: readonly string[]) => (path: string) => boolean {
  const compiled = new WeakMap<readonly string[], (path: string) => boolean>();
  return (patterns) => {
    const known = compiled.get(patterns) ?? matcherOf(patterns);
    compiled.set(patterns, known);
    return known;
  };
}

/** Says of a path whether the patterns include it. */
export function matcherOf(patterns: readonly string[]): (path: string) => boolean {
  const { wanted, unwanted } = split(patterns);
  const isWanted = anyOf(wanted);
  const isUnwanted = anyOf(unwanted);
  return (path) => isWanted(path) && !isUnwanted(path);
}

/** The files that the patterns include. Looks only below the folder that each pattern begins with. */
export function filesMatching(patterns: readonly string[], tree: FileTree): RepoPath[] {
  const { wanted, unwanted } = split(patterns);
  const isUnwanted = anyOf(unwanted);
  const found = new Set<RepoPath>();
  for (const pattern of wanted) {
    const base = baseOf(pattern);
    const isWanted = pattern === everythingIn(base) ? () => true : anyOf([pattern]);
    for (const file of candidates(base, tree)) if (isWanted(file) && !isUnwanted(file)) found.add(file);
  }
  return [...found];
}

/** The folder or file with which a pattern begins, before anything in it is special. */
export function baseOf(pattern: string): string {
  const { base, isGlob } = picomatch.scan(pattern, { unescape: true });
  const plain = base.replace(/^\.\//, '').replace(/\\(.)/g, '$1');
  if (isGlob) return plain === '.' ? '' : plain;
  return pattern.replace(/^\.\//, '').replace(/\\(.)/g, '$1');
}

/** How many parts the paths have at most that a pattern matches; infinite for `**`. */
export function deepestOf(pattern: string): number {
  return pattern.includes('**') || /[{(]/.test(pattern)
    ? Number.POSITIVE_INFINITY
    : pattern.replace(/^\.\//, '').split('/').length;
}

function split(patterns: readonly string[]): { wanted: string[]; unwanted: string[] } {
  return {
    wanted: patterns.filter((pattern) => !pattern.startsWith('!')),
    unwanted: patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1)),
  };
}

function anyOf(patterns: readonly string[]): (path: string) => boolean {
  return patterns.length === 0 ? () => false : picomatch([...patterns], { dot: true });
}

function candidates(base: string, tree: FileTree): readonly RepoPath[] {
  const exact = tree.all.length > 0 && tree.has(base) ? [base as RepoPath] : [];
  return [...exact, ...tree.below(base)];
}
