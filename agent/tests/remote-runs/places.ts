// Which test file of the repository a result of a report belongs to: reports name files as their machine saw them.
import type { RepoPath } from '../../protocol/ids.ts';
import type { JunitCase } from '../reports/junit-xml.ts';

type Named = Pick<JunitCase, 'file' | 'className' | 'suites'>;

/**
 * Finds the file of a result among `files`: by the path that the report names (absolute on another machine, or counted
 * from a project's folder), else by its class (`tests.test_cart.TestTotal`, `com.shop.CartTest`). Null when nothing or
 * more than one fits.
 */
export function placesOf(files: readonly RepoPath[]): (test: Named) => RepoPath | null {
  const byPath = indexed(files, (file) => endingsOf(file.split('/')));
  const byModule = indexed(files, (file) => endingsOf(file.replace(/\.[^./]+$/, '').split('/')));
  const known = new Map<string, RepoPath | null>();
  const find = ({ file, className, suites }: Named) => {
    for (const named of [file, className, ...suites.toReversed()]) {
      const found = named === null ? null : onPath(named, byPath);
      if (found !== null) return found;
    }
    return ofModule(className, byModule);
  };
  return (test) => {
    const key = JSON.stringify([test.file, test.className, test.suites]);
    const before = known.get(key);
    const found = before === undefined ? find(test) : before;
    known.set(key, found);
    return found;
  };
}

/** The files of each ending; of an ending that two have, both. */
function indexed(files: readonly RepoPath[], endings: (file: RepoPath) => readonly string[]): Map<string, RepoPath[]> {
  const index = new Map<string, RepoPath[]>();
  for (const file of files) for (const ending of endings(file)) index.set(ending, [...(index.get(ending) ?? []), file]);
  return index;
}

/** `a/b/c`, `b/c`, `c`: the longest first. */
function endingsOf(segments: readonly string[]): string[] {
  return segments.map((_, from) => segments.slice(from).join('/'));
}

/** The file whose path the name ends with, else the only one whose path ends with the name. */
function onPath(named: string, index: ReadonlyMap<string, readonly RepoPath[]>): RepoPath | null {
  const segments = named
    .replaceAll('\\', '/')
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.');
  // A word alone is a name of a suite, unless it is a file's.
  if (segments.length === 1 && !named.includes('.')) return null;
  for (const ending of endingsOf(segments)) {
    const whole = index.get(ending)?.find((file) => file === ending);
    if (whole !== undefined) return whole;
  }
  const longer = index.get(segments.join('/')) ?? [];
  return longer.length === 1 ? (longer[0] ?? null) : null;
}

/** `tests.test_cart.TestTotal` is in tests/test_cart.py, `com.shop.CartTest$Nested` in …/com/shop/CartTest.java. */
function ofModule(className: string, index: ReadonlyMap<string, readonly RepoPath[]>): RepoPath | null {
  const segments = className.split(/[.$:]+/).filter((segment) => segment !== '');
  for (let length = segments.length; length > 0; length--) {
    const found = index.get(segments.slice(0, length).join('/'));
    if (found !== undefined) return found.length === 1 ? (found[0] ?? null) : null;
  }
  return null;
}
