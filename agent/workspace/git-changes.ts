// What differs from a revision, asked of git in the fewest processes that can tell: two at once, a third on a clean
// tree; none or one where a watcher tells what was touched.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { emptyTree, type ChangeSet, type FileChange } from '../protocol/change-set.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import { RepoPath } from '../protocol/ids.ts';
import { nearest } from '../protocol/nearest.ts';
import { parseDiff, type DiffEntry } from './diff-parser.ts';
import { withoutForeignFiles } from './foreign-files.ts';
import { askForDiff, diffWorkTree, unreadable, type Difference, type GitSource } from './git-diff.ts';
import type { Git, GitOutput } from './git.ts';
import { readHead, type Head } from './head.ts';
import { describeNewFiles } from './new-files.ts';
import { diffWithNewFiles } from './renamed-new-files.ts';
import { WorkTreeMemory } from './work-tree-memory.ts';

/**
 * The working tree (staged and unstaged alike, and what git does not know yet) against `base` as written, not against
 * the merge base. Without `base`: against HEAD, and on a clean tree HEAD against its first parent.
 */
export async function gitChanges(source: GitSource, memory: WorkTreeMemory, base?: string): Promise<Result<ChangeSet>> {
  const head = await currentHead(source);
  if (base !== undefined && base !== 'HEAD') return await changesSince(source, head, base);
  if (head.commit === null) return await changesBeforeFirstCommit(source, head);
  const tree = await memory.difference(head.commit);
  if (!tree.ok) return tree;
  const isClean = tree.value.entries.length === 0;
  if (base === undefined && isClean) return await changesOfLastCommit(source, head, tree.value.notes);
  return success(changeSet({ base: 'HEAD', head, difference: tree.value }));
}

/** The memory of the work tree of a repository. */
export function rememberWorkTree(source: GitSource): WorkTreeMemory {
  return new WorkTreeMemory(source, async (commit) => await workTreeChanges(source, commit, listNewFiles(source)));
}

async function changesSince(source: GitSource, head: Head, base: string): Promise<Result<ChangeSet>> {
  if (head.commit === null) return await unknownRevision(source, base);
  const newFiles = listNewFiles(source);
  const against = await resolveCommit(source.git, base);
  if (against === null) return await unknownRevision(source, base);
  const tree = await workTreeChanges(source, against, newFiles);
  return tree.ok ? success(changeSet({ base, head, difference: tree.value })) : tree;
}

/** Whether the working tree can be compared with `base`: `unknown_revision` with the nearest names when it names no commit. */
export async function checkBase(source: GitSource, base: string): Promise<Result<void>> {
  // Before the first commit HEAD is what there is: nothing.
  if (base === 'HEAD' || (await resolveCommit(source.git, base)) !== null) return success(undefined);
  return await unknownRevision(source, base);
}

/** What is checked out: from the git directory's files, and from git where they do not tell. */
export async function currentHead({ git, directories }: Pick<GitSource, 'git' | 'directories'>): Promise<Head> {
  const read = readHead(directories);
  if (read !== null) return read;
  const [commit, branch] = await Promise.all([
    git.run(['rev-parse', '--verify', '--quiet', 'HEAD']),
    git.run(['symbolic-ref', '--quiet', '--short', 'HEAD']),
  ]);
  return { commit: commit.stdout.trim() || null, branch: branch.stdout.trim() || null };
}

async function resolveCommit(git: Git, revision: string): Promise<string | null> {
  // No revision begins with a dash, and what does would be taken for an option.
  if (revision.startsWith('-') || revision.includes('\0')) return null;
  const { exitCode, stdout } = await git.run(['rev-parse', '--verify', '--quiet', `${revision}^{commit}`]);
  return exitCode === 0 ? stdout.trim() : null;
}

async function unknownRevision({ git }: GitSource, base: string): Promise<Result<never>> {
  const { stdout } = await git.run(['for-each-ref', '--count=10000', '--format=%(refname:short)']);
  let names = stdout.split('\n').filter((name) => name !== '');
  const near: string[] = [];
  for (let found = nearest(base, names); found !== null && near.length < 3; found = nearest(base, names)) {
    near.push(found);
    names = names.filter((name) => name !== near.at(-1));
  }
  const expected =
    near.length > 0
      ? `did you mean ${near.map((name) => `"${name}"`).join(' or ')}?`
      : 'expected a commit, branch or tag';
  return failure('unknown_revision', `"${base}" names no commit here; ${expected}`, { place: 'base' });
}

