// Which tests a file, a folder, or one line of a file can reach: by what was recorded, else by the shortest way that the
// graph knows; and what else is on record of it.
import type { Graph, Reached } from '../graph/graph.ts';
import type { Explanation } from '../protocol/explanation.ts';
import type { RepoPath } from '../protocol/ids.ts';
import { counted } from '../protocol/quantities.ts';
import type { TestFile } from '../protocol/test.ts';
import { loadTestEvidence, type CoveredFile, type TestEvidence } from '../store/evidence.ts';
import type { Reader } from '../store/store.ts';

export interface ExplainFileInput {
  readonly graph: Pick<Graph, 'impactOf'>;
  readonly store: Reader;
  /** Every file of the repository. */
  readonly known: readonly RepoPath[];
  readonly tests: readonly TestFile[];
  /** What is on record of files beside the tests that use them, in sentences. Default: nothing. */
  readonly factsOn?: (files: readonly RepoPath[]) => readonly string[];
}

/** `src/cart.ts`, `src/cart.ts:12` or `src`; null when there is no such file or folder. */
export function explainFile(input: ExplainFileInput, subject: string): Explanation | null {
  const asked = filesOf(input.known, subject);
  if (asked === null) return null;
  const { name, files, line } = asked;
  const { ran, led } = usersOf(input, files, line);
  const what = line === null ? 'it' : 'the line';
  return {
    subject: line === null ? name : `${name}:${line}`,
    subjectKind: 'file',
    decision: 'related',
    summary: summaryOf({ ran: ran.length, led: led.length, all: input.tests.length, what }),
    path: [],
    facts: [...(input.factsOn?.(files) ?? []), ...ran.toSorted(), ...led],
    executionId: null,
    at: null,
  };
}

interface Asked {
  readonly name: string;
  readonly files: readonly RepoPath[];
  readonly line: number | null;
}

function filesOf(known: readonly RepoPath[], subject: string): Asked | null {
  const [, name = '', lineText] = /^(?:\.\/)?(.*?)(?::(\d+))?$/.exec(subject.replaceAll('\\', '/')) ?? [];
  const file = known.find((each) => each === name);
  if (file !== undefined) return { name, files: [file], line: lineText === undefined ? null : Number(lineText) };
  const folder = `${name.replace(/\/+$/, '')}/`;
  const files = lineText === undefined ? known.filter((each) => each.startsWith(folder)) : [];
  return files.length === 0 ? null : { name: folder, files, line: null };
}

/** Those that recordings name, and of those of which nothing whole is recorded the ways that lead there, the shortest first. */
function usersOf({ graph, store, tests }: ExplainFileInput, files: readonly RepoPath[], line: number | null) {
  const changes = { base: '', head: null, branch: null, notes: [] };
  const changed = files.map((path) => ({ path, kind: 'modified' as const, lines: [] }));
  const { reached } = graph.impactOf({ ...changes, files: changed }, new Map());
  const evidence = new Map(loadTestEvidence(store).map((each) => [each.test, each]));
  const ran: string[] = [];
  const ways: Reached[] = [];
  for (const test of tests) {
    const recorded = evidence.get(test.id);
    const how = recorded === undefined ? null : useOf(recorded, files, line);
    const way = reached.get(test.file);
    if (how !== null) ran.push(`${test.file}: ${how}`);
    else if (way !== undefined && recorded?.isComplete !== true) ways.push(way);
  }
  const led = ways.toSorted((one, other) => one.distance - other.distance).map(({ path }) => path.join(' → '));
  return { ran, led };
}

/** How a recorded test used one of the files; null when it used none. */
function useOf(
  { covered, reads, recordedAt }: TestEvidence,
  files: readonly RepoPath[],
  line: number | null,
): string | null {
  const own = new Set(files);
  const nameOf = (path: RepoPath) => (line !== null ? 'the line' : files.length === 1 ? 'it' : path);
  const when = `when it was recorded on ${new Date(recordedAt).toLocaleDateString()}`;
  const ran = covered.find((each) => own.has(each.path) && (line === null || hasRun(each, line)));
  if (ran !== undefined) return `ran ${nameOf(ran.path)} ${when}`;
  // A file whose lines are recorded was read to be run.
  const read = reads.find(
    ({ path, isFolder }) => own.has(path) && !isFolder && !covered.some((each) => each.path === path),
  );
  return read === undefined ? null : `read ${files.length === 1 ? 'it' : read.path} ${when}`;
}

/** Without lines on record any of them may have run. */
function hasRun({ executed, missed }: CoveredFile, line: number): boolean {
  return (
    (executed.length === 0 && missed.length === 0) || executed.some(([first, last]) => first <= line && line <= last)
  );
}

interface Counts {
  readonly ran: number;
  readonly led: number;
  readonly all: number;
  readonly what: string;
}

function summaryOf({ ran, led, all, what }: Counts): string {
  const reach = ran + led;
  if (reach === 0) return `no test of ${counted(all, 'test file')} uses ${what}`;
  const parts = [...(ran === 0 ? [] : [`${ran} by recordings`]), ...(led === 0 ? [] : [`${led} by imports and paths`])];
  return `${reach} of ${counted(all, 'test file')} can use ${what}: ${parts.join(', ')}`;
}
