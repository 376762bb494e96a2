// The command line's grammar: which commands and options exist, and what a wrong one is told.
import { parseArgs } from 'node:util';
import { analyticsCommands } from './analytics-grammar.ts';
import { flakinessCommands } from './flakiness-grammar.ts';
import { all, base, help, json, repository, type CommandDeclaration, type OptionDeclaration } from './command-declaration.ts';
import { ciCommands } from './ci-grammar.ts';
import { generationCommands } from './generation-grammar.ts';
import { performanceCommands } from './performance-grammar.ts';
import { pipelineCommands } from './pipeline-commands.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import { nearest } from '../protocol/nearest.ts';

export interface CommandLine {
  readonly command: CommandDeclaration;
  readonly switches: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
  readonly positionals: readonly string[];
}

/** Less than everything that the change can affect; at most one of them. */
const budgets: readonly OptionDeclaration[] = [
  { name: 'budget', value: 'duration', summary: 'Only what fits into this time (30s, 2m), the likeliest failures first. Says before what that may miss.' },
  { name: 'confidence', value: 'share', summary: 'Only so much that what is left out passes with this probability (0.99 or 99%).' },
  { name: 'share', value: 'share', summary: 'Only so much as finds this share of the failures (0.95 or 95%).' },
];

export const commands: readonly CommandDeclaration[] = [
  {
    name: 'run',
    summary: 'Run the builds and tests that the change can affect, the likeliest failure first.',
    positionals: '[test or file …]',
    mostPositionals: 10_000,
    options: [
      base,
      all,
      { name: 'failed', summary: 'Only what failed in its last result.' },
      ...budgets,
      { name: 'audit', summary: 'After what the change can affect run the rest too, and remember what the selection missed.' },
      { name: 'no-cache', summary: 'Run also what has a result that holds: nothing that it depends on has changed since it passed.' },
      { name: 'cold', summary: 'Start every test runner anew, also where one is kept ready: for comparison.' },
      { name: 'coverage', summary: 'Record which lines the tests run, and say how many.' },
      { name: 'verbose', short: 'v', summary: 'A line for every test, with its reason.' },
      json,
      repository,
      help,
    ],
    examples: ['noodle run', 'noodle run --base origin/main', 'noodle run --all --json', 'noodle run test/cart.test.ts', 'noodle run --budget 60s', 'noodle run --share 0.95 --audit'],
  },
  {
    name: 'plan',
    summary: 'Show what would run, in which order and why. Runs nothing.',
    options: [base, all, ...budgets, { name: 'verbose', short: 'v', summary: 'Each test by itself, also where many run for one reason.' }, json, repository, help],
    examples: ['noodle plan', 'noodle plan --verbose', 'noodle plan --json --base HEAD~3', 'noodle plan --budget 60s'],
  },
  {
    name: 'build',
    summary: 'Build what the change can affect, or the named targets and what they need. Runs no tests.',
    positionals: '[target …]',
    mostPositionals: 10_000,
    options: [base, { name: 'all', summary: 'Every target, also those that are otherwise built only when they are named.' }, { name: 'verbose', short: 'v', summary: 'The plan in full.' }, json, repository, help],
    examples: ['noodle build', 'noodle build core', 'noodle build cmake:root', 'noodle build --all'],
  },
  {
    name: 'targets',
    summary: 'List the build targets, or show what needs what.',
    positionals: '[list | graph]',
    mostPositionals: 1,
    options: [{ name: 'dot', summary: 'The graph for Graphviz.' }, json, repository, help],
    examples: ['noodle targets list', 'noodle targets graph', 'noodle targets graph --dot'],
  },
  {
    name: 'watch',
    summary: 'Run the impacted builds and tests at every change, until interrupted.',
    options: [{ name: 'verbose', short: 'v', summary: 'A line for every test, with its reason.' }, json, repository, help],
    examples: ['noodle watch'],
  },
  {
    name: 'serve',
    summary: 'Start the agent of the repository and stay: the editor, the dashboard and scripts talk to it.',
    options: [
      { name: 'idle-exit', value: 'seconds', summary: 'Leave when nobody has needed the agent for so long. Default: never.' },
      { name: 'untrusted', summary: 'Execute nothing of the repository until a client says that it is trusted.' },
      json,
      repository,
      help,
    ],
    examples: ['noodle serve', 'noodle serve --idle-exit 600'],
  },
  { name: 'status', summary: 'Is an agent alive, what does it do, what does it cost?', options: [json, repository, help], examples: ['noodle status'] },
  { name: 'stop', summary: 'Cancel what runs and end the agent of the repository.', options: [repository, help], examples: ['noodle stop'] },
  {
    name: 'explain',
    summary: 'Why was a test or target selected, skipped, cached or ordered where it was? Which tests does a file, or a line of it, reach? Who owns a file or folder, and what changes and fails with it?',
    positionals: '[test, target, file[:line], folder or benchmarks]',
    mostPositionals: 1,
    options: [{ name: 'skipped', summary: 'List what a plan made now leaves out; with a test, what vouches for that.' }, json, repository, help],
    examples: ['noodle explain test/cart.test.ts', 'noodle explain core', 'noodle explain src/cart.ts:12', 'noodle explain src', 'noodle explain --skipped', 'noodle explain --skipped test/cart.test.ts'],
  },
  {
    name: 'coverage',
    summary: 'Show or export which lines the tests run, as last recorded; or what to test next.',
    options: [
      { name: 'format', value: 'format', summary: 'text, lcov or cobertura. Default: text.' },
      { name: 'output', short: 'o', value: 'file', summary: 'Write to this file. Default: print.' },
      { name: 'suggest', summary: 'Code that no test runs, the riskiest first.' },
      json,
      repository,
      help,
    ],
    examples: ['noodle coverage', 'noodle coverage --format lcov -o lcov.info', 'noodle coverage --suggest'],
  },
  ...flakinessCommands([json, repository, help]),
  ...performanceCommands([json, repository, help]),
  ...generationCommands([json, repository, help]),
  ...ciCommands([json, repository, help]),
  ...analyticsCommands([json, repository, help]),
  {
    name: 'models',
    summary: 'The models, how good they are beside the simple way, and which of the two decides; models of this repository.',
    positionals: '[list | compare | retrain | activate | rollback] [model] [version]',
    mostPositionals: 3,
    options: [json, repository, help],
    examples: ['noodle models', 'noodle models compare', 'noodle models retrain change-risk', 'noodle models activate change-risk shipped', 'noodle models rollback change-risk'],
  },
  { name: 'risk', summary: "How risky the present change is among the repository's own, and why.", options: [json, repository, help], examples: ['noodle risk'] },
  {
    name: 'config',
    summary: 'Show the settings; with --explain where each value came from.',
    options: [{ name: 'explain', summary: 'Show where each value came from.' }, json, repository, help],
    examples: ['noodle config --explain'],
  },
  ...pipelineCommands,
];

