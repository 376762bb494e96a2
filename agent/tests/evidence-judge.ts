// What the recordings of earlier runs say about a change: which test files ran what changed, and which did surely not.
import type { ChangedFile, ChangedPlaces, Impact } from '../graph/graph.ts';
import type { RepoPath } from '../protocol/ids.ts';
import { counted } from '../protocol/quantities.ts';
import type { Framework, TestFile } from '../protocol/test.ts';
import type { CoveredFile, TestEvidence } from '../store/evidence.ts';
import type { SinceRecorded } from './older-versions.ts';

/**
 * - `affected`: the test ran, loaded or read what changed;
 * - `unaffected`: everything that it used is as it was;
 * - `unknown`: of these changed files the recording cannot tell; the graph decides.
 */
export type Verdict =
  | {
      readonly kind: 'affected';
      readonly by: RepoPath;
      readonly how: How;
      /** Nodes between the change and the test that no import shows: a build, and the file that it makes. */
      readonly through?: readonly string[];
    }
  | { readonly kind: 'unaffected'; readonly recordedAt: number }
  | { readonly kind: 'unknown'; readonly files: ReadonlySet<RepoPath>; readonly reason: string };

type How = 'ran' | 'loaded' | 'read' | 'built';

export interface EvidenceJudge {
  /** Null: nothing is recorded of the test. */
  verdictOn(test: TestFile): Verdict | null;
  /** Why what is recorded of a test does not hold for the files as they were before the change; null when it does. */
  doubtAbout(test: TestFile): string | null;
}

export interface JudgeOptions {
  readonly evidence: ReadonlyMap<string, TestEvidence>;
  readonly impact: Pick<Impact, 'changed' | 'beyondRecordings' | 'typeChecked' | 'contentOf'> &
    Partial<Pick<Impact, 'madeOf' | 'reachedFrom'>>;
  /** The hash of a file that is no source, as it is on disk now; null when it is gone. */
  readonly contentOnDisk: (file: RepoPath) => string | null;
  /** Whether what a test does may differ from run to run. */
  readonly isRandom: (test: RepoPath) => boolean;
  /** Files whose change is judged by what they set, not by who reads them: every runner reads package.json. */
  readonly isSetting: (file: RepoPath) => boolean;
  /** How a file differs from the content that ran. Absent: a recording of another content tells nothing. */
  readonly since?: SinceRecorded;
}

const pythonFrameworks: ReadonlySet<Framework> = new Set<Framework>(['pytest', 'unittest']);
const javascriptFrameworks: ReadonlySet<Framework> = new Set<Framework>(['vitest', 'jest', 'mocha', 'node:test']);

/** Judges one change set. */
export function createEvidenceJudge(options: JudgeOptions): EvidenceJudge {
  const { evidence, impact } = options;
  const seen = new Map<RepoPath, boolean>();
  const isSeen = (file: RepoPath) => {
    const known = seen.get(file) ?? [...evidence.values()].some((each) => coveredIn(each, file) !== undefined);
    seen.set(file, known);
    return known;
  };
  const staleness = new Map<CoveredFile, boolean>();
  const isCurrent = (file: CoveredFile) => {
    const known = staleness.get(file) ?? fits(file, options);
    staleness.set(file, known);
    return known;
  };
  const judgeFile = (recorded: TestEvidence, test: TestFile, [file, change]: readonly [RepoPath, ChangedFile]) =>
    verdictOnFile({ recorded, test, file, change, isSeen }, options);
  const doubtOf = (recorded: TestEvidence, test: TestFile) => doubtAbout(recorded, test, { ...options, isCurrent });
  return {
    doubtAbout(test) {
      const recorded = evidence.get(test.id);
      return recorded === undefined ? 'nothing is recorded of it' : doubtOf(recorded, test);
    },
    verdictOn(test) {
      const recorded = evidence.get(test.id);
      if (recorded === undefined) return null;
      const unknown = new Set<RepoPath>();
      for (const entry of impact.changed) {
        const found = judgeFile(recorded, test, entry);
        if (found === 'unknown') unknown.add(entry[0]);
        else if (found !== null) return { kind: 'affected', by: entry[0], how: found };
      }
      const built = throughBuilds(recorded, impact);
      if (built !== null) return built;
      const doubt = doubtOf(recorded, test);
      if (doubt !== null) return { kind: 'unknown', files: new Set(impact.changed.keys()), reason: doubt };
      if (unknown.size === 0) return { kind: 'unaffected', recordedAt: recorded.recordedAt };
      return { kind: 'unknown', files: unknown, reason: `recordings cannot tell who uses ${listed([...unknown])}` };
    },
  };
}

