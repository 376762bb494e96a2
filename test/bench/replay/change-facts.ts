// What a change means for each test file: graph, recordings, names and words. The inputs of the model that knows the change.
import type { ChangeFacts, TestChangeFacts } from '../../../models/features/test-change.ts';
import { similarities, wordsIn, type Words } from '../../../models/features/similarity.ts';
import type { ChangedFile, Impact } from '../../../agent/graph/graph.ts';
import type { ChangeSet, FileChange } from '../../../agent/protocol/change-set.ts';
import type { RepoPath } from '../../../agent/protocol/ids.ts';
import type { TestFile } from '../../../agent/protocol/test.ts';
import type { CoveredFile, TestEvidence } from '../../../agent/store/evidence.ts';
import { ranPlaces } from '../../../agent/tests/evidence-judge.ts';

export interface ChangeFactsInput {
  /** All test files, of which each is described. */
  readonly files: readonly Pick<TestFile, 'id' | 'file'>[];
  readonly changes: Pick<ChangeSet, 'files'>;
  readonly impact: Pick<Impact, 'reached' | 'reachedFrom' | 'changed'>;
  /** By the test file's id. */
  readonly evidence: ReadonlyMap<string, TestEvidence>;
  /** The text of a file; null when it is gone. */
  readonly read: (file: RepoPath) => string | null;
  readonly importsOf: (file: RepoPath) => readonly RepoPath[];
  readonly coChange: (file: RepoPath, other: RepoPath) => number;
  readonly coFailure: (files: readonly RepoPath[], test: RepoPath) => number;
}

export interface FactsOfChange {
  readonly change: ChangeFacts;
  /** By test file. */
  readonly tests: ReadonlyMap<RepoPath, TestChangeFacts>;
}

/** Of how many changed files each is looked at: a change of everything says nothing of one. */
const mostFiles = 20;
/** Of how many files that a test imports. */
const mostImports = 8;
/** Lines round a changed one that say what it is about. */
const contextLines = 2;

/** The facts of all test files. */
export function factsOfChange(input: ChangeFactsInput): FactsOfChange {
  const { files, changes, impact, evidence } = input;
  const changed = changes.files.slice(0, mostFiles);
  const testFiles = new Set(files.map(({ file }) => file));
  const reachedBy = changed.map(({ path }) => impact.reachedFrom(new Set([path])));
  const texts = textScores(input, changed);
  const tests = new Map(
    files.map(({ id, file }, index): [RepoPath, TestChangeFacts] => {
      const recorded = evidence.get(id);
      return [
        file,
        {
          distance: impact.reached.get(file)?.distance ?? null,
          isEdited: impact.changed.has(file),
          isFixtureEdited: changed.some(
            ({ path }, at) => path !== file && !isProduct(path, testFiles) && reachedBy[at]?.get(file)?.distance === 1,
          ),
          reachedBy: reachedBy.filter((each) => each.has(file)).length / Math.max(1, changed.length),
          covered: recorded === undefined ? null : coveredShare(recorded, impact.changed),
          focus: recorded === undefined ? null : focusOf(recorded, impact.changed, testFiles),
          coChange: changed.reduce((most, { path }) => Math.max(most, input.coChange(path, file)), 0),
          coFailure: input.coFailure(
            changed.map(({ path }) => path),
            file,
          ),
          textSimilarity: texts.text[index] ?? 0,
          nameSimilarity: texts.name[index] ?? 0,
          subjectSimilarity: texts.subject[index] ?? 0,
        },
      ];
    }),
  );
  return { change: changeOf(input, tests, testFiles), tests };
}

function changeOf(
  { files, changes, impact, evidence }: ChangeFactsInput,
  tests: ReadonlyMap<RepoPath, TestChangeFacts>,
  testFiles: ReadonlySet<RepoPath>,
): ChangeFacts {
  const all = Math.max(1, files.length);
  const ran = [...tests.values()].filter(({ covered }) => covered !== null && covered > 0).length;
  return {
    files: changes.files.length,
    lines: changes.files.reduce((sum, file) => sum + lineCount(file), 0),
    sourceShare:
      changes.files.filter(({ path }) => isProduct(path, testFiles)).length / Math.max(1, changes.files.length),
    reachedShare: files.filter(({ file }) => impact.reached.has(file)).length / all,
    coveredShare: evidence.size === 0 ? null : ran / all,
  };
}

