// Makes git repositories whose history is the same on every machine: author, dates and configuration are given here.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs git in `folder` and resolves with what it printed, without the last newline. Rejects when git fails. */
export async function git(
  folder: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<string> {
  const options = { cwd: folder, env: { ...withoutGitVariables(process.env), ...fixedConfiguration, ...environment } };
  const { stdout } = await run('git', [...args], { ...options, maxBuffer: 64 * 1024 * 1024 });
  return stdout.replace(/\n$/, '');
}

/** Starts an empty repository in an existing folder, on the branch `main`. */
export async function startRepository(folder: string): Promise<void> {
  await git(folder, ['init', '--quiet', '--initial-branch=main']);
  await git(folder, ['config', 'user.name', author.name]);
  await git(folder, ['config', 'user.email', author.email]);
  await git(folder, ['config', 'commit.gpgsign', 'false']);
}

/** Commits everything that the folder holds; `at` is an ISO date. Resolves with the commit's hash. */
export async function commitAll(folder: string, message: string, at: string): Promise<string> {
  await git(folder, ['add', '--all']);
  const dates = { GIT_AUTHOR_DATE: at, GIT_COMMITTER_DATE: at };
  await git(folder, ['commit', '--quiet', '--allow-empty', '--message', message], dates);
  return git(folder, ['rev-parse', 'HEAD']);
}

const author = { name: 'Robin Example', email: 'robin@example.com' };

/** Nothing of the user's own configuration: no hooks, no signing, no templates. */
const fixedConfiguration = {
  GIT_CONFIG_GLOBAL: process.platform === 'win32' ? 'NUL' : '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
};

/** Inside a git hook, git's own variables point to another repository. */
function withoutGitVariables(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('GIT_')));
}
