// Who owns a file, by CODEOWNERS as GitHub reads it: the last line that matches counts.
import picomatch from 'picomatch';
import type { RepoPath } from '../../protocol/ids.ts';

/** Where it may stand; the first that is there counts. */
export const codeOwnersPlaces = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS', '.gitlab/CODEOWNERS'] as const;

/** A reader of the owners of files. */
export function codeOwners(text: string): (file: RepoPath) => string[] {
  const rules = text.split(/\r?\n/).flatMap((line) => {
    const [pattern = '', ...owners] = line
      .replace(/(?:^|\s)#.*$/, '')
      .trim()
      .split(/\s+/);
    // Sections and negations are GitLab's.
    if (pattern === '' || /^[[!^]/.test(pattern)) return [];
    return [{ matches: picomatch([...globsOf(pattern)], { dot: true }), owners }];
  });
  return (file) => rules.findLast(({ matches }) => matches(file))?.owners ?? [];
}

/** A pattern without a slash, or with one at its end alone, matches at any depth; a folder stands for all in it. */
function globsOf(pattern: string): string[] {
  const isAnchored = pattern.replace(/\/$/, '').includes('/');
  const bare = pattern.replace(/^\//, '').replace(/\/$/, '');
  const base = isAnchored ? bare : `**/${bare}`;
  if (base.endsWith('/*')) return [base];
  return pattern.endsWith('/') ? [`${base}/**`] : [base, `${base}/**`];
}