function lineCount({ lines }: FileChange): number {
  return Math.max(
    1,
    lines.reduce((sum, [from, to]) => sum + to - from + 1, 0),
  );
}

/** Code that is neither a test nor beside tests. */
function isProduct(path: string, testFiles: ReadonlySet<string>): boolean {
  return (
    /\.\w+$/.test(path) &&
    !testFiles.has(path) &&
    !/(?:^|\/)(?:tests?|__tests__|__mocks__|fixtures?|spec|e2e)\/|\.(?:md|rst|txt|json|lock|ya?ml|toml)$/.test(path)
  );
}

/** Of the places where changed files differ, the share that the test ran; null when the recording cannot tell of any. */
function coveredShare(recorded: TestEvidence, changed: Impact['changed']): number | null {
  let [ran, known] = [0, 0];
  for (const [path, change] of changed) {
    const covered = recorded.covered.find((file) => file.path === path);
    for (const hasRun of placesRun(covered, change)) {
      known += 1;
      ran += Number(hasRun);
    }
  }
  return known === 0 ? null : ran / known;
}

/** For each changed place whether it ran. A change of what happens when the file is loaded is one place. */
function placesRun(covered: CoveredFile | undefined, { difference, baseHash, currentHash }: ChangedFile): boolean[] {
  if (difference?.kind === 'nothing' || difference?.kind === 'types') return [];
  if (difference?.kind !== 'bodies') return [covered !== undefined];
  const isBase = covered === undefined || covered.contentHash === baseHash;
  if (!isBase && covered.contentHash !== currentHash) return [];
  const { lines, functions } = isBase ? difference.base : difference.current;
  const places = [
    ...lines.map((range) => ({ lines: [range], functions: [] })),
    ...functions.map((range) => ({ lines: [], functions: [range] })),
  ];
  return places.map((place) => covered !== undefined && ranPlaces(covered, place));
}

/** Of the lines of the product that ran, the share in changed files. */
function focusOf(recorded: TestEvidence, changed: Impact['changed'], testFiles: ReadonlySet<RepoPath>): number {
  let [inside, all] = [0, 0];
  for (const file of recorded.covered) {
    if (testFiles.has(file.path)) continue;
    const lines = ranLines(file);
    all += lines;
    if (changed.has(file.path)) inside += lines;
  }
  return all === 0 ? 0 : inside / all;
}

/** Lines that ran; where only functions are recorded, those of the functions that ran. At least the one that loaded it. */
function ranLines({ executed, functions }: CoveredFile): number {
  const ranges =
    executed.length > 0
      ? executed
      : functions.filter((each) => each.executed).map((each) => [each.startLine, each.endLine] as const);
  return Math.max(
    1,
    ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0),
  );
}

function textScores({ files, read, importsOf }: ChangeFactsInput, changed: readonly FileChange[]) {
  const known = new Map<RepoPath, Words>();
  const wordsOf = (file: RepoPath): Words => {
    const words = known.get(file) ?? wordsIn(read(file) ?? '');
    known.set(file, words);
    return words;
  };
  const testFiles = new Set(files.map(({ file }) => file));
  const query = wordsIn(changed.map((change) => diffText(change, read(change.path) ?? '')).join('\n'));
  const subjects = files.map(({ file }) =>
    merged(
      importsOf(file)
        .filter((each) => !testFiles.has(each))
        .slice(0, mostImports)
        .map(wordsOf),
    ),
  );
  return {
    text: similarities(
      query,
      files.map(({ file }) => wordsOf(file)),
    ),
    name: similarities(
      query,
      files.map(({ file }) => wordsIn(file)),
    ),
    subject: similarities(query, subjects),
  };
}

/** The changed lines as they are now with what is round them, and the file's name. */
function diffText({ path, lines }: FileChange, text: string): string {
  const all = text.split('\n');
  const near = lines.flatMap(([from, to]) => all.slice(Math.max(0, from - 1 - contextLines), to + contextLines));
  return [path, ...near].join('\n');
}

function merged(many: readonly Words[]): Words {
  const all = new Map<string, number>();
  for (const words of many) for (const [word, count] of words) all.set(word, (all.get(word) ?? 0) + count);
  return all;
}
