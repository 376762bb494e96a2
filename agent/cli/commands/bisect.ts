// `noodle bisect`: which commit broke a test. It runs in a work tree of its own, with an agent of this process.
import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { searchFirstBad, type Found, type Verdict } from '../bisect/search.ts';
import { commitsFrom, openWorktree, type Commit, type Worktree } from '../../platform/git-worktree.ts';
import { counted } from '../../protocol/quantities.ts';
import type { TestId } from '../../protocol/ids.ts';
import type { TestStatus } from '../../protocol/test.ts';
import { complain, type CommandContext, type ExitCode, type Session } from '../session.ts';
import { resolveTests } from './resolve-tests.ts';
import { folderOf, withSession } from './with-session.ts';

const mostCommits = 1000;

export async function bisect(context: CommandContext): Promise<ExitCode> {
  const [name, ...others] = context.commandLine.positionals;
  if (name === undefined || others.length > 0)
    return complain(context.output, { reason: 'invalid_input', message: 'noodle bisect: name one test' });
  let subject: { readonly root: string; readonly test: TestId } | null = null;
  const code = await withSession(context, async (session) => {
    const [test, ...more] = await resolveTests(session, [name], folderOf(context));
    if (test === undefined || more.length > 0)
      return complain(context.output, {
        reason: 'invalid_input',
        message: `noodle bisect: '${name}' means ${counted(more.length + 1, 'test')}, expected one`,
      });
    subject = { root: session.root, test };
    return 0;
  });
  return subject === null ? code : await bisectTest(context, subject);
}

async function bisectTest(context: CommandContext, { root, test }: { root: string; test: TestId }): Promise<ExitCode> {
  const { output, interrupted } = context;
  const commits = await commitsFrom(root, mostCommits);
  const [newest] = commits;
  if (newest === undefined)
    return complain(output, { reason: 'invalid_input', message: 'noodle bisect: there is no commit yet' });
  const worktree = await openWorktree(root, newest.sha, worktreeName(root), await realpath(tmpdir()));
  try {
    const found = await searchFirstBad(commits.length, async (index) => {
      const commit = commits[index];
      if (commit === undefined || interrupted.aborted) return null;
      output.progress(`testing ${commit.sha.slice(0, 10)} ${commit.subject} …`);
      const verdict = await verdictAt(context, { worktree, commit, test });
      output.progress(null);
      if (interrupted.aborted) return null;
      if (!context.commandLine.switches.has('json'))
        output.line(`${verdict.padEnd(8)} ${commit.sha.slice(0, 10)} ${commit.subject}`);
      return verdict;
    });
    return tell(context, { found, commits, test });
  } finally {
    output.progress(null);
    await worktree.remove();
  }
}

/** Not in the state directory: jest passes over everything below a folder `.git`. */
function worktreeName(root: string): string {
  return `noodle-bisect-${createHash('sha256').update(root).digest('hex').slice(0, 12)}`;
}

interface Probe {
  readonly worktree: Worktree;
  readonly commit: Commit;
  readonly test: TestId;
}

/** `unknown`: the commit cannot be checked out, the test is not there, or it could not be run. */
async function verdictAt(context: CommandContext, { worktree, commit, test }: Probe): Promise<Verdict> {
  if (!(await worktree.checkOut(commit.sha))) return 'unknown';
  const opened = await context.openSession({
    folder: worktree.folder,
    clientName: 'noodle bisect',
    agent: 'own',
    idleExitMs: null,
    isTrusted: true,
    isServing: false,
    isWatching: false,
  });
  if (!opened.ok) return 'unknown';
  try {
    return verdictOf(await statusesAt(opened.value, test, context.interrupted));
  } finally {
    await opened.value.dispose();
  }
}

/** How the test, or the cases of the test file, ended. */
async function statusesAt({ client }: Session, test: TestId, interrupted: AbortSignal): Promise<TestStatus[]> {
  const statuses: TestStatus[] = [];
  const ended = Promise.withResolvers<void>();
  const stop = client.onEvent((event) => {
    if (
      event.type === 'test.finished' &&
      (event.result.id === test || event.result.id.startsWith(`${test} > `) || test.startsWith(`${event.result.id} > `))
    ) {
      statuses.push(event.result.status);
    }
    if (event.type === 'run.finished') ended.resolve();
  });
  try {
    const { executionId } = await client.startRun({ tests: [test], cold: true, trigger: 'command' });
    const cancel = () => void client.cancelExecution({ id: executionId }).catch(() => ended.resolve());
    interrupted.addEventListener('abort', cancel, { once: true });
    if (interrupted.aborted) cancel();
    await ended.promise;
    return statuses;
  } finally {
    stop();
  }
}

function verdictOf(statuses: readonly TestStatus[]): Verdict {
  if (statuses.some((status) => status === 'failed' || status === 'errored' || status === 'timed_out')) return 'fails';
  return statuses.includes('passed') ? 'passes' : 'unknown';
}

function tell(
  { output, commandLine }: CommandContext,
  { found, commits, test }: { found: Found; commits: readonly Commit[]; test: TestId },
): ExitCode {
  const isJson = commandLine.switches.has('json');
  switch (found.kind) {
    case 'found': {
      const commit = commits[found.index];
      if (isJson) output.line(JSON.stringify({ test, commit, doubtful: found.doubtful }));
      else output.line(`broken by ${commit?.sha} ${commit?.subject} (${commit?.author})`);
      if (!isJson && found.doubtful > 0)
        output.line(`        or by one of the ${found.doubtful} before it, at which it could not be run`);
      return 0;
    }
    case 'passes_now':
      return complain(output, {
        reason: 'conflict',
        message: `${test} does not fail at HEAD`,
        hint: 'What is not committed is not looked at.',
      });
    case 'never_passed':
      return complain(output, {
        reason: 'conflict',
        message: `${test} did not pass at any of the ${counted(found.tried, 'commit')} that were tried`,
      });
    case 'stopped':
      return 2;
  }
}
