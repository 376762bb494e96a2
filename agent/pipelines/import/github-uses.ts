// What the actions that workflows use come to here.
import type { GithubStep } from './github-schema.ts';

export type UsedAction =
  /** Nothing has to be done. */
  | { readonly kind: 'nothing'; readonly message: string }
  /** The step before keeps these files. */
  | { readonly kind: 'artifacts'; readonly paths: readonly string[] }
  | { readonly kind: 'missing'; readonly message: string };

const setups: readonly { readonly action: RegExp; readonly tool: string; readonly version: string }[] = [
  { action: /^actions\/setup-node$/, tool: 'node', version: 'node-version' },
  { action: /^actions\/setup-python$/, tool: 'python', version: 'python-version' },
  { action: /^actions\/setup-java$/, tool: 'java', version: 'java-version' },
  { action: /^actions\/setup-go$/, tool: 'go', version: 'go-version' },
  { action: /^actions\/setup-dotnet$/, tool: 'dotnet', version: 'dotnet-version' },
  { action: /^(actions|ruby)\/setup-ruby$/, tool: 'ruby', version: 'ruby-version' },
  { action: /^pnpm\/(action-)?setup$/, tool: 'pnpm', version: 'version' },
  { action: /^astral-sh\/setup-uv$/, tool: 'uv', version: 'version' },
  { action: /^oven-sh\/setup-bun$/, tool: 'bun', version: 'bun-version' },
  { action: /^denoland\/setup-deno$/, tool: 'deno', version: 'deno-version' },
  {
    action: /^(dtolnay\/rust-toolchain|actions-rs\/toolchain|actions-rust-lang\/setup-rust-toolchain)$/,
    tool: 'rust',
    version: 'toolchain',
  },
  { action: /^gradle\/(actions\/setup-gradle|gradle-build-action)$/, tool: 'gradle', version: 'gradle-version' },
  { action: /^shivammathur\/setup-php$/, tool: 'php', version: 'php-version' },
];

/** By the name of the action, without its version. */
export function usedAction(step: GithubStep): UsedAction {
  const [action = ''] = (step.uses ?? '').split('@');
  const setup = setups.find((each) => each.action.test(action));
  if (setup !== undefined) return { kind: 'nothing', message: setupMessage(setup.tool, step.with[setup.version]) };
  if (action === 'actions/checkout') return checkout(step);
  if (/^actions\/cache(\/(restore|save))?$|^Swatinem\/rust-cache$|^actions\/setup-.*cache$/.test(action))
    return { kind: 'nothing', message: `${action}: files stay where they are` };
  if (action === 'actions/upload-artifact') return { kind: 'artifacts', paths: pathsOf(step.with['path']) };
  if (action === 'actions/download-artifact')
    return { kind: 'nothing', message: 'artifacts are in the work tree already' };
  if (action.startsWith('./'))
    return { kind: 'missing', message: `the action ${action} of the repository cannot run here` };
  if (action.startsWith('docker://'))
    return { kind: 'missing', message: `the container ${action.slice('docker://'.length)} is not run` };
  return { kind: 'missing', message: `the action ${action} runs on GitHub alone` };
}

function setupMessage(tool: string, version: unknown): string {
  const isGiven = typeof version === 'string' || typeof version === 'number';
  return isGiven
    ? `the ${tool} that is installed here, instead of ${tool} ${String(version).trim().replace(/\s+/g, ' ')}`
    : `the ${tool} that is installed here`;
}

function checkout({ with: options }: GithubStep): UsedAction {
  if (typeof options['repository'] === 'string')
    return { kind: 'missing', message: `the repository ${options['repository']} is not fetched` };
  return { kind: 'nothing', message: 'the work tree as it is' };
}

function pathsOf(path: unknown): string[] {
  if (typeof path !== 'string') return [];
  const lines = path.split('\n').map((line) => line.trim().replace(/^\.\//, '').replace(/\/$/, ''));
  return lines.filter(
    (line) =>
      line !== '' &&
      !line.startsWith('!') &&
      !line.startsWith('~') &&
      !line.startsWith('/') &&
      !line.includes('${{') &&
      !line.includes('..'),
  );
}
