// New files that nobody wrote for the repository, although no ignore rule names them.
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { IgnoreRules } from './ignore-rules.ts';

/** What bundlers write beside a configuration while they read it, and leave behind when they are cancelled. */
const temporary = /(?:^|\/)[^/]*(?:\.bundled_\w+\.[cm]?js|\.timestamp-\d+(?:-[0-9a-f]+)?\.[cm]?js)$/;

/** Of the paths that git does not know, those that count: no virtual environment of Python (pyvenv.cfg), no bundler's temporary file. */
export function withoutForeignFiles(paths: readonly string[]): readonly string[] {
  const environments = paths
    .filter((name) => name.endsWith('/pyvenv.cfg'))
    .map((name) => name.slice(0, -'pyvenv.cfg'.length));
  return paths.filter((name) => !temporary.test(name) && !environments.some((folder) => name.startsWith(folder)));
}

/** The rules of a repository, and these. */
export function withForeignFilesIgnored(rules: IgnoreRules, root: string): IgnoreRules {
  return {
    reset: () => rules.reset(),
    async ignoredAmong(candidates) {
      const ignored = new Set(await rules.ignoredAmong(candidates));
      for (const { path: name, isFolder } of candidates) {
        const isForeign = isFolder ? existsSync(path.join(root, name, 'pyvenv.cfg')) : temporary.test(name);
        if (isForeign) ignored.add(name);
      }
      return ignored;
    },
  };
}
