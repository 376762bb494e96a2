// What a package's script runs in the end: follows `npm run x`, `npm-run-all`, `cross-env`, `c8`, `npx` … to the programs.
import { parseCommandLine, plainWord, type Word } from './shell.ts';
import type { Manifest } from './manifest.ts';
import { commandAfterOptions, programName, splitNodeArguments } from './programs.ts';

/** A program that a script starts. */
export interface Invocation {
  /** `vitest`, `jest`, `mocha`, `node`, `ava` …: without folder and extension. */
  readonly program: string;
  /** Flags of node that stand before the program; of `node` itself all of its flags. */
  readonly nodeArguments: readonly string[];
  /** What follows the program. */
  readonly args: readonly Word[];
  readonly environment: Readonly<Record<string, string>>;
  /** Folder in which it is started, '' for the root. */
  readonly folder: string;
  /** The script that it stands in. */
  readonly script: string;
}

export interface ScriptSource {
  /** The package.json of a folder. */
  manifest(folder: string): Manifest | null;
  /** For `$NAME` in scripts. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Every program that the script starts, in order. An unknown script starts nothing. */
export function invocationsOf(source: ScriptSource, folder: string, script: string): Invocation[] {
  return expandScript({ source, folder, script, environment: {}, more: [], seen: new Set() });
}

interface Scope {
  readonly source: ScriptSource;
  readonly folder: string;
  readonly script: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Arguments that the caller adds: `npm run x -- --more`. They go to the last command. */
  readonly more: readonly Word[];
  /** Scripts under way, so that one which calls itself ends. */
  readonly seen: ReadonlySet<string>;
}

function expandScript(scope: Scope): Invocation[] {
  const key = `${scope.folder}\0${scope.script}`;
  const manifest = scope.source.manifest(scope.folder);
  const text = manifest?.scripts[scope.script];
  if (manifest === null || text === undefined || scope.seen.has(key)) return [];
  const inner = { ...scope, seen: new Set([...scope.seen, key]) };
  const wireit = /^\s*(?:\S+\/)?wireit\b/.test(text) ? manifest.wireit[scope.script] : undefined;
  if (wireit === undefined) return expandLine(inner, text);
  const needed = wireit.dependencies.filter((each) => !each.includes(':') || each in manifest.scripts);
  return [
    ...needed.flatMap((each) => expandScript({ ...inner, script: each, more: [] })),
    ...expandLine(inner, wireit.command),
  ];
}

function expandLine(scope: Scope, line: string): Invocation[] {
  const commands = parseCommandLine(line, { ...scope.source.environment, ...scope.environment });
  const found: Invocation[] = [];
  let folder = scope.folder;
  for (const [index, command] of commands.entries()) {
    const isLast = index === commands.length - 1;
    const words = isLast ? [...command.words, ...scope.more] : command.words;
    if (words[0]?.text === 'cd') {
      folder = joinFolder(folder, words[1]?.text ?? '');
      continue;
    }
    const environment = { ...scope.environment, ...command.environment };
    found.push(...expandCommand({ ...scope, folder, environment, more: [] }, words));
  }
  return found;
}

type Expansion = (scope: Scope, words: readonly Word[]) => Invocation[];

/** What is known of a program that starts others; `words` are those after its name. */
const wrappers: Readonly<Record<string, Expansion>> = {
  env: expandAssignments,
  'cross-env': expandAssignments,
  'cross-env-shell': (scope, words) => expandLine(scope, texts(words).join(' ')),
  npx: expandCommandAfterOptions,
  pnpx: expandCommandAfterOptions,
  bunx: expandCommandAfterOptions,
  exec: expandCommand,
  time: expandCommand,
  c8: expandCommandAfterOptions,
  nyc: expandCommandAfterOptions,
  dotenv: expandCommandAfterOptions,
  dotenvx: expandCommandAfterOptions,
  npm: expandNpm,
  cnpm: expandNpm,
  pnpm: expandPnpmOrYarn,
  yarn: expandPnpmOrYarn,
  bun: expandPnpmOrYarn,
  'npm-run-all': expandRunAll,
  'npm-run-all2': expandRunAll,
  'run-s': expandRunAll,
  'run-p': expandRunAll,
  concurrently: expandConcurrently,
  conc: expandConcurrently,
  node: expandNode,
  tsx: (scope, words) => expandNode(scope, [plainWord('--import'), plainWord('tsx'), ...words]),
  'ts-node': (scope, words) => expandNode(scope, [plainWord('--require'), plainWord('ts-node/register'), ...words]),
  'ts-node-esm': (scope, words) => expandNode(scope, [plainWord('--loader'), plainWord('ts-node/esm'), ...words]),
};

function expandCommand(scope: Scope, words: readonly Word[]): Invocation[] {
  const [head, ...rest] = words;
  if (head === undefined) return [];
  const name = programName(head.text);
  const wrapper = Object.hasOwn(wrappers, name) ? wrappers[name] : undefined;
  if (wrapper !== undefined) return wrapper(scope, rest);
  return [invocation(scope, name, [], rest)];
}

function invocation(scope: Scope, program: string, nodeArguments: readonly string[], args: readonly Word[]): Invocation {
  return { program, nodeArguments, args, environment: scope.environment, folder: scope.folder, script: scope.script };
}

function expandAssignments(scope: Scope, words: readonly Word[]): Invocation[] {
  const environment: Record<string, string> = { ...scope.environment };
  let index = 0;
  for (; index < words.length; index++) {
    const match = /^([A-Za-z_]\w*)=(.*)$/s.exec(words[index]?.text ?? '');
    if (match?.[1] === undefined) break;
    environment[match[1]] = match[2] ?? '';
  }
  return expandCommand({ ...scope, environment }, words.slice(index));
}

function expandCommandAfterOptions(scope: Scope, words: readonly Word[]): Invocation[] {
  return expandCommand(scope, commandAfterOptions(words));
}

const npmTestCommands = new Set(['test', 't', 'tst']);

function expandNpm(scope: Scope, words: readonly Word[]): Invocation[] {
  const parsed = splitPackageManagerWords(words);
  if (parsed.isRecursive) return [];
  const [command = '', name = ''] = texts(parsed.words);
  const inner = parsed.folder === null ? scope : { ...scope, folder: joinFolder(scope.folder, parsed.folder) };
  if (npmTestCommands.has(command)) return expandScript({ ...inner, script: 'test', more: parsed.more });
  if (['run', 'run-script', 'rum', 'urn'].includes(command)) return expandScript({ ...inner, script: name, more: parsed.more });
  if (command === 'exec' || command === 'x') return expandCommand(inner, [...parsed.words.slice(1), ...parsed.more]);
  return [];
}

function expandPnpmOrYarn(scope: Scope, words: readonly Word[]): Invocation[] {
  const parsed = splitPackageManagerWords(words);
  if (parsed.isRecursive || parsed.words[0]?.text === 'workspaces') return [];
  const inner = parsed.folder === null ? scope : { ...scope, folder: joinFolder(scope.folder, parsed.folder) };
  const [command = '', second = ''] = texts(parsed.words);
  const after = [...parsed.words.slice(1), ...parsed.more];
  if (command === 'exec' || command === 'dlx' || command === 'x') return expandCommand(inner, commandAfterOptions(after));
  if (command === 'node') return expandNode(inner, after);
  const isRun = command === 'run' || command === 'run-script';
  const name = isRun ? second : npmTestCommands.has(command) ? 'test' : command;
  const more = isRun ? after.slice(1) : after;
  const expression = /^\/(.+)\/$/.exec(name)?.[1];
  const scripts = Object.keys(inner.source.manifest(inner.folder)?.scripts ?? {});
  const chosen = expression === undefined ? scripts.filter((each) => each === name) : matching(scripts, expression);
  if (chosen.length === 0 && !isRun) return expandCommand(inner, [...parsed.words, ...parsed.more]);
  return chosen.flatMap((script) => expandScript({ ...inner, script, more }));
}

interface PackageManagerWords {
  readonly words: readonly Word[];
  /** What stands behind `--`. */
  readonly more: readonly Word[];
  /** Whether other packages are meant: they are looked at by themselves. */
  readonly isRecursive: boolean;
  readonly folder: string | null;
}

function splitPackageManagerWords(words: readonly Word[]): PackageManagerWords {
  const all = texts(words);
  const separator = all.indexOf('--');
  const own = separator === -1 ? words : words.slice(0, separator);
  const more = separator === -1 ? [] : words.slice(separator + 1);
  const isRecursive = texts(own).some((each) => /^(?:-r|-w|--recursive|--workspaces?(?:=.*)?|--ws|--filter(?:=.*)?|-F)$/.test(each));
  const kept: Word[] = [];
  let folder: string | null = null;
  for (let index = 0; index < own.length; index++) {
    const text = own[index]?.text ?? '';
    const match = /^(?:--prefix|--dir|--cwd|-C)(?:=(.*))?$/.exec(text);
    if (kept.length === 0 && match !== null) folder = match[1] ?? own[++index]?.text ?? '';
    // Options of the package manager itself stand before the script's name.
    else if (!(kept.length < 2 && text.startsWith('-'))) kept.push(own[index] ?? plainWord(''));
    else if (kept.length === 1 && !['run', 'run-script', 'exec', 'dlx'].includes(kept[0]?.text ?? '')) kept.push(own[index] ?? plainWord(''));
  }
  return { words: kept, more, isRecursive, folder };
}

function expandRunAll(scope: Scope, words: readonly Word[]): Invocation[] {
  const scripts = Object.keys(scope.source.manifest(scope.folder)?.scripts ?? {});
  const plain = texts(words);
  const separator = plain.indexOf('--');
  return plain.slice(0, separator === -1 ? plain.length : separator).flatMap((text) => {
    if (text.startsWith('-')) return [];
    const [pattern = '', ...more] = text.split(/\s+/);
    const kept = more.filter((each) => each !== '--').map(plainWord);
    return scriptsMatching(scripts, pattern).flatMap((script) => expandScript({ ...scope, script, more: kept }));
  });
}

/** As npm-run-all has it: `*` stands for one part between colons, `**` for several. */
function scriptsMatching(scripts: readonly string[], pattern: string): string[] {
  const expression = pattern.replaceAll(/[.+^${}()|[\]\\?]/g, String.raw`\$&`).replaceAll(/\*\*|\*/g, (stars) => (stars === '**' ? '.*' : '[^:]*'));
  return matching(scripts, `^${expression}$`);
}

function matching(scripts: readonly string[], expression: string): string[] {
  try {
    const compiled = new RegExp(expression);
    return scripts.filter((each) => compiled.test(each));
  } catch {
    return [];
  }
}

function expandConcurrently(scope: Scope, words: readonly Word[]): Invocation[] {
  const scripts = Object.keys(scope.source.manifest(scope.folder)?.scripts ?? {});
  return texts(words).flatMap((text) => {
    const shorthand = /^(?:npm|pnpm|yarn|bun|node):(\S+)$/.exec(text)?.[1];
    if (shorthand !== undefined) return scriptsMatching(scripts, shorthand).flatMap((script) => expandScript({ ...scope, script }));
    const isCommand = !text.startsWith('-') && (text.includes(' ') || text in wrappers);
    return isCommand ? expandLine(scope, text) : [];
  });
}

function expandNode(scope: Scope, words: readonly Word[]): Invocation[] {
  const { nodeArguments, program, rest } = splitNodeArguments(words);
  if (nodeArguments.includes('--test') || program === null) {
    const files = program === null ? rest : [program, ...rest];
    return [invocation(scope, 'node', nodeArguments, files)];
  }
  const name = programName(program.text);
  if (name === 'node' || !/(?:^|\/)node_modules\//.test(program.text)) {
    return [invocation(scope, 'node', nodeArguments, [program, ...rest])];
  }
  return [invocation(scope, name, nodeArguments, rest)];
}

function joinFolder(folder: string, more: string): string {
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of more.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}

function texts(words: readonly Word[]): string[] {
  return words.map((each) => each.text);
}
