// What a step of a workflow says of itself, without anything around it.
import type { GithubJob, GithubStep, GithubWorkflow } from './github-schema.ts';

/** What the step says itself of where and in what it runs. */
export function givenSetting(step: GithubStep): GithubWorkflow['defaults']['run'] {
  const { shell, 'working-directory': folder } = step;
  return {
    ...(shell === undefined ? {} : { shell }),
    ...(folder === undefined ? {} : { 'working-directory': folder }),
  };
}

/** With the way there: the folder is another one in each run. Null where the folder is not the temporary one. */
export function inTemporaryFolder(command: string, folder: string): string | null {
  const below = /^\$\{\{\s*runner\.temp\s*\}\}((?:\/[\w.-]+)*)\/?$/.exec(folder)?.[1];
  return below === undefined ? null : `cd "$RUNNER_TEMP${below}"\n${command}`;
}

/** Empty for what is no text. */
export function plainText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** How an action in JavaScript is told of an input. */
export function inputVariable(name: string): string {
  return `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`;
}

/** Of what a step or a job may say of itself. */
export function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}

/** Absent where a part of it is worked out. */
export function plainName(name: string | undefined): string | undefined {
  return name === undefined || name.includes('${{') ? undefined : name.slice(0, 200);
}

/** In seconds. */
export function timeoutOf(step: GithubStep, job: GithubJob): number | undefined {
  const minutes = Number(step['timeout-minutes'] ?? job['timeout-minutes']);
  return Number.isFinite(minutes) && minutes > 0 ? minutes * 60 : undefined;
}

/** Of a command without a name. */
export function firstWords(command: string): string {
  return (command.trim().split('\n')[0] ?? '').split(/\s+/).slice(0, 3).join(' ');
}

/** Null for a shell that steps of ours do not have. */
export function shellOf(shell: string): 'sh' | 'bash' | 'python' | null {
  if (/^bash\b/.test(shell)) return 'bash';
  if (/^sh\b/.test(shell)) return 'sh';
  return shell === 'python' ? 'python' : null;
}
