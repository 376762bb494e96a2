// The code that a test is about: what it names and runs first, then what it imports, then what else it ran.
import type { CodeSymbol, Graph } from '../../graph/graph.ts';
import type { RepoPath, TestId } from '../../protocol/ids.ts';
import { counted } from '../../protocol/quantities.ts';
import type { RelatedPlace } from '../../protocol/related.ts';
import type { TestCase, TestFile } from '../../protocol/test.ts';
import { testEvidenceOf, type TestEvidence } from '../../store/evidence.ts';
import type { Reader } from '../../store/store.ts';
import { lastPart, wordsIn } from './names.ts';

export interface RelatedCodeInput {
  readonly graph: Pick<Graph, 'importsOf' | 'symbolsIn'>;
  readonly store: Reader;
  readonly read: (file: RepoPath) => string | null;
  readonly isTest: (file: RepoPath) => boolean;
}

export interface Asked {
  readonly owner: TestFile;
  /** The file's id, or that of one of `cases`. */
  readonly test: TestId;
  readonly cases: readonly TestCase[];
}

/** Enough to choose from. */
const mostPlaces = 40;
/** Imports of imports are looked at so far: beyond a barrel the name leads nowhere. */
const mostImports = 3;

export async function codeOf(input: RelatedCodeInput, asked: Asked): Promise<RelatedPlace[]> {
  const { owner } = asked;
  const evidence = testEvidenceOf(input.store, owner.id);
  const imports = importsFrom(input, owner.file);
  const places = [
    ...(await namedPlaces(input, { asked, evidence, imports })),
    ...[...imports].flatMap(([path, distance]) => (distance === 1 ? [importedPlace(path)] : [])),
    ...ranPlaces(input, evidence),
  ];
  const unique = new Map<string, RelatedPlace>();
  for (const place of places) {
    const key = `${place.path}:${place.name ?? ''}`;
    if (!unique.has(key)) unique.set(key, place);
  }
  return [...unique.values()].slice(0, mostPlaces);
}

interface Sources {
  readonly asked: Asked;
  readonly evidence: TestEvidence | null;
  readonly imports: ReadonlyMap<RepoPath, number>;
}

async function namedPlaces(input: RelatedCodeInput, { asked, evidence, imports }: Sources): Promise<RelatedPlace[]> {
  const words = wordsIn(textOf(input, asked));
  const places: RelatedPlace[] = [];
  for (const path of imports.keys()) {
    const ran = evidence?.covered.find((each) => each.path === path)?.functions.filter((each) => each.executed) ?? [];
    const names = new Set(ran.map(({ name }) => lastPart(name)));
    for (const symbol of await input.graph.symbolsIn(path)) {
      if (!words.has(lastPart(symbol.name))) continue;
      places.push(namedPlace(path, symbol, names.has(lastPart(symbol.name))));
    }
  }
  // What ran besides being named is the surer sign; within both the order of imports stays.
  return places.toSorted((a, b) => Number(b.evidence === 'recorded') - Number(a.evidence === 'recorded'));
}

function namedPlace(path: RepoPath, { name, startLine }: CodeSymbol, hasRun: boolean): RelatedPlace {
  const why = hasRun ? 'the test names it, and ran it when it was last recorded' : 'the test names it';
  return { path, line: startLine, name, evidence: hasRun ? 'recorded' : 'named', why };
}

function importedPlace(path: RepoPath): RelatedPlace {
  return { path, line: 1, name: null, evidence: 'imported', why: 'the test file imports it' };
}

/** What ran without being named or imported, the most of its functions first. */
function ranPlaces({ isTest }: RelatedCodeInput, evidence: TestEvidence | null): RelatedPlace[] {
  const ran = (evidence?.covered ?? []).flatMap(({ path, functions, executed }) => {
    const count = functions.filter((each) => each.executed).length;
    return isTest(path) || executed.length === 0 ? [] : [{ path, count, line: executed[0]?.[0] ?? 1 }];
  });
  return ran
    .toSorted((a, b) => b.count - a.count || (a.path < b.path ? -1 : 1))
    .map(({ path, count, line }) => ({
      path,
      line,
      name: null,
      evidence: 'recorded',
      why: `the test file ran ${counted(count, 'function')} of it when it was last recorded`,
    }));
}

/** Files that the test file imports, nearest first, without other test files. */
function importsFrom({ graph, isTest }: RelatedCodeInput, file: RepoPath): Map<RepoPath, number> {
  const distances = new Map<RepoPath, number>([[file, 0]]);
  for (const [at, distance] of distances) {
    if (distance === mostImports) break;
    for (const path of graph.importsOf(at))
      if (!distances.has(path) && !isTest(path)) distances.set(path, distance + 1);
  }
  distances.delete(file);
  return distances;
}

/** The text of a case: from its line to that of the next; the whole file where its place is not known. */
function textOf({ read }: RelatedCodeInput, { owner, test, cases }: Asked): string {
  const text = read(owner.file) ?? '';
  const line = cases.find((each) => each.id === test)?.line ?? null;
  if (line === null) return text;
  const next = cases.flatMap((each) => (each.line !== null && each.line > line ? [each.line] : []));
  return text
    .split('\n')
    .slice(line - 1, Math.min(...next, Infinity) - 1)
    .join('\n');
}
