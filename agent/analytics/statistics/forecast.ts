// What comes next: several simple methods, the one that would have been best in the past, and how wrong it was.
import { median, quantile, sorted } from './ranks.ts';
import { trendOf } from './trend.ts';

/** Continues values by `steps`. */
export type ForecastMethod = (values: readonly number[], steps: number) => number[];

export interface ForecastResult {
  readonly method: string;
  readonly isNaive: boolean;
  readonly points: readonly { readonly value: number; readonly low: number; readonly high: number }[];
  /** Mean absolute errors in the back-test; null when there was too little to test. */
  readonly error: number | null;
  readonly naiveError: number | null;
  readonly backTests: number;
}

export const naiveMethod = 'last value';
/** The share of outcomes that shall lie within the interval. */
export const coverage = 0.8;
const leastHistory = 10;
const mostBackTests = 40;
/** Another method has to have been better than the naive one by this share, so that chance does not choose it. */
const leastGain = 0.05;

/** Forecasts `steps` values. `period` is that of a season, or null. With little history it is the last value, without an interval. */
export function forecast(values: readonly number[], steps: number, period: number | null): ForecastResult {
  const methods = methodsFor(period);
  const tests = backTests(values, steps, methods);
  const naive = tests.get(naiveMethod);
  const ranked = [...tests].toSorted(([, a], [, b]) => a.error - b.error);
  const [best] = ranked;
  if (naive === undefined || best === undefined || naive.count === 0) return untested(values, steps);
  const [method, errors] = best[1].error < naive.error * (1 - leastGain) ? best : ([naiveMethod, naive] as const);
  const continued = methods.get(method)?.(values, steps) ?? [];
  return {
    method,
    isNaive: method === naiveMethod,
    points: continued.map((value, step) => ({ value, ...intervalAt(value, errors.residuals, step) })),
    error: errors.error,
    naiveError: naive.error,
    backTests: naive.count,
  };
}

function methodsFor(period: number | null): Map<string, ForecastMethod> {
  const methods = new Map<string, ForecastMethod>([
    [naiveMethod, (values, steps) => repeated(values.at(-1) ?? 0, steps)],
    ['median of the last 7', (values, steps) => repeated(median(values.slice(-7)), steps)],
    ['median of the last 30', (values, steps) => repeated(median(values.slice(-30)), steps)],
    ['exponential smoothing', (values, steps) => repeated(smoothed(values, 0.3), steps)],
    ['damped trend', dampedTrend],
  ]);
  if (period !== null) {
    methods.set('same time of the last period', (values, steps) => seasonal(values, steps, period));
    methods.set('median of the same times', (values, steps) => seasonalMedian(values, steps, period));
  }
  return methods;
}

function repeated(value: number, steps: number): number[] {
  return Array.from({ length: steps }, () => value);
}

function smoothed(values: readonly number[], weight: number): number {
  return values.reduce((level, value) => level + weight * (value - level), values[0] ?? 0);
}

/** Goes on with the slope of the last values, less with every step, where it is beyond chance. */
function dampedTrend(values: readonly number[], steps: number): number[] {
  const recent = values.slice(-60);
  const trend = trendOf(
    recent.map((value, at) => ({ at, value })),
    0.05,
  );
  const slope = trend.direction === 'rising' || trend.direction === 'falling' ? trend.slope : 0;
  const level = median(recent.slice(-7).map((value, index, last) => value + slope * (last.length - 1 - index)));
  return Array.from({ length: steps }, (_, step) => level + slope * dampedSteps(step + 1));
}

function dampedSteps(steps: number): number {
  const damping = 0.98;
  return (damping * (1 - damping ** steps)) / (1 - damping);
}

function seasonal(values: readonly number[], steps: number, period: number): number[] {
  return Array.from({ length: steps }, (_, step) => values[values.length - period + (step % period)] ?? 0);
}

function seasonalMedian(values: readonly number[], steps: number, period: number): number[] {
  return Array.from({ length: steps }, (_, step) => {
    const phase = (values.length + step) % period;
    return median(values.filter((_value, index) => index % period === phase).slice(-5));
  });
}

interface BackTest {
  readonly error: number;
  readonly count: number;
  /** Outcome minus forecast, by how many steps ahead it was. */
  readonly residuals: readonly (readonly number[])[];
}

/** Forecasts from earlier points of the series, beside what came. */
function backTests(
  values: readonly number[],
  steps: number,
  methods: ReadonlyMap<string, ForecastMethod>,
): Map<string, BackTest> {
  const first = Math.max(leastHistory, Math.ceil(values.length / 3));
  const last = values.length - 1;
  const stride = Math.max(1, Math.ceil((last - first + 1) / mostBackTests));
  const origins: number[] = [];
  for (let origin = last; origin >= first; origin -= stride) origins.push(origin);
  return new Map(
    [...methods].map(([name, method]) => {
      const residuals: number[][] = Array.from({ length: steps }, () => []);
      for (const origin of origins) {
        method(values.slice(0, origin), steps).forEach((value, step) => {
          const outcome = values[origin + step];
          if (outcome !== undefined) residuals[step]?.push(outcome - value);
        });
      }
      const all = residuals.flat();
      const error = all.reduce((sum, residual) => sum + Math.abs(residual), 0) / Math.max(1, all.length);
      return [name, { error, count: origins.length, residuals }];
    }),
  );
}

/** Between quantiles of how far forecasts of so many steps were off; of fewer steps where too few reached so far. */
function intervalAt(value: number, residuals: BackTest['residuals'], step: number): { low: number; high: number } {
  let at = step;
  while (at > 0 && (residuals[at]?.length ?? 0) < leastHistory) at -= 1;
  const known = sorted(residuals[at] ?? []);
  if (known.length === 0) return { low: value, high: value };
  const widening = Math.sqrt((step + 1) / (at + 1));
  // As conformal prediction does it: one more value than there were may lie outside.
  const size =
    quantile(sorted(known.map(Math.abs)), Math.min(1, (coverage * (known.length + 1)) / known.length)) * widening;
  return { low: value - size, high: value + size };
}

function untested(values: readonly number[], steps: number): ForecastResult {
  const last = values.at(-1);
  const points = last === undefined ? [] : repeated(last, steps).map((value) => ({ value, low: value, high: value }));
  return { method: naiveMethod, isNaive: true, points, error: null, naiveError: null, backTests: 0 };
}
