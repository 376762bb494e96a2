// A repository as git knows it.
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import { withForeignFilesIgnored } from './foreign-files.ts';
import { createFolderIgnoreRules } from './folder-ignore-rules.ts';
import { walkFolder } from './folder-walk.ts';
import { checkBase, currentHead, gitChanges, rememberWorkTree } from './git-changes.ts';
import { unreadable, type GitSource } from './git-diff.ts';
import { listGitFiles } from './git-files.ts';
import { CommittedTexts } from './committed-texts.ts';
import { gitHistory } from './git-history.ts';
import { createGit, neutralSettings, type Git } from './git.ts';
import { createGitIgnoreRules } from './ignore-rules.ts';
import { readHead } from './head.ts';
import type { Environment, Location } from './location.ts';
import { removeLeftovers } from './renamed-new-files.ts';
import type { Source } from './source.ts';
import { maximumTextBytes, textWithinBounds } from './text-file.ts';
import { watchGit } from './watching/git-activity.ts';

export interface GitSourceOptions {
  readonly location: Location & { readonly git: NonNullable<Location['git']> };
  readonly executable: string;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly log: Log;
}

/** Fails with git's own words when it does not accept the repository: damaged, or owned by somebody else. */
export async function openGitSource({
  location,
  executable,
  environment,
  clock,
  log,
}: GitSourceOptions): Promise<Result<Source>> {
  const { root, stateDirectory, git: directories } = location;
  const first = createGit({ executable, root, environment });
  const [accepted, configuration] = await Promise.all([
    first.run(['rev-parse', '--is-inside-work-tree']),
    first.run(['config', '--list', '-z', '--show-scope']),
    removeLeftovers(stateDirectory, clock.now()),
  ]);
  if (accepted.exitCode !== 0) return unreadable(accepted);
  if (accepted.stdout.trim() === 'false')
    return failure('not_a_repository', `${root} has a git directory that says it is bare (core.bare)`);
  const git = createGit({ executable, root, environment, config: neutralSettings(configuration.stdout), clock });
  const source: GitSource = { git, root, stateDirectory, directories };
  const memory = rememberWorkTree(source);
  const versions = new CommittedTexts();
  return success({
    rules: withForeignFilesIgnored(createGitIgnoreRules(git), root),
    listFiles: async () => (await listGitFiles(git, root)) ?? (await filesWithoutGit(root, log)),
    changes: async (base) => await gitChanges(source, memory, base),
    touch: (paths) => memory.touch(paths),
    checkBase: async (base) => await checkBase(source, base),
    readBase: async (path, base) => {
      const commit = base === 'HEAD' ? readHead(directories)?.commit : null;
      if (commit === undefined || commit === null) return await readAtRevision(git, path, base);
      return await versions.read(`${commit}:${path}`, async () => await readCommitted(git, path, commit));
    },
    head: async () => await currentHead(source),
    history: async (since) => await gitHistory(git, since),
    async readGit(args) {
      const { exitCode, stdout, isCut } = await git.run(args, { maximumBytes: 64 * 1024 * 1024 });
      return exitCode === 0 && !isCut ? stdout : null;
    },
    markSeen: async () => {},
    openGit: ({ clock, onActivity }) => watchGit({ git, directories, clock, onActivity }),
    dispose: () => git.dispose(),
  });
}

async function filesWithoutGit(root: string, log: Log): Promise<string[]> {
  log.warn('git did not list the files; the folder is walked instead', { root });
  return await walkFolder(root, createFolderIgnoreRules(root));
}

async function readCommitted(git: Git, path: string, commit: string): Promise<string | null> {
  const committed = await git.objects?.committed(commit, path);
  return committed === undefined || committed === null
    ? await readAtRevision(git, path, commit)
    : textWithinBounds(committed.content.toString('utf8'));
}

async function readAtRevision(git: Git, path: string, base: string): Promise<string | null> {
  // What looks like an option is no revision.
  if (base.startsWith('-') || base.includes('\0') || path.includes('\0')) return null;
  const { exitCode, isCut, stdout } = await git.run(['cat-file', 'blob', `${base}:${path}`], {
    maximumBytes: maximumTextBytes,
  });
  return exitCode === 0 && !isCut ? textWithinBounds(stdout) : null;
}
