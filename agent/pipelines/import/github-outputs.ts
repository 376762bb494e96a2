// The outputs of actions that nothing has to be done for here, such as the version that `actions/setup-node` tells.
import type { GithubStep } from './github-schema.ts';

export interface ReplacedOutputs {
  /** Outputs that are known beforehand, as texts of GitHub Actions. */
  readonly texts: Readonly<Record<string, string>>;
  /** Shell commands that print what is known when the step's turn has come. */
  readonly commands: Readonly<Record<string, string>>;
}

interface Outputs {
  readonly action: RegExp;
  readonly texts?: (step: GithubStep) => Readonly<Record<string, string>>;
  readonly commands?: Readonly<Record<string, string>>;
}

/** Nothing is ever found in a cache that is not there. */
const noCache = () => ({ 'cache-hit': '' });
const pythonVersion = `python3 -c 'import platform; print(platform.python_version())'`;

const known: readonly Outputs[] = [
  { action: /^actions\/setup-node$/, texts: noCache, commands: { 'node-version': 'node --version' } },
  {
    action: /^actions\/setup-python$/,
    texts: noCache,
    commands: { 'python-version': pythonVersion, 'python-path': 'command -v python3' },
  },
  {
    action: /^actions\/setup-java$/,
    texts: ({ with: options }) => ({ ...noCache(), distribution: textOf(options['distribution']) }),
    commands: {
      version: `java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\\.version = //p'`,
      path: `java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\\.home = //p'`,
    },
  },
  {
    action: /^actions\/setup-go$/,
    texts: noCache,
    commands: { 'go-version': `go env GOVERSION | sed 's/^go//'` },
  },
  { action: /^actions\/setup-dotnet$/, texts: noCache, commands: { 'dotnet-version': 'dotnet --version' } },
  {
    action: /^(actions|ruby)\/setup-ruby$/,
    commands: { 'ruby-prefix': `ruby -e 'puts RbConfig::CONFIG["prefix"]'` },
  },
  {
    action: /^pnpm\/(action-)?setup$/,
    commands: { dest: 'dirname "$(command -v pnpm)"', bin_dest: 'dirname "$(command -v pnpm)"' },
  },
  {
    action: /^astral-sh\/setup-uv$/,
    texts: noCache,
    commands: { 'uv-version': 'uv --version | cut -d" " -f2', 'uv-path': 'command -v uv' },
  },
  {
    action: /^oven-sh\/setup-bun$/,
    texts: noCache,
    commands: { 'bun-version': 'bun --version', 'bun-path': 'command -v bun' },
  },
  {
    action: /^denoland\/setup-deno$/,
    texts: noCache,
    commands: { 'deno-version': `deno --version | sed -n '1s/^deno \\([^ ]*\\).*/\\1/p'` },
  },
  {
    action: /^(dtolnay\/rust-toolchain|actions-rs\/toolchain|actions-rust-lang\/setup-rust-toolchain)$/,
    commands: {
      name: 'rustup show active-toolchain | cut -d" " -f1',
      cachekey: `rustc -vV | sed -n 's/^commit-hash: //p'`,
      'rustc-version': `rustc --version | cut -d' ' -f2`,
    },
  },
  {
    action: /^shivammathur\/setup-php$/,
    commands: { 'php-version': `php -r 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;'` },
  },
  {
    action: /^actions\/cache(\/(restore|save))?$/,
    texts: ({ with: options }) => ({
      ...noCache(),
      'cache-matched-key': '',
      'cache-primary-key': textOf(options['key']),
    }),
  },
  { action: /^Swatinem\/rust-cache$|^actions\/setup-.*cache$/, texts: noCache },
  {
    action: /^actions\/checkout$/,
    texts: () => ({ ref: '${{ github.ref }}', commit: '${{ github.sha }}' }),
  },
  { action: /^actions\/download-artifact$/, texts: () => ({ 'download-path': '${{ github.workspace }}' }) },
];

/** By the name of the action, without its version. */
export function replacedOutputs(step: GithubStep): ReplacedOutputs {
  const [action = ''] = (step.uses ?? '').split('@');
  const found = known.find((each) => each.action.test(action));
  return { texts: found?.texts?.(step) ?? {}, commands: found?.commands ?? {} };
}

/** For bash: writes what the commands print into the outputs of the step; fails where one of them does, as the setup would. */
export function outputsCommand(commands: readonly (readonly [name: string, command: string])[]): string {
  return commands.map(([name, command]) => `value=$(${command})\necho "${name}=$value" >> "$GITHUB_OUTPUT"`).join('\n');
}

const references = /\bsteps(?:\.([\w-]+)|\[\s*'([^']+)'\s*\])\.outputs(?:\.([\w-]+)|\[\s*'([^']+)'\s*\])/g;

/** The outputs that expressions of a job or an action ask for, as `step.output`. */
export function askedOutputs(within: unknown): ReadonlySet<string> {
  const text = JSON.stringify(within);
  return new Set(
    [...text.matchAll(references)].map(
      ([, step, quotedStep, output, quotedOutput]) => `${step ?? quotedStep}.${output ?? quotedOutput}`,
    ),
  );
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