function listed([first = '', ...others]: readonly string[]): string {
  return others.length === 0 ? first : `${first} and ${counted(others.length, 'other file')}`;
}

/** Whether the change gets into a file that a build makes and the test used. What it is made of, no recording tells but its source map. */
function throughBuilds({ covered, reads }: TestEvidence, impact: JudgeOptions['impact']): Verdict | null {
  const { madeOf, changed } = impact;
  if (madeOf === undefined) return null;
  const mapped = new Set(covered.filter((file) => isMappedOutput(file, impact)));
  const sources = mapped.size === 0 ? [] : covered.filter((file) => !mapped.has(file)).map(({ path }) => path);
  const used = [
    ...covered.map((file) => ({ path: file.path, sources: mapped.has(file) ? sources : [] })),
    ...reads
      .filter(({ isFolder, contentHash }) => !isFolder && contentHash !== null)
      .map(({ path }) => ({ path, sources: [] })),
  ];
  for (const each of used) {
    const found = madeOf(each.path, each.sources);
    if (found !== null) return { kind: 'affected', by: found.by, how: 'built', through: [found.through, each.path] };
  }
  return mapped.size === 0 ? null : throughSources(new Set(sources), changed, impact);
}

/** Code that the map does not name may have left its traces in what loads it: a value that was put in its place. */
function throughSources(
  sources: ReadonlySet<RepoPath>,
  changed: Impact['changed'],
  { reachedFrom }: JudgeOptions['impact'],
): Verdict | null {
  for (const [by, { difference }] of changed) {
    if (sources.has(by) || difference?.kind === 'nothing' || difference?.kind === 'types') continue;
    const reached = reachedFrom?.(new Set([by]));
    const source = reached === undefined ? undefined : [...sources].find((each) => reached.has(each));
    if (source !== undefined) return { kind: 'affected', by, how: 'built', through: [source] };
  }
  return null;
}

/** A file that is none of the repository, was loaded, and whose lines all count for its sources. */
function isMappedOutput(
  { path, executed, missed, functions }: CoveredFile,
  { changed, contentOf }: JudgeOptions['impact'],
): boolean {
  if (executed.length + missed.length + functions.length > 0) return false;
  return contentOf(path) === null && !changed.has(path);
}

interface FileQuestion {
  readonly recorded: TestEvidence;
  readonly test: TestFile;
  readonly file: RepoPath;
  readonly change: ChangedFile;
  readonly isSeen: (file: RepoPath) => boolean;
}

/** How one changed file concerns a test; null when it does not. */
function verdictOnFile(question: FileQuestion, { impact, isSetting, since }: JudgeOptions): How | 'unknown' | null {
  const { recorded, file, change } = question;
  const covered = coveredIn(recorded, file);
  const runsTheSame = change.difference?.kind === 'nothing' || change.difference?.kind === 'types';
  if (impact.typeChecked.has(file) ? compilesTypeScript(recorded) : !runsTheSame && impact.beyondRecordings.has(file))
    return 'unknown';
  const isText = covered === undefined && !isSetting(file);
  if (isText && recorded.reads.some((read) => concerns(read, file, change))) return 'read';
  return runsTheSame ? null : verdictOnCode(question, covered, since);
}

/** Whether a type error can fail a test: something that it loads is compiled from TypeScript. */
function compilesTypeScript({ covered }: TestEvidence): boolean {
  return covered.some(({ path }) => /\.(?:[cm]?tsx?|vue|svelte|astro)$/.test(path));
}

function verdictOnCode(
  { file, test, change, isSeen }: FileQuestion,
  covered: CoveredFile | undefined,
  since: SinceRecorded | undefined,
): How | 'unknown' | null {
  const isNew = change.kind === 'added' || change.kind === 'renamed';
  if (isNew || !isRecordable(file, test.framework)) return 'unknown';
  // A file that no recording shows may be used where none looks.
  if (covered === undefined) return isSeen(file) ? null : 'unknown';
  return verdictOnCovered(covered, change, since);
}

function verdictOnCovered(
  covered: CoveredFile,
  { difference, baseHash, currentHash }: ChangedFile,
  since: SinceRecorded | undefined,
): How | 'unknown' | null {
  if (difference?.kind !== 'bodies') return 'loaded';
  if (covered.contentHash === baseHash) return ranPlaces(covered, difference.base) ? 'ran' : null;
  if (covered.contentHash === currentHash) return ranPlaces(covered, difference.current) ? 'ran' : null;
  return runsAsRecorded(covered, since) ? null : 'unknown';
}