async function listNewFiles({ git }: GitSource): Promise<GitOutput> {
  return await git.run(['ls-files', '-z', '--others', '--exclude-standard']);
}

async function workTreeChanges(
  source: GitSource,
  against: string,
  newFiles: Promise<GitOutput>,
): Promise<Result<Difference>> {
  const [tracked, listed] = await Promise.all([diffWorkTree(source.git, against), newFiles]);
  if (!tracked.ok) return tracked;
  if (listed.exitCode !== 0) return unreadable(listed);
  const added = await describeNewFiles(source.root, withoutForeignFiles(splitPaths(listed.stdout)));
  const together = await diffWithNewFiles({ source, against, tracked: tracked.value.entries, added: added.entries });
  return success({
    entries: together ?? [...tracked.value.entries, ...added.entries],
    notes: [...tracked.value.notes, ...added.notes],
  });
}

/** The paths of a `-z` listing. A repository inside the repository ends with a slash; it is a world of its own. */
function splitPaths(output: string): string[] {
  return output.split('\0').filter((name) => name !== '' && !name.endsWith('/'));
}

async function changesBeforeFirstCommit(source: GitSource, head: Head): Promise<Result<ChangeSet>> {
  const listed = await source.git.run(['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  if (listed.exitCode !== 0) return unreadable(listed);
  const added = await describeNewFiles(source.root, [...new Set(splitPaths(listed.stdout))]);
  const notes = ['the repository has no commit yet, so every file counts as added', ...added.notes];
  return success(changeSet({ base: 'HEAD', head, difference: { entries: added.entries, notes } }));
}

async function changesOfLastCommit(
  source: GitSource,
  head: Head,
  treeNotes: readonly string[],
): Promise<Result<ChangeSet>> {
  const { commit } = head;
  const known = source.lastCommit;
  if (known !== undefined && known.commit === commit)
    return success(changeSet({ base: 'HEAD^', head, difference: { entries: known.entries, notes: treeNotes } }));
  const command = ['log', '-1', '-m', '--first-parent', '--root', '--no-notes', '--no-show-signature', '--format=%P'];
  const asked = await askForDiff(source.git, { command, revision: commit ?? 'HEAD' });
  if (!asked.ok) return asked;
  const { stdout, note } = asked.value;
  const parentsEnd = stdout.indexOf('\0');
  const hasParent = stdout.slice(0, parentsEnd).trim() !== '';
  const entries = parentsEnd < 0 ? [] : parseDiff(stdout.slice(parentsEnd + 1).replace(/^\n/, ''), note === null);
  // The parents of a shallow clone may come later, and so may old versions of files.
  if (hasParent && note === null && commit !== null) source.lastCommit = { commit, entries };
  const notes = [...treeNotes, ...(note === null ? [] : [note]), ...(hasParent ? [] : [firstCommitNote(source, head)])];
  return success(changeSet({ base: hasParent ? 'HEAD^' : emptyTree, head, difference: { entries, notes } }));
}

function firstCommitNote({ directories }: GitSource, { commit }: Head): string {
  const isShallow = shallowCommits(directories.commonDirectory).includes(commit ?? '');
  if (isShallow)
    return 'the clone is shallow and lacks the parent of HEAD, so every file counts as added; fetch with a depth of at least 2 to see the change';
  return 'HEAD is the first commit, so every file in it counts as added';
}

function shallowCommits(commonDirectory: string): string[] {
  try {
    return readFileSync(path.join(commonDirectory, 'shallow'), 'utf8').split('\n');
  } catch {
    return [];
  }
}

function changeSet({ base, head, difference }: { base: string; head: Head; difference: Difference }): ChangeSet {
  const entries = difference.entries.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const submodules = entries
    .filter((entry) => entry.isSubmodule)
    .map(({ path: name }) => `the submodule ${name} changed; its files are not looked into`);
  return {
    base,
    head: head.commit,
    branch: head.branch,
    files: entries.map(fileChange),
    notes: [...difference.notes, ...submodules],
  };
}

function fileChange({ path: name, kind, lines, from }: DiffEntry): FileChange {
  const change = { path: RepoPath.parse(name), kind, lines: [...lines] };
  return from === null ? change : { ...change, from: RepoPath.parse(from) };
}
