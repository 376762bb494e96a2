// A step that lets the pipeline go on when what is on record says so: what is asked for is looked up, judged and told.
import type { StepContext, StepOutcome } from '../engine/engine.ts';
import type { Clock } from '../platform/clock.ts';
import type { Gate, MetricLimit } from '../protocol/gate.ts';
import type { StepId } from '../protocol/ids.ts';
import type { TestSuite, TestType } from '../protocol/named-run.ts';
import { nearest } from '../protocol/nearest.ts';
import { formatDuration } from '../protocol/quantities.ts';
import { settingDeclarations, type Settings } from '../protocol/settings.ts';
import type { TestFile } from '../protocol/test.ts';
import { listDefinitions } from '../store/definitions.ts';
import type { Store } from '../store/store.ts';
import { lastPerformanceOutcomes } from '../store/performance.ts';
import { fileHistory } from '../store/tests.ts';
import {
  gateSettings,
  judgeGate,
  type GateEvidence,
  type GateFinding,
  type MetricEvidence,
  type SuiteEvidence,
} from './gates.ts';
import { selectedBy } from './test-suites.ts';

/** Where the facts come from. */
export interface GateSources {
  readonly store: Store;
  readonly clock: Clock;
  readonly settings: () => Settings;
  /** Every test file that is there now. */
  readonly testFiles: () => Promise<readonly TestFile[]>;
  /** The names of all sets of benchmarks that are there now. */
  readonly benchmarks: () => Promise<readonly string[]>;
  /** One figure of the values after a time; null where the metric is not declared. */
  readonly metric: (limit: MetricLimit, since: number) => MetricEvidence | null;
  readonly coverage: () => Promise<GateEvidence['coverage']>;
}

const dayMs = 86_400_000;

/** Passes when everything that the gate asks for is on record and as it should be. `after`: steps since whose end it was recorded. */
export async function runGate(
  gate: Gate,
  context: Pick<StepContext, 'log' | 'steps'>,
  { sources, after }: { readonly sources: GateSources; readonly after: readonly StepId[] },
): Promise<StepOutcome> {
  const setting = gateSettings[gate.kind];
  if (!sources.settings()[setting]) {
    const variable = settingDeclarations.find(({ key }) => key === setting)?.environment ?? setting;
    return { state: 'skipped', reason: `${setting} (${variable}) is false: ${gate.kind} gates are not asked` };
  }
  const now = sources.clock.now();
  const ended = endOf(after, context);
  const since = beginOf(gate, { now, ended });
  const words = wordsFor(gate, { since, now, ended });
  const findings = judgeGate(gate, await evidenceFor(gate, since, sources), { since, words });
  for (const { outcome, words } of findings) context.log(`${outcome}: ${words}\n`);
  const unmet = findings.filter(({ outcome }) => outcome !== 'passed');
  return unmet.length === 0 && findings.length > 0
    ? { state: 'succeeded', reason: findings.map(({ words }) => words).join('; ') }
    : { state: 'failed', reason: unmet.map(sentenceOf).join('; ') };
}

function sentenceOf({ outcome, words }: GateFinding): string {
  return outcome === 'failed' ? words : `${outcome}: ${words}`;
}

/** When these steps had ended; null without any. */
function endOf(ids: readonly StepId[], { steps }: Pick<StepContext, 'steps'>): number | null {
  const ends = steps().flatMap(({ id, finishedAt }) => (ids.includes(id) && finishedAt !== null ? [finishedAt] : []));
  return ends.length === 0 ? null : Math.max(...ends);
}

interface Moment {
  readonly now: number;
  readonly ended: number | null;
}

function beginOf({ kind, maxAge }: Gate, { now, ended }: Moment): number | null {
  const oldest = maxAge === undefined ? null : now - maxAge * 1000;
  if (ended !== null) return Math.max(ended, oldest ?? 0);
  return oldest ?? (kind === 'pre-deployment' ? null : now - dayMs);
}

function wordsFor({ after }: Gate, { since, now, ended }: Moment & { readonly since: number | null }): string {
  if (since === null) return 'yet';
  return since === ended ? `since ${after ?? ''} had ended` : `in the last ${formatDuration(now - since)}`;
}