/** Whether what became of a file since it was recorded is nothing that the test ran. */
function runsAsRecorded(covered: CoveredFile, since: SinceRecorded | undefined): boolean {
  const difference = since?.(covered);
  if (difference === undefined || difference === null || difference.kind === 'module') return false;
  return difference.kind !== 'bodies' || !ranPlaces(covered, difference.base);
}

/** Why a recording does not hold any more; null when it does. */
function doubtAbout(
  recorded: TestEvidence,
  test: TestFile,
  {
    impact,
    contentOnDisk,
    isRandom,
    isSetting,
    isCurrent,
  }: JudgeOptions & { readonly isCurrent: (file: CoveredFile) => boolean },
): string | null {
  if (!recorded.isComplete) return 'its last recording is not complete';
  if (isRandom(test.file)) return 'it works with random values';
  // What a build makes differs with its sources, which are looked at themselves.
  const old = recorded.covered.find((file) => !isMappedOutput(file, impact) && !isCurrent(file));
  if (old !== undefined) return `its recording is older than ${old.path}`;
  const read = recorded.reads.find(
    ({ path, contentHash, isFolder }) =>
      !isFolder &&
      contentHash !== null &&
      !impact.changed.has(path) &&
      !isSetting(path) &&
      contentOnDisk(path) !== contentHash,
  );
  return read === undefined ? null : `its recording is older than ${read.path}`;
}

/** Whether a covered file does what it did when it ran, or is one of the changed ones, which are judged one by one. */
function fits(file: CoveredFile, options: JudgeOptions): boolean {
  return hasKnownContent(file, options) || runsAsRecorded(file, options.since);
}

/** Whether a covered file has the content that ran, before the change or after it. */
export function hasKnownContent(
  { path, contentHash }: CoveredFile,
  { impact, contentOnDisk }: Pick<JudgeOptions, 'impact' | 'contentOnDisk'>,
): boolean {
  const change = impact.changed.get(path);
  if (change !== undefined)
    return change.baseHash === null || contentHash === change.baseHash || contentHash === change.currentHash;
  return (impact.contentOf(path) ?? contentOnDisk(path)) === contentHash;
}

function concerns(read: TestEvidence['reads'][number], file: RepoPath, change: ChangedFile): boolean {
  if (!read.isFolder) return read.path === file;
  if (change.kind === 'modified') return false;
  // A new folder shows in the listing of the one around it.
  return read.path === '.' || file.startsWith(`${read.path}/`);
}

/** Whether the recorder of a framework sees the file when it is loaded. */
function isRecordable(file: RepoPath, framework: Framework): boolean {
  if (pythonFrameworks.has(framework)) return file.endsWith('.py');
  return javascriptFrameworks.has(framework) && /\.[cm]?[jt]sx?$/.test(file) && !/\.d\.[cm]?ts$/.test(file);
}

/** Whether a test ran any of the places. What the recording does not say counts as run. */
export function ranPlaces(covered: CoveredFile, { lines, functions }: ChangedPlaces): boolean {
  if (lines.length === 0 && functions.length === 0) return true;
  return lines.some((range) => ranLines(covered, range)) || functions.some((range) => ranFunction(covered, range));
}

type Range = readonly [number, number];

function ranLines(covered: CoveredFile, range: Range): boolean {
  if (covered.executed.some((each) => overlaps(each, range))) return true;
  if (covered.missed.some((each) => overlaps(each, range))) return false;
  return ranAround(covered, range);
}

/** By the functions that lie within the range; without any, by the one around it. */
function ranFunction(covered: CoveredFile, range: Range): boolean {
  const within = covered.functions.filter(({ startLine, endLine }) => startLine >= range[0] && endLine <= range[1]);
  return within.length === 0 ? ranAround(covered, range) : within.some((each) => each.executed);
}

function ranAround(covered: CoveredFile, range: Range): boolean {
  const around = covered.functions.filter(({ startLine, endLine }) => startLine <= range[0] && endLine >= range[1]);
  const innermost = around.toSorted((one, other) => one.endLine - one.startLine - (other.endLine - other.startLine))[0];
  return innermost === undefined || innermost.executed;
}

function overlaps(one: Range, other: Range): boolean {
  return one[0] <= other[1] && other[0] <= one[1];
}

function coveredIn({ covered }: TestEvidence, file: RepoPath): CoveredFile | undefined {
  return covered.find((each) => each.path === file);
}
