// Which functions of a Python file take part in what is worked out once and kept: whoever gets what is kept runs none of them.
import { functionName } from './python-lines.ts';
import type { PythonLine } from './python-lines.ts';

/** For all calls, not for one object as `cached_property` does. */
const cache = /^@(?:\w+\.)*(?:lru_cache|cache|cached|memoize\w*|memoized|memo|singleton)\b(?!\.)/i;

/** Sets what outlives the call, by a statement of the language. */
const outliving = /^(?:global|nonlocal)\b/;
/** Puts something into what a name stands for: `known[key] =`, `known.key =`, `known.setdefault(`. */
const keeping = /^([A-Za-z_]\w*)(?:(?:\[.*\]|(?:\.\w+)+)(?::[^=]+)?=(?!=)|\.(?:setdefault|update|append|add)\()/;

interface Called {
  readonly isCached: boolean;
  /** Names in it that are followed by a bracket. */
  readonly names: Set<string>;
}

/**
 * The names of functions that are cached or keep something in variables around them or of the module, and of those that
 * they call in the same file, directly or through others.
 */
export function retainedFunctions(lines: readonly PythonLine[]): Set<string> {
  const functions = new Map<string, Called[]>();
  collect(lines, functions, variablesOf(lines));
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

/** What the module itself binds by an assignment. */
function variablesOf(lines: readonly PythonLine[]): ReadonlySet<string> {
  return new Set(lines.flatMap(({ text }) => /^([A-Za-z_]\w*)(?::[^=]+)?=(?!=)/.exec(text)?.[1] ?? []));
}

function collect(lines: readonly PythonLine[], found: Map<string, Called[]>, variables: ReadonlySet<string>): void {
  let isCached = false;
  for (const line of lines) {
    const name = functionName(line);
    if (name !== null)
      found.set(name, [
        ...(found.get(name) ?? []),
        { isCached: isCached || keeps(line.children, variables), names: calledBelow(line) },
      ]);
    isCached = line.keyword === '@' && (isCached || cache.test(line.text));
    collect(line.children, found, variables);
  }
}

function keeps(block: readonly PythonLine[], variables: ReadonlySet<string>): boolean {
  return block.some(({ text, children }) => {
    const [code = ''] = text.split('\u0001');
    const kept = keeping.exec(code)?.[1];
    return outliving.test(code) || (kept !== undefined && variables.has(kept)) || keeps(children, variables);
  });
}

function calledBelow(line: PythonLine, names = new Set<string>()): Set<string> {
  for (const child of line.children) {
    const [code = ''] = child.text.split('\u0001');
    for (const match of code.matchAll(/([A-Za-z_]\w*)\(/g)) names.add(match[1] ?? '');
    calledBelow(child, names);
  }
  return names;
}
