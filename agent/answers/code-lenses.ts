// For the changed functions of a file: how many tests they can affect, and how many of those fail now.
import type { Graph } from '../graph/graph.ts';
import type { LineRange } from '../protocol/change-set.ts';
import type { OutputOf } from '../protocol/operations.ts';
import { RepoPath } from '../protocol/ids.ts';
import type { Planner } from '../pipelines/planner.ts';
import type { Reader } from '../store/store.ts';
import { failingCases } from '../store/tests.ts';

export type Lens = OutputOf<'getCodeLenses'>['lenses'][number];

export interface CodeLensOptions {
  readonly graph: Graph;
  readonly planner: Planner;
  readonly store: Reader;
}

/** Lenses of a file, in the order of their lines. None when the file is unchanged or reaches no test. */
export async function codeLensesOf({ graph, planner, store }: CodeLensOptions, file: string): Promise<Lens[]> {
  const path = RepoPath.safeParse(file);
  if (!path.success) return [];
  await planner.refresh();
  const changes = await planner.changesOf([path.data]);
  const change = changes.ok ? changes.value.files[0] : undefined;
  if (change === undefined || change.lines.length === 0) return [];
  const tests = await planner.testsReachedBy([path.data]);
  if (tests.length === 0) return [];
  const reached = new Set<string>(tests);
  const failing = failingCases(store).filter((result) => reached.has(result.fileId)).length;
  const symbols = await graph.symbolsIn(path.data);
  return innermostChanged(symbols, change.lines).map(({ name, startLine }) => ({ line: startLine, name, tests, failing }));
}

type Symbol = Awaited<ReturnType<Graph['symbolsIn']>>[number];

/** The smallest symbols around changed lines: of a class only its changed methods, unless the class itself changed. */
function innermostChanged(symbols: readonly Symbol[], lines: readonly LineRange[]): Symbol[] {
  const innermost = new Set<Symbol>();
  for (const [first, last] of lines) {
    const touched = symbols.filter((symbol) => symbol.startLine <= last && symbol.endLine >= first);
    for (const symbol of touched) if (!touched.some((other) => other !== symbol && isInside(other, symbol))) innermost.add(symbol);
  }
  return [...innermost].toSorted((a, b) => a.startLine - b.startLine);
}

function isInside(inner: Symbol, outer: Symbol): boolean {
  const isSmaller = inner.endLine - inner.startLine < outer.endLine - outer.startLine;
  return isSmaller && inner.startLine >= outer.startLine && inner.endLine <= outer.endLine;
}