/** Parses the arguments after the program's name. `help` comes out as a switch. */
export function parseCommandLine(argv: readonly string[]): Result<CommandLine> {
  const words = wordsOf(argv);
  const [first, second] = words;
  if (first === undefined) return failure('invalid_input', `a command is missing: one of ${names(commands)}`);
  const isGroup = commands.some(({ name }) => name.startsWith(`${first.text} `));
  const wanted = isGroup && second !== undefined ? `${first.text} ${second.text}` : first.text;
  const command = commands.find(({ name }) => name === wanted);
  if (command === undefined) return unknownCommand(wanted, isGroup && second === undefined);
  const taken = new Set(isGroup ? [first.index, second?.index] : [first.index]);
  return parseOptions(command, argv.filter((_, index) => !taken.has(index)));
}

function wordsOf(argv: readonly string[]): { readonly text: string; readonly index: number }[] {
  return argv.flatMap((text, index) => (text.startsWith('-') || isRepositoryOption(argv[index - 1]) ? [] : [{ text, index }]));
}

function unknownCommand(wanted: string, isIncomplete: boolean): Result<CommandLine> {
  const known = commands.map(({ name }) => name);
  if (!isIncomplete) return failure('invalid_input', `unknown command '${wanted}'${meant(wanted, known)}`);
  const verbs = known.filter((name) => name.startsWith(`${wanted} `)).map((name) => name.slice(wanted.length + 1));
  return failure('invalid_input', `noodle ${wanted}: a command is missing: one of ${verbs.join(', ')}`);
}

