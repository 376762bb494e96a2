// Whether a root package's build script only has its workspaces built, which are targets of their own.

/** `all`: it does nothing else. `part`: it does more besides. `none`: it builds by itself. */
export type Delegation = 'all' | 'part' | 'none';

type Scripts = Readonly<Record<string, string>>;

const deepest = 5;

/** Looks at a script, and at the scripts that it runs. */
export function delegationOf(script: string, scripts: Scripts): Delegation {
  const kinds = kindsOf(script, scripts, deepest);
  if (!kinds.has('delegates')) return 'none';
  return kinds.has('works') ? 'part' : 'all';
}

type Kind = 'delegates' | 'works' | 'neutral';

function kindsOf(script: string, scripts: Scripts, depth: number): Set<Kind> {
  const kinds = new Set<Kind>();
  for (const command of script.split(/&&|\|\||;|&|\|/)) {
    for (const kind of kindsOfCommand(wordsOf(command), scripts, depth)) kinds.add(kind);
  }
  return kinds;
}

function kindsOfCommand(words: readonly string[], scripts: Scripts, depth: number): Iterable<Kind> {
  const [program = '', ...rest] = words;
  if (program === '' || neutral.has(program)) return ['neutral'];
  if (isDelegating(program, rest)) return ['delegates'];
  const called = calledScripts(program, rest, scripts);
  if (called.length === 0 || depth === 0) return ['works'];
  return called.flatMap((name) => [...kindsOf(scripts[name] ?? '', scripts, depth - 1)]);
}

const neutral: ReadonlySet<string> = new Set([
  'rimraf',
  'rm',
  'del',
  'del-cli',
  'echo',
  'mkdir',
  'mkdirp',
  'shx',
  'cd',
  'true',
  'exit',
  'sleep',
]);

/** Programs that exist to run the scripts of workspaces. */
const runners: ReadonlySet<string> = new Set([
  'turbo',
  'nx',
  'lerna',
  'rush',
  'moon',
  'wsrun',
  'ultra',
  'lage',
  'bolt',
  'oao',
  'wireit',
]);

function isDelegating(program: string, rest: readonly string[]): boolean {
  if (runners.has(program)) return true;
  if (program === 'tsc') return rest.includes('-b') || rest.includes('--build');
  const options = flagsOf[program];
  return (
    options !== undefined &&
    rest.some((word) => options.some((option) => word === option || word.startsWith(`${option}=`)))
  );
}

/** Words by which a package manager is told to run a script in workspaces. */
const flagsOf: Readonly<Record<string, readonly string[]>> = {
  npm: ['--workspaces', '-ws', '--ws', '--workspace', '-w'],
  pnpm: ['-r', '--recursive', 'recursive', '--filter', '-F', 'multi'],
  yarn: ['workspaces', 'workspace'],
  bun: ['--filter', '-F', '--workspaces'],
};

/** The scripts of the same package that a command runs: `npm run a`, `yarn a`, `run-s a b`, `npm-run-all a:*`. */
function calledScripts(program: string, rest: readonly string[], scripts: Scripts): string[] {
  const names = rest.filter((word) => !word.startsWith('-'));
  const isRunAll =
    program === 'run-s' || program === 'run-p' || program === 'npm-run-all' || program === 'npm-run-all2';
  if (isRunAll) return Object.keys(scripts).filter((script) => names.some((name) => fits(script, name)));
  if (flagsOf[program] === undefined) return [];
  const [first, second] = names;
  const called = first === 'run' || first === 'run-script' ? second : program === 'npm' ? undefined : first;
  return called !== undefined && scripts[called] !== undefined ? [called] : [];
}

/** `build:*` stands for one more part, `build:**` for any number. */
function fits(script: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('**', '\u0000')
    .replaceAll('*', '[^:]*')
    .replaceAll('\u0000', '.*');
  return new RegExp(`^${source}$`).test(script);
}

/** Without what comes before the program: variables, `cross-env`, `npx`. */
function wordsOf(command: string): string[] {
  const words = command.trim().split(/\s+/);
  const isBefore = (word: string) =>
    /^[A-Za-z_]\w*=/.test(word) || word === 'cross-env' || word === 'npx' || word === 'env' || word === 'dotenv';
  const first = words.findIndex((word) => !isBefore(word));
  return first === -1 ? [] : words.slice(first);
}
