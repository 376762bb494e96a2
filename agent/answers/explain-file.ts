// Which tests a file, or one line of it, can reach: by what was recorded, else by the shortest way that the graph knows.
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
}

/** `src/cart.ts` or `src/cart.ts:12`; null when there is no such file. */
export function explainFile(input: ExplainFileInput, subject: string): Explanation | null {
  const [, name = '', lineText] = /^(?:\.\/)?(.*?)(?::(\d+))?$/.exec(subject.replaceAll('\\', '/')) ?? [];
  const file = input.known.find((each) => each === name);
  if (file === undefined) return null;
  const line = lineText === undefined ? null : Number(lineText);
  const { ran, led } = usersOf(input, file, line);
  const what = line === null ? 'it' : 'the line';
  return {
    subject: line === null ? file : `${file}:${line}`,
    subjectKind: 'file',
    decision: 'related',
    summary: summaryOf({ ran: ran.length, led: led.length, all: input.tests.length, what }),
    path: [],
    facts: [...ran.toSorted(), ...led],
    executionId: null,
    at: null,
  };
}

/** Those that recordings name, and of those of which nothing whole is recorded the ways that lead there, the shortest first. */
function usersOf({ graph, store, tests }: ExplainFileInput, file: RepoPath, line: number | null) {
  const changes = { base: '', head: null, branch: null, notes: [] };
  const { reached } = graph.impactOf({ ...changes, files: [{ path: file, kind: 'modified', lines: [] }] }, new Map());
  const evidence = new Map(loadTestEvidence(store).map((each) => [each.test, each]));
  const ran: string[] = [];
  const ways: Reached[] = [];
  for (const test of tests) {
    const recorded = evidence.get(test.id);
    const how = recorded === undefined ? null : useOf(recorded, file, line);
    const way = reached.get(test.file);
    if (how !== null) ran.push(`${test.file}: ${how}`);
    else if (way !== undefined && recorded?.isComplete !== true) ways.push(way);
  }
  const led = ways.toSorted((one, other) => one.distance - other.distance).map(({ path }) => path.join(' → '));
  return { ran, led };
}

/** How a recorded test used a file; null when it did not. */
function useOf(recorded: TestEvidence, file: RepoPath, line: number | null): string | null {
  const covered = recorded.covered.find((each) => each.path === file);
  const when = `when it was recorded on ${new Date(recorded.recordedAt).toLocaleDateString()}`;
  if (covered !== undefined)
    return line === null || hasRun(covered, line) ? `ran ${line === null ? 'it' : 'the line'} ${when}` : null;
  return recorded.reads.some((read) => read.path === file && !read.isFolder) ? `read it ${when}` : null;
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