/** The command, or the group of commands, that was most likely meant; in a group that exists one of its commands. */
function meant(wanted: string, known: readonly string[]): string {
  const space = wanted.indexOf(' ');
  if (space === -1) {
    const groups = known.flatMap((name) => (name.includes(' ') ? [name.slice(0, name.indexOf(' '))] : []));
    return suggest(wanted, [...known, ...new Set(groups)], '; see noodle --help');
  }
  const verbs = known.filter((name) => name.startsWith(wanted.slice(0, space + 1))).map((name) => name.slice(space + 1));
  const verb = nearest(wanted.slice(space + 1), verbs);
  return verb === null ? `; expected one of ${verbs.join(', ')}` : `; did you mean '${wanted.slice(0, space)} ${verb}'?`;
}

/** `noodle -C folder plan`: the one option with a value that people put before the command. */
function isRepositoryOption(argument: string | undefined): boolean {
  return argument === '-C' || argument === '--repo';
}

function parseOptions(command: CommandDeclaration, argv: readonly string[]): Result<CommandLine> {
  const options = Object.fromEntries(
    command.options.map((option) => [
      option.name,
      { type: option.value === undefined ? ('boolean' as const) : ('string' as const), ...(option.short === undefined ? {} : { short: option.short }) },
    ]),
  );
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true });
  const switches = new Set<string>();
  const values = new Map<string, string>();
  const positionals: string[] = [];
  const words = tokens.flatMap<(typeof tokens)[number]>((token, position) => {
    const value = argv[token.index];
    if (token.kind !== 'option' || !isNegative(value)) return [token];
    return tokens[position - 1]?.index === token.index ? [] : [{ kind: 'positional', index: token.index, value }];
  });
  for (const token of words) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const option = command.options.find((candidate) => candidate.name === token.name);
    if (option === undefined) return unknownOption(command, token.rawName);
    if (option.value === undefined) switches.add(option.name);
    else if (token.value === undefined || token.value === '') return failure('invalid_input', `${token.rawName} expects a ${option.value}`);
    else values.set(option.name, token.value);
  }
  if (!switches.has('help') && positionals.length > (command.mostPositionals ?? 0)) {
    return failure('invalid_input', `noodle ${command.name}: unexpected argument '${positionals[command.mostPositionals ?? 0]}'`);
  }
  return success({ command, switches, values, positionals });
}

/** `-5`, `-0.3` and `-Infinity` are numbers, although they are read as an option for each letter. */
function isNegative(argument: string | undefined): argument is string {
  return argument !== undefined && /^-(?:\d|\.\d|Infinity$)/.test(argument);
}

function unknownOption(command: CommandDeclaration, found: string): Result<CommandLine> {
  const known = command.options.map((option) => `--${option.name}`);
  return failure('invalid_input', `noodle ${command.name}: unknown option '${found}'${suggest(found, known, '')}`, {
    hint: `Known: ${known.join(', ')}.`,
  });
}

function suggest(found: string, known: readonly string[], otherwise: string): string {
  const candidate = nearest(found, known);
  return candidate === null ? otherwise : `; did you mean '${candidate}'?`;
}

function names(list: readonly CommandDeclaration[]): string {
  return list.map((command) => command.name).join(', ');
}
