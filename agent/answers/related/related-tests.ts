// The tests that run a function or a file, the most telling first.
import type { CodeSymbol, Graph } from '../../graph/graph.ts';
import type { RepoPath } from '../../protocol/ids.ts';
import { counted } from '../../protocol/quantities.ts';
import type { RelatedTest } from '../../protocol/related.ts';
import type { TestFile } from '../../protocol/test.ts';
import { loadTestEvidence, type CoveredFile, type TestEvidence } from '../../store/evidence.ts';
import type { Reader } from '../../store/store.ts';
import { lastPart, lineNaming } from './names.ts';

export interface RelatedTestsInput {
  readonly graph: Pick<Graph, 'importersOf'>;
  readonly store: Reader;
  readonly read: (file: RepoPath) => string | null;
  readonly files: readonly TestFile[];
}

interface Candidate {
  readonly test: RelatedTest;
  /** How many imports lead to the code. */
  readonly distance: number;
  /** How many files it runs in all. */
  readonly breadth: number;
}

/** The innermost function or class around a line; null outside of all. */
export function symbolAt(symbols: readonly CodeSymbol[], line: number): CodeSymbol | null {
  const around = symbols.filter(({ startLine, endLine }) => startLine <= line && line <= endLine);
  return around.toSorted((a, b) => a.endLine - a.startLine - (b.endLine - b.startLine))[0] ?? null;
}

/** A null symbol stands for the whole file. Where a recording tells of every test, imports add nothing. */
export function testsOf(input: RelatedTestsInput, file: RepoPath, symbol: CodeSymbol | null): RelatedTest[] {
  const distances = distancesTo(input.graph, file);
  const evidence = new Map(loadTestEvidence(input.store).map((each) => [each.test, each]));
  const found = input.files.flatMap((test): Candidate[] => {
    if (test.file === file) return [];
    const recorded = evidence.get(test.id);
    const distance = distances.get(test.file) ?? Infinity;
    const line = symbol === null ? null : lineNaming(input.read(test.file), symbol.name);
    if (recorded !== undefined) return byRecord(test, recorded, { file, symbol, distance, line });
    if (distance === Infinity) return [];
    const why =
      symbol !== null && line !== null
        ? `it names ${symbol.name}`
        : `it imports ${distance === 1 ? 'the file' : `it through ${counted(distance - 1, 'file')}`}`;
    const by = symbol !== null && line !== null ? 'named' : 'imported';
    return [{ test: { id: test.id, file: test.file, line, evidence: by, why }, distance, breadth: Infinity }];
  });
  return found.toSorted(byTelling).map(({ test }) => test);
}

interface Looked {
  readonly file: RepoPath;
  readonly symbol: CodeSymbol | null;
  readonly distance: number;
  readonly line: number | null;
}

function byRecord(test: TestFile, recorded: TestEvidence, { file, symbol, distance, line }: Looked): Candidate[] {
  const covered = recorded.covered.find((each) => each.path === file);
  if (covered === undefined || !hasRun(covered, symbol)) return [];
  const what = symbol === null ? 'code of the file' : symbol.name;
  const why = `it ran ${what} when it was last recorded, with ${counted(recorded.covered.length, 'file')} in all`;
  const related = { id: test.id, file: test.file, line, evidence: 'recorded', why } as const;
  return [{ test: related, distance, breadth: recorded.covered.length }];
}

/** By the functions that ran where the language tells them, which move with edits; else by lines. */
function hasRun(covered: CoveredFile, symbol: CodeSymbol | null): boolean {
  if (symbol === null || (covered.executed.length === 0 && covered.missed.length === 0)) return true;
  const named = covered.functions.filter(({ name }) => lastPart(name) === lastPart(symbol.name));
  if (named.length > 0) return named.some(({ executed }) => executed);
  return covered.executed.some(([first, last]) => first <= symbol.endLine && last >= symbol.startLine);
}

/** Tests that name the code first, then the nearest, then those that run the least besides. */
function byTelling(one: Candidate, other: Candidate): number {
  if ((one.test.line === null) !== (other.test.line === null)) return one.test.line === null ? 1 : -1;
  const [near, far] = [one.distance, other.distance];
  if (near !== far) return near < far ? -1 : 1;
  if (one.breadth !== other.breadth) return one.breadth < other.breadth ? -1 : 1;
  return one.test.file < other.test.file ? -1 : 1;
}

/** How many imports lead to `file` from each file that reaches it. */
function distancesTo(graph: Pick<Graph, 'importersOf'>, file: RepoPath): Map<RepoPath, number> {
  const distances = new Map<RepoPath, number>([[file, 0]]);
  for (const [at, distance] of distances) {
    for (const importer of graph.importersOf(at)) if (!distances.has(importer)) distances.set(importer, distance + 1);
  }
  return distances;
}
