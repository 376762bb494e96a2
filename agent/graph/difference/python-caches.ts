// Which functions of a Python file take part in what is worked out once and kept: whoever gets it from the cache runs none of them.
import { functionName } from './python-lines.ts';
import type { PythonLine } from './python-lines.ts';

/** For all calls, not for one object as `cached_property` does. */
const cache = /^@(?:\w+\.)*(?:lru_cache|cache|cached|memoize\w*|memoized|memo|singleton)\b(?!\.)/i;

interface Called {
  readonly isCached: boolean;
  /** Names in it that are followed by a bracket. */
  readonly names: Set<string>;
}

/** The names of functions that are cached, and of those that they call in the same file, directly or through others. */
export function retainedFunctions(lines: readonly PythonLine[]): Set<string> {
  const functions = new Map<string, Called[]>();
  collect(lines, functions);
  const retained = new Set(
    [...functions].filter(([, all]) => all.some(({ isCached }) => isCached)).map(([name]) => name),
  );
  for (const name of retained) {
    for (const { names } of functions.get(name) ?? []) {
      for (const each of names) if (functions.has(each)) retained.add(each);
    }
  }
  return retained;
}

function collect(lines: readonly PythonLine[], found: Map<string, Called[]>): void {
  let isCached = false;
  for (const line of lines) {
    const name = functionName(line);
    if (name !== null) found.set(name, [...(found.get(name) ?? []), { isCached, names: calledBelow(line) }]);
    isCached = line.keyword === '@' && (isCached || cache.test(line.text));
    collect(line.children, found);
  }
}

function calledBelow(line: PythonLine, names = new Set<string>()): Set<string> {
  for (const child of line.children) {
    const [code = ''] = child.text.split('\u0001');
    for (const match of code.matchAll(/([A-Za-z_]\w*)\(/g)) names.add(match[1] ?? '');
    calledBelow(child, names);
  }
  return names;
}
