// Small faults in source lines, chosen by a seed.

export interface Mutant {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Operator = readonly [pattern: RegExp, replacement: string];

const common: readonly Operator[] = [
  [/ < /, ' <= '],
  [/ > /, ' >= '],
  [/ <= /, ' < '],
  [/ >= /, ' > '],
  [/ \+ /, ' - '],
  [/ - /, ' + '],
  [/\b0\b/, '1'],
  [/\b1\b/, '2'],
];
const script: readonly Operator[] = [
  ...common,
  [/ === /, ' !== '],
  [/ !== /, ' === '],
  [/ && /, ' || '],
  [/ \|\| /, ' && '],
  [/\btrue\b/, 'false'],
  [/\bfalse\b/, 'true'],
  [/\bif \((.*)\)( \{)?$/, 'if (!($1))$2'],
  [/\breturn (?!;)([^;{([]+);?$/, 'return undefined;'],
  [/^(\s*)[\w.]+\([^()]*\);?$/, '$1;'],
];
/** Of Java, Go, Rust, C, C++ and C#: what keeps types as they are. */
const compiled: readonly Operator[] = [
  ...common,
  [/ == /, ' != '],
  [/ != /, ' == '],
  [/ && /, ' || '],
  [/ \|\| /, ' && '],
  [/\btrue\b/, 'false'],
  [/\bfalse\b/, 'true'],
];
const python: readonly Operator[] = [
  ...common,
  [/ == /, ' != '],
  [/ != /, ' == '],
  [/ and /, ' or '],
  [/ or /, ' and '],
  [/\bTrue\b/, 'False'],
  [/\bFalse\b/, 'True'],
  [/ is None/, ' is not None'],
  [/ is not None/, ' is None'],
  [/\bif (.+):$/, 'if not ($1):'],
  [/\breturn [^([{]+$/, 'return None'],
];

/** Whether faults are put into a file: code of the product, not of its tests, documentation or tools. */
export function isSource(file: string, tests: ReadonlySet<string>): boolean {
  const isCode = /\.(?:[cm]?[jt]sx?|py|java|go|rs|c|cc|cpp|h|hpp|cs)$/.test(file) && !/\.d\.[cm]?ts$/.test(file);
  const isElsewhere =
    /(?:^|\/)(?:\.|tests?\/|__tests__\/|docs?\/|examples?\/|website\/|bench|perf|__performance|scripts?\/|conftest|[\w.-]*\.config\.|setup\.py|test-d)/.test(
      file,
    );
  return isCode && !isElsewhere && !tests.has(file) && !/\.(?:test|spec|test-d)\.|_test\.\w+$/.test(file);
}

/**
 * One fault in one line of one of the files, or null where the chosen line takes none. `admits` restricts it to some
 * lines, which count from 1.
 */
export function chooseMutant(
  files: ReadonlyMap<string, string>,
  random: () => number,
  admits: (file: string, line: number) => boolean = () => true,
): Mutant | null {
  const names = [...files.keys()];
  // By size, so that every line of the repository is as likely as any other.
  const sizes = names.map((name) => files.get(name)?.split('\n').length ?? 0);
  let at = Math.floor(random() * sizes.reduce((sum, size) => sum + size, 0));
  const index = sizes.findIndex((size) => (at -= size) < 0);
  const file = names[index] ?? '';
  const lines = (files.get(file) ?? '').split('\n');
  const number = Math.floor(random() * lines.length);
  const before = lines[number] ?? '';
  if (!admits(file, number + 1)) return null;
  if (/^\s*(?:\/\/|\/?\*|#|import\b|from\b|export \*|"""|''')|^\s*$/.test(before)) return null;
  const fitting = operatorsFor(file).filter(([pattern]) => pattern.test(before));
  const chosen = fitting[Math.floor(random() * fitting.length)];
  if (chosen === undefined) return null;
  const after = before.replace(chosen[0], chosen[1]);
  return after === before ? null : { file, line: number + 1, before, after };
}

function operatorsFor(file: string): readonly Operator[] {
  if (file.endsWith('.py')) return python;
  return /\.[cm]?[jt]sx?$/.test(file) ? script : compiled;
}

/** The text with the fault in it. */
export function mutated(text: string, { line, after }: Mutant): string {
  return text
    .split('\n')
    .map((each, index) => (index === line - 1 ? after : each))
    .join('\n');
}
