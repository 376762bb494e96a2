// What an estimated probability is worth, by what came of earlier estimates: isotonic regression, smoothed.

/** How probable a failure really is that was estimated so. */
export interface Calibration {
  calibrated(probability: number): number;
  /** On how many results it stands, and how many of them were failures. */
  readonly results: number;
  readonly failures: number;
}

export interface Outcome {
  /** As it was estimated before the run. */
  readonly probability: number;
  readonly hasFailed: boolean;
}

/** Fewer results or failures than these say nothing. */
export const leastResults = 50;
export const leastFailures = 5;
/** The share of all results weighs as much as so many in each step, so that a step without failures is not certain. */
const priorResults = 2;

/** A calibration as a value: straight lines between these points. */
export interface CalibrationSteps {
  readonly results: number;
  readonly failures: number;
  readonly points: readonly Point[];
}

/** What the steps make of outcomes; null with too few results. */
export function calibrationOf(outcomes: readonly Outcome[]): Calibration | null {
  const steps = calibrationSteps(outcomes);
  return steps === null ? null : calibrationBy(steps);
}

/** The same with a function in place of the points. */
export function calibrationBy(steps: CalibrationSteps): Calibration {
  const { results, failures } = steps;
  return { results, failures, calibrated: (probability) => calibrated(steps, probability) };
}

/** How probable a failure really is that was estimated so. */
export function calibrated({ points }: CalibrationSteps, probability: number): number {
  return between(points, probability);
}

/**
 * Steps that never fall (pool adjacent violators, Zadrozny and Elkan 2002), each drawn towards the share of all, straight
 * lines between their middles. Null with too few results. What is no probability is left out.
 */
export function calibrationSteps(outcomes: readonly Outcome[]): CalibrationSteps | null {
  const sound = outcomes.filter(({ probability }) => probability >= 0 && probability <= 1);
  const failures = sound.filter(({ hasFailed }) => hasFailed).length;
  if (sound.length < leastResults || failures < leastFailures) return null;
  const share = failures / sound.length;
  let least = 0;
  const points = stepsOf(sound).map(({ middle, failed, count }) => {
    least = Math.max(least, (failed + priorResults * share) / (count + priorResults));
    return { at: middle, value: least };
  });
  return { results: sound.length, failures, points };
}

interface PooledStep {
  middle: number;
  failed: number;
  count: number;
}

function stepsOf(outcomes: readonly Outcome[]): PooledStep[] {
  const steps: PooledStep[] = [];
  const sorted = outcomes.toSorted((one, other) => one.probability - other.probability);
  // Results of one estimate belong together, whichever came first.
  for (const [probability, same] of Map.groupBy(sorted, (each) => each.probability)) {
    steps.push({ middle: probability, failed: same.filter(({ hasFailed }) => hasFailed).length, count: same.length });
    for (
      let last = steps.at(-1), before = steps.at(-2);
      last !== undefined && before !== undefined && rate(before) >= rate(last);
      last = steps.at(-1), before = steps.at(-2)
    ) {
      steps.splice(-2, 2, joined(before, last));
    }
  }
  return steps;
}

function joined(one: PooledStep, other: PooledStep): PooledStep {
  const count = one.count + other.count;
  return {
    count,
    failed: one.failed + other.failed,
    middle: (one.middle * one.count + other.middle * other.count) / count,
  };
}

function rate({ failed, count }: PooledStep): number {
  return failed / count;
}

export interface Point {
  readonly at: number;
  readonly value: number;
}

function between(points: readonly Point[], at: number): number {
  const next = points.findIndex((point) => point.at >= at);
  const after = points[next];
  if (after === undefined) return points.at(-1)?.value ?? 0;
  const before = points[next - 1];
  if (before === undefined || after.at === before.at) return after.value;
  return before.value + ((after.value - before.value) * (at - before.at)) / (after.at - before.at);
}
