// How right percentiles, changes of level, trends and anomalies are, beside simple rules, on generated series.
import { anomaliesIn } from '../../agent/analytics/statistics/anomalies.ts';
import { levelChanges } from '../../agent/analytics/statistics/change-points.ts';
import { trendOf } from '../../agent/analytics/statistics/trend.ts';
import { QuantileSketch, relativeError } from '../../agent/store/quantile-sketch.ts';
import { autoregressive, Chance, steadySeries, withSteps } from '../rig/generated-series.ts';

type Report = (line: string) => void;

export function run(report: Report): void {
  measurePercentiles(report);
  measureChangePoints(report);
  measureSlopes(report);
  measureTrends(report);
  measureAnomalies(report);
}

function measurePercentiles(report: Report): void {
  report('');
  report(
    `percentiles of 1,000,000 values: largest relative error of 1 % to 99.9 % (stated: ${relativeError * 100} %), beside a sample of 1,000`,
  );
  const chance = new Chance(2);
  const kinds: [string, () => number][] = [
    ['uniform', () => chance.uniform() * 1000],
    ['log-normal, long tail', () => Math.exp(2 * chance.normal())],
    ['two peaks', () => (chance.uniform() < 0.5 ? 10 + chance.normal() : 5000 + 100 * chance.normal())],
  ];
  for (const [name, next] of kinds) {
    const values = Array.from({ length: 1_000_000 }, next);
    const sketch = new QuantileSketch();
    values.forEach((value) => sketch.add(value));
    const sample = values.filter(() => chance.uniform() < 0.001).toSorted((a, b) => a - b);
    const sorted = Float64Array.from(values).sort();
    const shares = [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999];
    const worst = (estimate: (share: number) => number) =>
      Math.max(
        ...shares.map((share) => Math.abs(estimate(share) / (sorted[Math.ceil(share * sorted.length) - 1] ?? 1) - 1)),
      );
    report(
      `  ${name.padEnd(24)} ${percent(worst((share) => sketch.quantile(share) ?? 0))}   sample ${percent(worst((share) => sample[Math.min(sample.length - 1, Math.ceil(share * sample.length) - 1)] ?? 0))}   ${sketch.encode().byteLength} bytes`,
    );
  }
}

interface Noise {
  readonly name: string;
  readonly steady: (chance: Chance, length: number) => number[];
}

const likeTheOneBefore = (phi: number): Noise => ({
  name: phi === 0 ? 'white' : `AR(1), phi ${phi}`,
  steady: (chance, length) => autoregressive(chance, { length, phi }),
});
const noises: readonly Noise[] = [
  likeTheOneBefore(0),
  { name: 'long tail', steady: (chance, length) => steadySeries(chance, length, 'long tail') },
  likeTheOneBefore(0.3),
  likeTheOneBefore(0.6),
];
const seriesOfEach = 200;
/** A rate of one in a hundred needs more of them. */
const steadyTrendSeries = 2000;
/** A change counts as found when it is told within so many values. */
const tolerance = 8;

/** The simple rule: the mean of ten values against that of the ten before, when they differ by more than a fifth. */
function naiveChanges(values: readonly number[]): number[] {
  const mean = (from: number, to: number) =>
    values.slice(from, to).reduce((sum, value) => sum + value, 0) / (to - from);
  const found: number[] = [];
  for (let index = 10; index + 10 <= values.length; index += 1) {
    const ratio = mean(index, index + 10) / mean(index - 10, index);
    const last = found.at(-1);
    if ((ratio > 1.2 || ratio < 1 / 1.2) && (last === undefined || index - last > 10)) found.push(index);
  }
  return found;
}

function measureChangePoints(report: Report): void {
  report('');
  report(
    `changes of level: ${seriesOfEach} series of 200 values each with one or two changes by 20 % to 60 %, and ${seriesOfEach} without any; found within ${tolerance} values`,
  );
  report(
    `  ${'noise'.padEnd(16)} ${'rule'.padEnd(18)} ${'precision'.padStart(10)} ${'recall'.padStart(8)} ${'steady series with a false one (stated: 5 %)'.padStart(46)}`,
  );
  for (const noise of noises) {
    const rules: [string, (values: readonly number[]) => number[]][] = [
      ['ED-PELT, confirmed', (values) => levelChanges(values).map(({ index }) => index)],
      ['means of ten', naiveChanges],
    ];
    for (const [name, rule] of rules) {
      const { precision, recall, falseAlarms } = scoreChanges(noise, rule);
      report(
        `  ${noise.name.padEnd(16)} ${name.padEnd(18)} ${percent(precision).padStart(10)} ${percent(recall).padStart(8)} ${percent(falseAlarms).padStart(46)}`,
      );
    }
  }
}

/** Series of 200 values that go up evenly have no change of level. */
function measureSlopes(report: Report): void {
  const shareOf = (rise: number, rule: (values: readonly number[]) => number[]) => {
    const chance = new Chance(13);
    const told = Array.from({ length: seriesOfEach }, () =>
      rule(autoregressive(chance, { length: 200, phi: 0 }).map((value, index) => value + (rise * index) / 200)),
    );
    return told.filter((found) => found.length > 0).length / seriesOfEach;
  };
  for (const rise of [20, 50, 100]) {
    const found = percent(shareOf(rise, (values) => levelChanges(values).map(({ index }) => index)));
    report(
      `  ${rise} % up evenly: a change is told in ${found} of the series, by means of ten in ${percent(shareOf(rise, naiveChanges))}`,
    );
  }
}

