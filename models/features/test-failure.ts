// What a suite's past says about its tests: the inputs of the test-failure model, and the plain estimate that it has to beat.
import type { Feature } from './feature.ts';

/** What happened to one test in one cycle. The duration is in any unit, null when unknown. */
export interface TestOutcome {
  readonly name: string;
  readonly duration: number | null;
  readonly hasFailed: boolean;
}

/** The inputs of the test-failure model. None of them depends on the size of the suite or on the unit of time. */
export const testFailureFeatures: readonly Feature[] = [
  { name: 'rate', meaning: 'how often it failed, drawn towards the suite while little is known' },
  { name: 'decay2', meaning: 'how it ended in the latest two runs or so' },
  { name: 'decay5', meaning: 'how it ended in the latest five runs or so' },
  { name: 'decay20', meaning: 'how it ended in the latest twenty runs or so' },
  { name: 'sinceFailure', meaning: 'runs since it last failed' },
  { name: 'runs', meaning: 'how many runs are known' },
  { name: 'failures', meaning: 'how many failures are known' },
  { name: 'flips', meaning: 'how often its result changed' },
  { name: 'streak', meaning: 'how many times in a row it failed' },
  { name: 'gap', meaning: 'cycles since it last ran' },
  { name: 'relativeDuration', meaning: 'how long it takes, beside the other tests' },
  { name: 'suiteRate', meaning: 'how often tests of this suite fail' },
  { name: 'suiteState', meaning: 'how many tests failed in the last cycles' },
  { name: 'firstFailureRate', meaning: 'how often tests that never failed fail for the first time' },
];

/** How the record of a test that failed before is read: how often it failed, how it ended lately, or the mean of both. */
export type TestRecordWay = 'rate' | 'both' | 'recent';

interface TestRecord {
  runs: number;
  failures: number;
  readonly decays: Float64Array;
  sinceFailure: number;
  flips: number;
  streak: number;
  hasFailedLast: boolean;
  lastCycle: number;
  durationSum: number;
  timedRuns: number;
}

const halfLives = [2, 5, 20] as const;
/** A test's own record weighs as much as the suite's after so many runs. */
const priorRuns = 5;
/** No test is free: each costs at least this share of the median. */
const leastRelativeDuration = 1e-3;

/** A suite's past, fed cycle by cycle. What is asked of it depends on the cycles added so far and on nothing else. */
export class TestPast {
  readonly #tests = new Map<string, TestRecord>();
  #cycle = 0;
  #runs = 100;
  #failures = 1;
  #unfailedRuns = 100;
  #firstFailures = 1;
  #suiteState = 0.01;
  #medianDuration = 1;

  /** The features of a test in the next cycle; a test that is not known has the suite's. */
  features(name: string): Float32Array {
    const isKnown = this.#tests.has(name);
    const test = this.#tests.get(name) ?? newRecord();
    return Float32Array.from([
      this.rate(name),
      ...test.decays,
      test.failures === 0 ? -1 : Math.log1p(test.sinceFailure),
      Math.log1p(test.runs),
      Math.log1p(test.failures),
      test.flips / Math.max(1, test.runs),
      test.streak,
      isKnown ? Math.log1p(this.#cycle - test.lastCycle) : -1,
      Math.log(this.relativeDuration(name)),
      this.#failures / this.#runs,
      this.#suiteState,
      this.#firstFailures / this.#unfailedRuns,
    ]);
  }

  /** How often the test fails, drawn towards the suite's rate while few runs are known. */
  rate(name: string): number {
    const test = this.#tests.get(name);
    const suiteRate = this.#failures / this.#runs;
    return ((test?.failures ?? 0) + priorRuns * suiteRate) / ((test?.runs ?? 0) + priorRuns);
  }

  /**
   * The plain estimate: the test's record, which is its rate unless another way of reading it is asked for. A test that
   * never failed is not held to be safe for that alone: how often such tests fail for the first time counts as much as its
   * own record, and both count `unseenWeight` times, since the change may be the first to reach it.
   */
  plainEstimate(name: string, unseenWeight = 1, way: TestRecordWay = 'rate'): number {
    if (this.hasEverFailed(name)) return this.#record(name, way);
    return (unseenWeight * (this.rate(name) + this.#firstFailures / this.#unfailedRuns)) / 2;
  }

  #record(name: string, way: TestRecordWay): number {
    if (way === 'rate') return this.rate(name);
    if (way === 'recent') return this.recentFailures(name);
    return (this.rate(name) + this.recentFailures(name)) / 2;
  }

  /** Failures lately, forgotten with a half-life of two runs: a baseline of the literature. */
  recentFailures(name: string): number {
    return (this.#tests.get(name)?.decays[0] ?? 0) + (0.5 * this.#failures) / this.#runs;
  }

  hasEverFailed(name: string): boolean {
    return (this.#tests.get(name)?.failures ?? 0) > 0;
  }

  hasFailedLast(name: string): boolean {
    return this.#tests.get(name)?.hasFailedLast === true;
  }

  /** Mean duration beside the median test; 1 when unknown. */
  relativeDuration(name: string): number {
    const test = this.#tests.get(name);
    if (test === undefined || test.timedRuns === 0) return 1;
    return Math.max(leastRelativeDuration, test.durationSum / test.timedRuns / this.#medianDuration);
  }

  /** What running the test early is worth: its probability to fail for what it costs. */
  worth(name: string, probability: number): number {
    return probability / this.relativeDuration(name);
  }

  /** Makes a cycle part of the past. */
  addCycle(outcomes: readonly TestOutcome[]): void {
    this.#cycle += 1;
    const failed = outcomes.filter((outcome) => outcome.hasFailed).length;
    if (outcomes.length > 0) this.#suiteState += 0.2 * (failed / outcomes.length - this.#suiteState);
    for (const outcome of outcomes) this.#addOutcome(outcome);
    const means = [...this.#tests.values()]
      .filter((test) => test.durationSum > 0)
      .map((test) => test.durationSum / test.timedRuns);
    this.#medianDuration = Float64Array.from(means).toSorted()[means.length >> 1] ?? 1;
  }

  #addOutcome({ name, duration, hasFailed }: TestOutcome): void {
    const test = this.#tests.get(name) ?? newRecord();
    this.#tests.set(name, test);
    const failure = Number(hasFailed);
    if (test.failures === 0) {
      this.#unfailedRuns += 1;
      this.#firstFailures += failure;
    }
    this.#runs += 1;
    this.#failures += failure;
    if (test.runs > 0 && test.hasFailedLast !== hasFailed) test.flips += 1;
    halfLives.forEach((halfLife, index) => {
      const known = test.decays[index] ?? 0;
      test.decays[index] = known + (1 - 2 ** (-1 / halfLife)) * (failure - known);
    });
    test.runs += 1;
    test.failures += failure;
    test.sinceFailure = hasFailed ? 0 : test.sinceFailure + 1;
    test.streak = hasFailed ? test.streak + 1 : 0;
    test.hasFailedLast = hasFailed;
    test.lastCycle = this.#cycle;
    if (duration === null) return;
    test.durationSum += duration;
    test.timedRuns += 1;
  }
}

function newRecord(): TestRecord {
  return {
    runs: 0,
    failures: 0,
    decays: new Float64Array(halfLives.length),
    sinceFailure: 0,
    flips: 0,
    streak: 0,
    hasFailedLast: false,
    lastCycle: 0,
    durationSum: 0,
    timedRuns: 0,
  };
}
