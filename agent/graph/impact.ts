// What a change set can affect: a pure function of the graph and the change.
import type { ChangeSet } from '../protocol/change-set.ts';
import type { RepoPath } from '../protocol/ids.ts';
import type { Adjacency } from './adjacency.ts';
import { isFixture, isStrictFixture, outermostFixture, ownersOfSnapshot, roleOf } from './file-roles.ts';
import { Reach } from './reach.ts';
import type { ReachQuestions, Reached } from './reach.ts';
import { folderOf, foldersUp, isWithin } from './resolution/file-set.ts';

/** A change whose reach cannot be known by the graph. */
export interface Unbounded {
  /** Everything below is affected; '' is the repository. */
  readonly folder: string;
  /** The changed file. */
  readonly path: RepoPath;
  readonly reason: string;
}

export interface Impact {
  /** Every file that the change can affect when it runs, what is below `unbounded` folders included. */
  readonly reached: ReadonlyMap<RepoPath, Reached>;
  /** Files that only a type checker would see differently: they count for builds, not for tests. Disjoint from `reached`. */
  readonly reachedByTypes: ReadonlyMap<RepoPath, Reached>;
  readonly unbounded: readonly Unbounded[];
  /** Sentences about what was left out and why, and about what could not be known. */
  readonly notes: readonly string[];
}

export interface ImpactQuestions extends ReachQuestions {
  /** The nearest folder with a package.json or a Python project. */
  readonly projectOf: (folder: string) => string;
  /** Code files below a folder. */
  readonly codeBelow: (folder: string) => readonly RepoPath[];
  /** Configurations that are programs. */
  readonly programs: readonly RepoPath[];
}

interface Findings {
  readonly unbounded: Unbounded[];
  readonly notes: string[];
}

/** Safe first: what cannot be known counts as affected, and is said. */
export function computeImpact(questions: ImpactQuestions, change: ChangeSet): Impact {
  const reach = new Reach(questions);
  const findings: Findings = { unbounded: [], notes: [] };
  const changed = changedPaths(change);
  for (const path of changed) reach.start(path);
  for (const path of changed) judge(path, questions, findings);
  spread(findings.unbounded, reach, questions);
  for (const path of questions.programs) {
    const cause = changed.has(path) ? null : loadedChange(path, changed, questions.adjacency);
    const folder = questions.projectOf(folderOf(path));
    if (cause === null || findings.unbounded.some((each) => isWithin(each.folder, folder))) continue;
    const through = {
      folder,
      path,
      reason: `${path} loads ${cause}, and decides how everything below ${named(folder)} is run`,
    };
    findings.unbounded.push(through);
    reach.add(path, cause, false);
    spread([through], reach, questions);
  }
  reach.run();
  const types = new Reach(questions);
  types.continueByTypes(reach);
  const reached = reach.result();
  const reachedByTypes = types.result();
  for (const [path, how] of reachedByTypes) {
    if (!isTypeTest(path)) continue;
    reached.set(path, how);
    reachedByTypes.delete(path);
  }
  return { reached, reachedByTypes, unbounded: findings.unbounded, notes: findings.notes };
}

/** A renamed file counts under both its names. */
function changedPaths(change: ChangeSet): Set<RepoPath> {
  return new Set(change.files.flatMap((file) => (file.from === undefined ? [file.path] : [file.path, file.from])));
}

/** What a change means that its dependents do not tell. */
function judge(path: RepoPath, questions: ImpactQuestions, findings: Findings): void {
  const role = roleOf(path);
  const isPlainCode = role === 'code' && !isStrictFixture(path);
  const isRead = isPlainCode || hasReaders(path, questions);
  if (role === 'setting' || role === 'runner-setting') {
    if (!isRead || !isFixture(path)) findings.unbounded.push(settingChanged(path, questions));
    return;
  }
  if (isRead) return;
  if (role === 'data' || role === 'code') {
    const folder = questions.projectOf(folderOf(path));
    findings.unbounded.push({
      folder,
      path,
      reason: `${path} is ${role === 'code' ? 'a fixture' : 'data'}, and nothing says who reads it`,
    });
    findings.notes.push(`${path}: no code names it, so everything below ${named(folder)} counts as affected`);
  } else {
    findings.notes.push(
      `${path}: ${role === 'documentation' ? 'documentation that no code reads' : 'the configuration of a tool that no test runs with'}, so it affects nothing`,
    );
  }
}

/** A setting inside of fixtures is one of the tests' subjects: who uses it lies outside of its folder. */
function settingChanged(path: RepoPath, { projectOf }: ImpactQuestions): Unbounded {
  const folder = isFixture(path) ? projectOf(folderOf(outermostFixture(path))) : folderOf(path);
  return { folder, path, reason: `${path} decides how everything below ${named(folder)} is resolved, built or run` };
}

function hasReaders(path: RepoPath, { adjacency, importersOfMissing }: ImpactQuestions): boolean {
  const id = adjacency.idOf(path);
  if (id !== undefined && adjacency.dependents(id).length > 0) return true;
  if (foldersUp(folderOf(path)).some((folder) => adjacency.folderReaders(folder) !== undefined)) return true;
  return (
    ownersOfSnapshot(path).some((owner) => adjacency.idOf(owner) !== undefined) || importersOfMissing(path).length > 0
  );
}

/** The changed file among the modules that a configuration loads, directly or through others. */
function loadedChange(path: RepoPath, changed: ReadonlySet<RepoPath>, adjacency: Adjacency): RepoPath | null {
  const start = adjacency.idOf(path);
  const seen = new Set(start === undefined ? [] : [start]);
  for (const id of seen) {
    const file = adjacency.pathOf(id);
    if (changed.has(file)) return file;
    for (const next of adjacency.loaded(id)) seen.add(next);
  }
  return null;
}

/** What is below an unbounded folder is reached; what depends on it from elsewhere too, unless only the way tests run changes. */
function spread(unbounded: readonly Unbounded[], reach: Reach, { codeBelow }: ImpactQuestions): void {
  for (const { folder, path } of unbounded) {
    const expands = roleOf(path) !== 'runner-setting';
    for (const file of codeBelow(folder)) reach.add(file, path, expands);
  }
}

function isTypeTest(path: string): boolean {
  return /\.(?:test-d|spec-d|tst|typetest)\.[cm]?tsx?$|(?:^|\/)test-d\//.test(path);
}

function named(folder: string): string {
  return folder === '' ? 'the root' : `${folder}/`;
}