function scoreChanges(noise: Noise, rule: (values: readonly number[]) => number[]) {
  const chance = new Chance(11);
  let [told, right, there, falseAlarms] = [0, 0, 0, 0];
  for (let index = 0; index < seriesOfEach; index += 1) {
    const steps = [40 + chance.below(40), 120 + chance.below(40)].slice(0, 1 + chance.below(2)).map((at) => ({
      index: at,
      factor: chance.uniform() < 0.5 ? 1.2 + 0.4 * chance.uniform() : 1 / (1.2 + 0.4 * chance.uniform()),
    }));
    const found = rule(withSteps(noise.steady(chance, 200), steps));
    told += found.length;
    there += steps.length;
    right += steps.filter((step) => found.some((at) => Math.abs(at - step.index) <= tolerance)).length;
    falseAlarms += rule(noise.steady(chance, 200)).length > 0 ? 1 : 0;
  }
  return { precision: right / Math.max(1, told), recall: right / there, falseAlarms: falseAlarms / seriesOfEach };
}

/** The simple rule: the last quarter's mean is more than a tenth above or below the first quarter's. */
function naiveTrend(values: readonly number[]): boolean {
  const quarter = Math.floor(values.length / 4);
  const mean = (part: readonly number[]) => part.reduce((sum, value) => sum + value, 0) / part.length;
  const ratio = mean(values.slice(-quarter)) / mean(values.slice(0, quarter));
  return ratio > 1.1 || ratio < 1 / 1.1;
}

function measureTrends(report: Report): void {
  report('');
  report(`trends: ${seriesOfEach} series of 60 values that rise by 15 % in all, and ${steadyTrendSeries} steady ones`);
  report(
    `  ${'noise'.padEnd(16)} ${'rule'.padEnd(28)} ${'precision'.padStart(10)} ${'recall'.padStart(8)} ${'false alarms (stated: 1 %)'.padStart(28)}`,
  );
  const rules: [string, (values: readonly number[]) => boolean][] = [
    ['Mann–Kendall, p < 0.01', (values) => trendOf(values.map((value, at) => ({ at, value }))).direction !== 'steady'],
    ['first against last quarter', naiveTrend],
  ];
  for (const noise of noises) {
    for (const [name, rule] of rules) {
      const chance = new Chance(12);
      let [found, falseAlarms] = [0, 0];
      for (let index = 0; index < seriesOfEach; index += 1)
        found += rule(noise.steady(chance, 60).map((value, at) => value * (1 + (0.15 * at) / 60))) ? 1 : 0;
      for (let index = 0; index < steadyTrendSeries; index += 1) falseAlarms += rule(noise.steady(chance, 60)) ? 1 : 0;
      report(
        `  ${noise.name.padEnd(16)} ${name.padEnd(28)} ${percent(precisionOf(found, falseAlarms)).padStart(10)} ${percent(found / seriesOfEach).padStart(8)} ${percent(falseAlarms / steadyTrendSeries).padStart(28)}`,
      );
    }
  }
}

/** Of as many steady series as rising ones. */
function precisionOf(found: number, falseAlarms: number): number {
  return found / Math.max(1, found + (falseAlarms * seriesOfEach) / steadyTrendSeries);
}

/** The simple rule: three standard deviations from the mean of the last hundred. */
function naiveAnomalies(values: readonly number[]): number[] {
  return values.flatMap((value, index) => {
    if (index < 120) return [];
    const before = values.slice(index - 100, index);
    const mean = before.reduce((sum, each) => sum + each, 0) / 100;
    const spread = Math.sqrt(before.reduce((sum, each) => sum + (each - mean) ** 2, 0) / 100);
    return Math.abs(value - mean) > 3 * spread ? [index] : [];
  });
}

function measureAnomalies(report: Report): void {
  report('');
  report('anomalies: 100 series of 600 values, in each five that are 2.5 to 4 times as large; and 100 without');
  report(
    `  ${'noise'.padEnd(16)} ${'rule'.padEnd(26)} ${'precision'.padStart(10)} ${'recall'.padStart(8)} ${'false alarms (stated: 1 %)'.padStart(28)}`,
  );
  const rules: [string, (values: readonly number[]) => number[]][] = [
    ['conformal, 1 %', (values) => anomaliesIn(values, 0.01).map(({ index }) => index)],
    ['three standard deviations', naiveAnomalies],
  ];
  for (const noise of noises) {
    for (const [name, rule] of rules) {
      const { precision, recall, falseAlarms } = scoreAnomalies(noise, rule);
      report(
        `  ${noise.name.padEnd(16)} ${name.padEnd(26)} ${percent(precision).padStart(10)} ${percent(recall).padStart(8)} ${percent(falseAlarms).padStart(28)}`,
      );
    }
  }
}

function scoreAnomalies(noise: Noise, rule: (values: readonly number[]) => number[]) {
  const chance = new Chance(13);
  let [told, right, called, looked] = [0, 0, 0, 0];
  for (let index = 0; index < 100; index += 1) {
    const values = noise.steady(chance, 600);
    const places = new Set(Array.from({ length: 5 }, (_, part) => 150 + part * 90 + chance.below(60)));
    const found = rule(values.map((value, at) => (places.has(at) ? value * (2.5 + 1.5 * chance.uniform()) : value)));
    told += found.length;
    right += found.filter((at) => places.has(at)).length;
    called += rule(noise.steady(chance, 600)).length;
    looked += 600 - 120;
  }
  return { precision: right / Math.max(1, told), recall: right / 500, falseAlarms: called / looked };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 2 : 1)} %`;
}

if (import.meta.main) run((line) => void process.stdout.write(`${line}\n`));
