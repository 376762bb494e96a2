// What a change set can affect: a pure function of the graph and the change.
import type { ChangeSet } from '../protocol/change-set.ts';
import type { RepoPath } from '../protocol/ids.ts';
import type { Adjacency } from './adjacency.ts';
import type { ChangedFile, ChangedFiles, ChangedSettings } from './changed-files.ts';
import {
  isConfigurationProgram,
  isFixture,
  isStrictFixture,
  outermostFixture,
  ownersOfSnapshot,
  roleOf,
  scopeOfSetting,
} from './file-roles.ts';
import type { DistributionUsers } from './lock-files/distribution-users.ts';
import type { DistributionChange } from './lock-files/distributions.ts';
import type { PackageUsers } from './lock-files/package-users.ts';
import type { NameFlow, Spread } from './names/name-flow.ts';
import { isNoodleFile } from './noodle-file.ts';
import type { Made } from './made-files.ts';
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
  /** The changed files, with what differs in them; a renamed file under both its names. */
  readonly changed: ChangedFiles;
  /**
   * Changed files whose effect no recording of what ran can tell: a configuration loads them before any test runs, or
   * tests check their types.
   */
  readonly beyondRecordings: ReadonlySet<RepoPath>;
  /**
   * Changed files whose types tests check: of a test that compiles no TypeScript, recordings tell what these mean all the
   * same, unless a configuration loads them.
   */
  readonly typeChecked: ReadonlySet<RepoPath>;
  /** Changed settings whose reach is known by what differs in them: they decide nothing beyond what they reached. */
  readonly bounded: ReadonlySet<RepoPath>;
  /**
   * How the change gets into a file that git ignores, or into output that is committed, which a test used: from which file, by which build. Null when it does
   * not, or nobody makes the file. `sources`: what of it is known to be made of, where that is all.
   */
  madeOf(file: RepoPath, sources?: readonly RepoPath[]): { readonly by: RepoPath; readonly through: string } | null;
  /** What some of the changed files reach by themselves. */
  reachedFrom(paths: ReadonlySet<RepoPath>): ReadonlyMap<RepoPath, Reached>;
  /** The content of a source file now, as in `FileFacts.contentHash`; null for other files. */
  contentOf(path: RepoPath): string | null;
}

/** A change set, with what is known of its files. */
export interface JudgedChange {
  readonly change: ChangeSet;
  readonly changed: ChangedFiles;
}

export interface ImpactQuestions extends Omit<ReachQuestions, 'pass'> {
  /** The nearest folder with a package.json or a Python project. */
  readonly projectOf: (folder: string) => string;
  /** Code files below a folder. */
  readonly codeBelow: (folder: string) => readonly RepoPath[];
  /** The ways in which a file that is none of the repository is made. */
  readonly madeBy: (file: RepoPath, sources: readonly RepoPath[]) => readonly Made[];
  /** Configurations that are programs. */
  readonly programs: readonly RepoPath[];
  /** Follows names, for one change set. */
  readonly names: () => NameFlow;
  readonly contentOf: (path: RepoPath) => string | null;
  /** Who uses packages below a folder. */
  readonly usersOf: (packages: ReadonlySet<string>, folder: string) => PackageUsers;
  /** Who uses distributions of Python below a folder. */
  readonly distributionUsersOf: (change: DistributionChange, folder: string) => DistributionUsers;
}

interface Findings {
  readonly unbounded: Unbounded[];
  readonly bounded: Map<RepoPath, Unbounded>;
  readonly notes: string[];
}

/** Safe first: what cannot be known counts as affected, and is said. */
export function computeImpact(questions: ImpactQuestions, judged: JudgedChange): Impact {
  const found = impactOfFiles(questions, judged);
  const parts = new Map<string, ReadonlyMap<RepoPath, Reached>>();
  return {
    ...found,
    changed: judged.changed,
    contentOf: questions.contentOf,
    madeOf: (file, sources = []) => wayInto(questions.madeBy(file, sources), found.reached, judged),
    reachedFrom(paths) {
      const files = judged.change.files.filter(
        ({ path, from }) => paths.has(path) || (from !== undefined && paths.has(from)),
      );
      const key = files.map((each) => each.path).join('\n');
      const known = parts.get(key);
      if (known !== undefined) return known;
      const part =
        files.length === judged.change.files.length
          ? found.reached
          : impactOfFiles(questions, { ...judged, change: { ...judged.change, files } }).reached;
      parts.set(key, part);
      return part;
    },
  };
}

