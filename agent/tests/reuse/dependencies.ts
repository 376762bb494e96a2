// Everything that a test file depends on in the repository, or why that cannot be known: a result is reused only where it can.
import type { RepoPath } from '../../protocol/ids.ts';
import type { TestFile } from '../../protocol/test.ts';
import type { TestEvidence } from '../../store/evidence.ts';
import { isSetting, random } from '../evidence-source.ts';

export interface DependencyQuestions {
  /** What is recorded of the test file; null: nothing. */
  readonly recorded: TestEvidence | null;
  /** Every file that git does not ignore. */
  readonly sources: ReadonlySet<RepoPath>;
  /** Files that this one loads or reads, by the graph. */
  readonly importsOf: (file: RepoPath) => readonly RepoPath[];
  /** What the graph could not know of a file, in sentences. */
  readonly notesOn: (file: RepoPath) => readonly string[];
  readonly contentOnDisk: (file: RepoPath) => string | null;
  readonly says: (file: RepoPath, pattern: RegExp) => boolean;
}

export type Dependencies =
  | { readonly isKnown: true; readonly files: ReadonlySet<RepoPath>; readonly folders: ReadonlySet<RepoPath> }
  | { readonly isKnown: false; readonly because: string };

/** Words of code that may load, read or start something that its imports do not show. */
const reachesOut =
  /\bfs\b|\breadFile|\breaddir|\bcreateReadStream\b|\bopen\s*\(|\bglob|\bchild_process\b|\bWorker\b|\bsubprocess\b|\bos\.(?:exec|listdir|open|path|popen|scandir|spawn|system|walk)|\bpathlib\b|\bPath\s*\(|\bimportlib\b|__import__|\b(?:eval|exec)\s*\(["'`]|\bnew Function\b|\bcreateRequire\b|\brequire\.resolve\b|\bimport\.meta\.(?:dirname|filename|glob|resolve|url)\b|__dirname|__filename|__file__|\bpkgutil\b/;
const code = /\.(?:[cm]?[jt]sx?|py|vue|svelte)$/;

/** What a test file depends on: what it was seen to use, and what its imports lead to. */
export function dependenciesOf(test: TestFile, questions: DependencyQuestions): Dependencies {
  const { recorded } = questions;
  if (recorded === null)
    return unknown('what it uses was never recorded: a run of everything or one with --coverage does');
  if (!recorded.isComplete) return unknown('its last recording is not complete');
  if (!questions.sources.has(test.file)) return unknown('it is built from other files');
  if (questions.says(test.file, random)) return unknown('it works with random values');
  const ignored = ignoredFile(recorded, questions);
  if (ignored !== null) return unknown(`it uses ${ignored}, which git ignores`);
  const covered = recorded.covered.map((file) => file.path);
  const files = closureOf([test.file, ...covered], questions.importsOf);
  const doubt = doubtOfAge(recorded, files, questions);
  if (doubt !== null) return unknown(doubt);
  const folders = new Set<RepoPath>();
  for (const { path, isFolder } of recorded.reads) (isFolder ? folders : files).add(path);
  return { isKnown: true, files, folders };
}

function unknown(because: string): Dependencies {
  return { isKnown: false, because };
}

/** A file that a build may be about to write: its content now may not be what the test will find. */
function ignoredFile({ covered, reads }: TestEvidence, { sources }: DependencyQuestions): RepoPath | null {
  const used = [
    ...covered.map((file) => file.path),
    ...reads.filter(({ contentHash, isFolder }) => contentHash !== null && !isFolder).map((file) => file.path),
  ];
  return used.find((file) => !sources.has(file) && !isSetting(file)) ?? null;
}

/** Everything that the files reach by their edges, themselves included. */
function closureOf(files: readonly RepoPath[], importsOf: DependencyQuestions['importsOf']): Set<RepoPath> {
  const seen = new Set(files);
  for (const file of seen) for (const next of importsOf(file)) seen.add(next);
  return seen;
}

/**
 * A recording tells everything while each file is as it ran. When some are not, it does with the imports of now, as long as
 * the test read no files then, and nothing that has changed or come since can reach beyond its imports.
 */
function doubtOfAge(
  { covered, reads }: TestEvidence,
  files: ReadonlySet<RepoPath>,
  { contentOnDisk, notesOn, says }: DependencyQuestions,
): string | null {
  const ran = new Map(covered.map((file) => [file.path, file.contentHash]));
  const old = covered.find(({ path, contentHash }) => contentOnDisk(path) !== contentHash)?.path;
  const read = reads.filter(
    ({ path, contentHash, isFolder }) => (contentHash !== null || isFolder) && !isSetting(path),
  );
  const other = read.find(({ path, contentHash, isFolder }) => !isFolder && contentOnDisk(path) !== contentHash)?.path;
  const changed = old ?? other;
  if (changed === undefined) return null;
  if (read.length > 0) return `it reads files, and its last recording is older than ${changed}`;
  const open = [...files].find(
    (file) =>
      code.test(file) && contentOnDisk(file) !== ran.get(file) && (says(file, reachesOut) || notesOn(file).length > 0),
  );
  return open === undefined
    ? null
    : `its last recording is older than ${changed}, and ${open} may use more than it imports`;
}
