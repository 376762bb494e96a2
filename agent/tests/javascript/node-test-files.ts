// Which files Node's own runner would run: the arguments of the script, else its default patterns.
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import picomatch from 'picomatch';
import type { RepoPath } from '../../protocol/ids.ts';
import { joined } from './uses.ts';

/** Default patterns of Node 21 and up; for programs in TypeScript since 22.18. Before that the rules were the same, but for TypeScript. */
const defaultNames = ['**/*.test', '**/*-test', '**/*_test', '**/test-*', '**/test', '**/test/**/*'];
const scriptExtensions = '.?(c|m)js';
const typedExtensions = '.?(c|m)[jt]s';

export interface NodeTestRules {
  /** '' for the root. */
  readonly folder: string;
  /** Files, folders and patterns as the script names them; none: the defaults. */
  readonly patterns: readonly string[];
  /** Whether default patterns find TypeScript. */
  readonly takesTypeScript: boolean;
}

/** The files among `files` that the rules choose, in the order of the patterns. */
export function nodeTestFiles(files: readonly RepoPath[], rules: NodeTestRules): RepoPath[] {
  const prefix = rules.folder === '' ? '' : `${rules.folder}/`;
  const below = files.filter((file) => file.startsWith(prefix) && !/(?:^|\/)node_modules\//.test(file));
  const chosen = new Set<RepoPath>();
  const patterns = rules.patterns.length > 0 ? rules.patterns : [null];
  for (const pattern of patterns) {
    for (const file of below.filter(chooser(below, rules, pattern))) chosen.add(file);
  }
  return [...chosen];
}

function chooser(
  files: readonly RepoPath[],
  rules: NodeTestRules,
  pattern: string | null,
): (file: RepoPath) => boolean {
  if (pattern === null) return matcherOf(rules.folder, rules.takesTypeScript);
  const named = joined(rules.folder, pattern);
  if (files.includes(named)) return (file) => file === named;
  const isFolder = files.some((file) => named === '' || file.startsWith(`${named}/`));
  if (!isFolder) return matching([named]);
  // Before Node 21 a folder was searched by the default rules; one that is called test counts whole.
  const isTestFolder = path.posix.basename(named) === 'test';
  const matches = isTestFolder
    ? matching([`${named}/**/*${typedExtensions}`])
    : matcherOf(named, rules.takesTypeScript);
  return (file) => (named === '' || file.startsWith(`${named}/`)) && matches(file);
}

function matcherOf(folder: string, takesTypeScript: boolean): (file: string) => boolean {
  const extension = takesTypeScript ? typedExtensions : scriptExtensions;
  return matching(defaultNames.map((name) => joined(folder, `${name}${extension}`)));
}

/** One argument alone: picomatch's own matcher answers with an object when it is given two. */
function matching(patterns: string[]): (file: string) => boolean {
  const matches = picomatch(patterns);
  return (file) => matches(file);
}

/** Every file below a folder that is no package's, for patterns that reach what git ignores. At most `limit`. */
export function filesOnDisk(root: string, folder: string, limit = 200_000): RepoPath[] {
  const found: RepoPath[] = [];
  const waiting = [folder];
  for (let current = waiting.pop(); current !== undefined && found.length < limit; current = waiting.pop()) {
    const place = path.join(root, current);
    if (!existsSync(place) || !statSync(place).isDirectory()) continue;
    for (const entry of readdirSync(place, { withFileTypes: true })) {
      if (entry.name === 'node_modules' || entry.name === '.git') continue;
      const child = joined(current, entry.name);
      if (entry.isDirectory()) waiting.push(child);
      else found.push(child);
    }
  }
  return found.toSorted();
}