function impactOfFiles(
  questions: ImpactQuestions,
  { change, changed: files }: JudgedChange,
): Omit<Impact, 'changed' | 'contentOf' | 'madeOf' | 'reachedFrom'> {
  const names = questions.names();
  const reachQuestions = withNames(questions, names);
  const reach = new Reach(reachQuestions);
  const findings: Findings = { unbounded: [], bounded: new Map(), notes: [] };
  const all = changedPaths(change);
  const changed = new Set([...all].filter((path) => runsDifferently(files.get(path))));
  for (const path of changed) reach.start(path, startOf(path, files.get(path), { names, questions }));
  for (const path of all) {
    if (changed.has(path)) continue;
    reach.start(path, 'text');
    findings.notes.push(sameNote(path, files.get(path)));
  }
  judgeAll(changed, files, { questions, reach, findings });
  spread(findings.unbounded, reach, questions);
  const beyondRecordings = addPrograms(changed, { questions, reach, findings });
  reach.run();
  findings.notes.push(...reach.notes);
  const types = new Reach(reachQuestions);
  for (const path of all) if (files.get(path)?.difference?.kind === 'types') types.start(path, 'whole');
  types.continueByTypes(reach);
  const reached = reach.result();
  const reachedByTypes = takeTypeTests(types.result(), reached, questions);
  const typeChecked = addTypeChecked(all, files, { questions, beyondRecordings });
  const { notes, bounded } = findings;
  // A build reads its settings itself, so for builds they decide about everything below.
  const unbounded = [...findings.unbounded, ...bounded.values()];
  return { reached, reachedByTypes, unbounded, notes, beyondRecordings, typeChecked, bounded: new Set(bounded.keys()) };
}

/** The first file of the change, or that it reaches, of which something is made. */
function wayInto(
  made: readonly Made[],
  reached: ReadonlyMap<RepoPath, Reached>,
  { change }: JudgedChange,
): ReturnType<Impact['madeOf']> {
  for (const { isMadeFrom, through } of made) {
    for (const by of reached.keys()) if (isMadeFrom(by, false)) return { by, through };
    for (const by of changedPaths(change)) if (isMadeFrom(by, true)) return { by, through };
  }
  return null;
}

function withNames(questions: ImpactQuestions, names: NameFlow): ReachQuestions {
  return { ...questions, pass: (importer, imported, spread) => names.pass(importer, imported, spread) };
}

/** Tests that check types run when types change; what is left counts for builds alone. */
function takeTypeTests(
  byTypes: Map<RepoPath, Reached>,
  reached: Map<RepoPath, Reached>,
  { checksTypes }: ImpactQuestions,
): Map<RepoPath, Reached> {
  for (const [path, how] of byTypes) {
    if (isTypeTest(path) || checksTypes(folderOf(path))) reached.set(path, how);
    if (reached.has(path)) byTypes.delete(path);
  }
  return byTypes;
}

/** Configurations that are programs are affected by the modules that they load, and with them all that they decide. */
function addPrograms(changed: ReadonlySet<RepoPath>, { questions, reach, findings }: Walk): Set<RepoPath> {
  const loaded = new Set<RepoPath>();
  for (const path of questions.programs) {
    const causes = loadedChanges(path, changed, questions.adjacency);
    for (const each of causes) loaded.add(each);
    const cause = changed.has(path) ? undefined : causes[0];
    const folder = questions.projectOf(folderOf(path));
    if (cause === undefined || findings.unbounded.some((each) => isWithin(each.folder, folder))) continue;
    const through = {
      folder,
      path,
      reason: `${path} loads ${cause}, and decides how everything below ${named(folder)} is run`,
    };
    findings.unbounded.push(through);
    reach.add(path, cause, false);
    spread([through], reach, questions);
  }
  return loaded;
}