async function evidenceFor(gate: Gate, since: number | null, sources: GateSources): Promise<GateEvidence> {
  const comparisons = await comparisonsFor(gate, sources);
  const isAboutBenchmarks = comparisons.length > 0;
  return {
    suites: await suitesFor(gate, sources, isAboutBenchmarks),
    comparisons,
    metrics: gate.metrics.map((limit) => sources.metric(limit, since ?? 0)),
    coverage: gate.coverage === undefined ? null : await sources.coverage(),
  };
}

const typeOf: Readonly<Record<Exclude<Gate['kind'], 'pre-deployment'>, TestType>> = {
  'post-deployment': 'end-to-end',
  performance: 'performance',
  security: 'security',
};

/** The sets of benchmarks that a performance gate names; where it names nothing, all. */
async function comparisonsFor(
  { kind, suites, metrics, coverage }: Gate,
  { store, benchmarks }: GateSources,
): Promise<GateEvidence['comparisons']> {
  if (kind !== 'performance') return [];
  const asksAll = suites.length === 0 && metrics.length === 0 && coverage === undefined;
  if (!asksAll && suites.length === 0) return [];
  const ofTests = new Set<string>(listDefinitions(store, 'suite').map(({ id }) => id));
  const last = lastPerformanceOutcomes(store);
  return (await benchmarks())
    .filter((name) => asksAll || (suites.includes(name) && !ofTests.has(name)))
    .map((name) => ({ name, last: last.find((each) => each.name === name) ?? null }));
}

async function suitesFor(
  gate: Gate,
  { store, testFiles, benchmarks }: GateSources,
  isAboutBenchmarks: boolean,
): Promise<GateEvidence['suites']> {
  const { kind, metrics, coverage } = gate;
  const compared = isAboutBenchmarks ? await benchmarks() : [];
  const ofTests = new Set<string>(listDefinitions(store, 'suite').map(({ id }) => id));
  const named = gate.suites.filter((name) => ofTests.has(name) || !compared.includes(name));
  if (gate.suites.length > 0 && named.length === 0) return [];
  if (named.length === 0 && (metrics.length > 0 || coverage !== undefined)) return [];
  const files = await testFiles();
  const known = listDefinitions(store, 'suite');
  const results = fileHistory(store);
  const evidenceOf = (name: string, ids: readonly string[]): SuiteEvidence => ({
    name,
    files: files
      .filter(({ id }) => ids.some((each) => each === id || each.startsWith(`${id} > `)))
      .map(({ id, file }) => {
        const last = results.get(id);
        const hasPassed = last?.lastStatus === 'passed' || last?.lastStatus === 'skipped';
        return { file, hasPassed, ranAt: last?.lastRunAt ?? null };
      }),
  });
  const ofSuite = (suite: TestSuite) => evidenceOf(`the test suite ${suite.id}`, selectedBy(suite, files));
  if (named.length > 0) return namedSuites(named, known, ofSuite);
  if (kind === 'pre-deployment')
    return [
      evidenceOf(
        'all tests',
        files.map(({ id }) => id),
      ),
    ];
  const ofType = known.filter(({ type }) => type === typeOf[kind]);
  if (ofType.length > 0 || isAboutBenchmarks) return ofType.map(ofSuite);
  return {
    missing: `no test suite of the type ${typeOf[kind]} is declared, and the gate names no suite and no metric`,
  };
}

function namedSuites(
  named: readonly string[],
  known: readonly TestSuite[],
  ofSuite: (suite: TestSuite) => SuiteEvidence,
): GateEvidence['suites'] {
  const found = named.map((id) => known.find((suite) => suite.id === id) ?? id);
  const missing = found.find((each) => typeof each === 'string');
  if (missing === undefined) return found.flatMap((each) => (typeof each === 'string' ? [] : [ofSuite(each)]));
  const near = nearest(
    missing,
    known.map(({ id }) => id),
  );
  return { missing: `there is no test suite ${missing}${near === null ? '' : `; perhaps ${near} is meant`}` };
}
