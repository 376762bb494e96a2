// What the last comparison of a set of benchmarks, or of one benchmark, found, and from which figures.
import type { Explanation } from '../protocol/explanation.ts';
import type { BenchmarkComparison, PerformanceComparison, PerformanceOutcome } from '../protocol/performance.ts';
import { counted } from '../protocol/quantities.ts';
import { getPerformanceComparison, lastPerformanceOutcomes } from '../store/performance.ts';
import type { Reader } from '../store/store.ts';

const decisions = { slower: 'failed', passed: 'compared', not_compared: 'unknown' } as const satisfies Readonly<
  Record<PerformanceOutcome, Explanation['decision']>
>;

/** By the name of the set, or of a benchmark in it; none where nothing of that name was ever compared. */
export function explainBenchmarks(store: Reader, subject: string): Explanation[] {
  return lastPerformanceOutcomes(store).flatMap(({ name, executionId }) => {
    const comparison = getPerformanceComparison(store, executionId);
    const set = comparison?.sets.find(({ id }) => id === name);
    if (comparison === null || set === undefined) return [];
    const about = name === subject ? set.benchmarks : set.benchmarks.filter((each) => each.name === subject);
    if (about.length === 0 && name !== subject) return [];
    const decision = name === subject ? decisions[set.outcome] : decisions[outcomeOf(about)];
    return [{ ...explanationOf(comparison, about, decision), subject, facts: [...factsOf(about), ...set.notes] }];
  });
}

function outcomeOf(benchmarks: readonly BenchmarkComparison[]): PerformanceOutcome {
  if (benchmarks.some(({ verdict }) => verdict === 'slower')) return 'slower';
  return benchmarks.some(({ test, verdict }) => test !== null && verdict !== 'too_few') ? 'passed' : 'not_compared';
}

function explanationOf(
  { base, baseCommit, rounds, minimumEffect, executionId, at }: PerformanceComparison,
  about: readonly BenchmarkComparison[],
  decision: Explanation['decision'],
): Omit<Explanation, 'subject' | 'facts'> {
  const slower = about.filter(({ verdict }) => verdict === 'slower').length;
  const found = `${slower} of ${counted(about.length, 'benchmark')} slower than ${base} (${baseCommit.slice(0, 10)})`;
  const how = `${counted(rounds, 'round')} on each side, least effect ${100 * minimumEffect} %`;
  return { subjectKind: 'benchmarks', decision, summary: `${found}: ${how}`, path: [], executionId, at };
}

function factsOf(benchmarks: readonly BenchmarkComparison[]): string[] {
  return benchmarks.map(({ name, verdict, reason }) => `${verdict.replaceAll('_', ' ')}: ${name}: ${reason}`);
}