/** Changes that a type check may see, other than by what a configuration loads. */
function addTypeChecked(
  all: ReadonlySet<RepoPath>,
  files: ChangedFiles,
  { questions, beyondRecordings }: Pick<Walk, 'questions'> & { readonly beyondRecordings: Set<RepoPath> },
): Set<RepoPath> {
  const typeChecked = new Set<RepoPath>();
  for (const path of all) {
    if (files.get(path)?.difference?.kind === 'nothing' || !questions.checksTypes(folderOf(path))) continue;
    if (!beyondRecordings.has(path)) typeChecked.add(path);
    beyondRecordings.add(path);
  }
  return typeChecked;
}

function runsDifferently(file: ChangedFile | undefined): boolean {
  const kind = file?.difference?.kind;
  return kind !== 'nothing' && kind !== 'types';
}

function startOf(
  path: RepoPath,
  file: ChangedFile | undefined,
  { names, questions }: { readonly names: NameFlow; readonly questions: ImpactQuestions },
): Spread {
  const difference = file?.difference ?? null;
  // A type error anywhere in it fails whoever loads it.
  if (questions.checksTypes(folderOf(path))) return 'whole';
  if (difference === null || !('touched' in difference) || roleOf(path) !== 'code') return 'whole';
  return names.startOf(path, difference.touched);
}

function sameNote(path: RepoPath, file: ChangedFile | undefined): string {
  return file?.difference?.kind === 'types'
    ? `${path}: only types changed, which no test without a type check sees`
    : `${path}: only comments or formatting changed, which affects nothing`;
}

/** A renamed file counts under both its names. */
function changedPaths(change: ChangeSet): Set<RepoPath> {
  return new Set(change.files.flatMap((file) => (file.from === undefined ? [file.path] : [file.path, file.from])));
}

interface Walk {
  readonly questions: ImpactQuestions;
  readonly reach: Reach;
  readonly findings: Findings;
}

function judgeAll(changed: ReadonlySet<RepoPath>, files: ChangedFiles, walk: Walk): void {
  for (const path of changed) {
    const settings = files.get(path)?.settings;
    if (isNoodleFile(path) && settings?.decides === null) {
      walk.findings.notes.push(
        `${path}: nothing differs that decides how code is built or tested, so it affects nothing`,
      );
      continue;
    }
    if (settings === undefined || settings.decides !== null || !isBounded(path, settings, walk))
      judge(path, walk.questions, walk.findings);
  }
}

/** Whether a change of package.json or of a lock file reaches just those who import what differs. */
function isBounded(path: RepoPath, settings: ChangedSettings, { questions, reach, findings }: Walk): boolean {
  if (isFixture(path)) return false;
  const { files, tool, reason, packages } = usersOfChanged(path, settings, questions);
  const names = [...packages].toSorted();
  if (tool !== null || [...files.keys()].some((file) => isConfigurationProgram(file))) {
    findings.notes.push(
      `${path}: ${reason ?? `${tool ?? 'a package that a configuration loads'} changed`}, which may decide how every test below runs`,
    );
    return false;
  }
  for (const file of files.keys()) reach.add(file, path, true);
  findings.bounded.set(path, settingChanged(path, questions));
  const shown = names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
  findings.notes.push(
    names.length === 0
      ? `${path}: no field that decides how code runs changed`
      : `${path}: what changed (${shown}) is imported by ${files.size === 1 ? '1 file' : `${files.size} files`}; only what depends on them counts as affected`,
  );
  return true;
}

function usersOfChanged(
  path: RepoPath,
  { packages, distributions }: ChangedSettings,
  questions: ImpactQuestions,
): DistributionUsers {
  return distributions === undefined
    ? { ...questions.usersOf(packages, folderOf(path)), packages }
    : questions.distributionUsersOf(distributions, scopeOfSetting(path));
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
  const folder = isFixture(path) ? projectOf(folderOf(outermostFixture(path))) : scopeOfSetting(path);
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

/** The changed files among the modules that a configuration loads, directly or through others. */
function loadedChanges(path: RepoPath, changed: ReadonlySet<RepoPath>, adjacency: Adjacency): RepoPath[] {
  const start = adjacency.idOf(path);
  const seen = new Set(start === undefined ? [] : [start]);
  for (const id of seen) for (const next of adjacency.loaded(id)) seen.add(next);
  return [...seen].map((id) => adjacency.pathOf(id)).filter((file) => changed.has(file));
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
