// What a package's script runs in the end: follows `npm run x`, `npm-run-all`, `cross-env`, `c8`, `npx` … to the programs.
import { parseCommandLine, plainWord, type Word } from './shell.ts';
import type { Manifest } from './manifest.ts';
import { readPackageManagerCall } from './package-manager-call.ts';
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
  npm: expandPackageManager('npm'),
  pnpm: expandPackageManager('pnpm'),
  yarn: expandPackageManager('yarn'),
  bun: expandPackageManager('bun'),
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

function invocation(
  scope: Scope,
  program: string,
  nodeArguments: readonly string[],
  args: readonly Word[],
): Invocation {
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

function expandPackageManager(manager: string): Expansion {
  return (scope, words) => {
    const call = readPackageManagerCall(manager, words);
    if (call.kind === 'other') return [];
    const inner = call.folder === null ? scope : { ...scope, folder: joinFolder(scope.folder, call.folder) };
    if (call.kind === 'command') return expandCommand(inner, call.words);
    const more = call.kind === 'script' ? call.more : call.words.slice(1);
    const scripts = scriptsNamed(Object.keys(inner.source.manifest(inner.folder)?.scripts ?? {}), call.name);
    if (scripts.length === 0 && call.kind === 'either') return expandCommand(inner, call.words);
    return scripts.flatMap((script) => expandScript({ ...inner, script, more }));
  };
}

function scriptsNamed(scripts: readonly string[], name: string): string[] {
  const expression = /^\/(.+)\/$/.exec(name)?.[1];
  return expression === undefined ? scripts.filter((each) => each === name) : matching(scripts, expression);
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
  const expression = pattern
    .replaceAll(/[.+^${}()|[\]\\?]/g, String.raw`\$&`)
    .replaceAll(/\*\*|\*/g, (stars) => (stars === '**' ? '.*' : '[^:]*'));
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
    if (shorthand !== undefined)
      return scriptsMatching(scripts, shorthand).flatMap((script) => expandScript({ ...scope, script }));
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
