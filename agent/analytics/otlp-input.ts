// Metrics that other programs send by OTLP over HTTP, as JSON or protobuf.
import { createHash } from 'node:crypto';
import type { MetricDefinition, MetricTags, MetricType } from '../protocol/metrics.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import type { WeightedValue } from '../store/metric-values.ts';
import { isMeasurable } from './metric-recorder.ts';
import {
  createOtlpDecoder,
  OtlpRequest,
  type OtlpAttributes,
  type OtlpExponentialPoint,
  type OtlpHistogramPoint,
  type OtlpMetric,
  type OtlpPoint,
} from './otlp-schema.ts';

/** What arrived: a metric, and values of it. */
export interface OtlpMeasurement {
  readonly definition: MetricDefinition;
  readonly values: readonly WeightedValue[];
}

export interface OtlpReading {
  readonly measurements: readonly OtlpMeasurement[];
  /** Why points were left out, and how many. */
  readonly rejected: number;
  readonly problem: string;
}

/** Attributes of a resource that tell its series apart; the others say where it ran. */
const keptResourceAttributes = ['service.name', 'service.namespace', 'service.instance.id', 'host.name'];
const mostTags = 16;
const mostCumulative = 10_000;
/** Of a point: `no recorded value`. */
const noValueFlag = 1;

/** Reads requests. Remembers the last total of cumulative sums, so that they become increments. */
export class OtlpReader {
  readonly #totals = new Map<string, { readonly start: number; readonly values: readonly number[] }>();
  #decode: ((bytes: Uint8Array) => unknown) | null = null;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  async read(body: Uint8Array, isProtobuf: boolean): Promise<Result<OtlpReading>> {
    const parsed = await this.#parse(body, isProtobuf);
    if (!parsed.ok) return parsed;
    const request = OtlpRequest.safeParse(parsed.value);
    if (!request.success) {
      const [issue] = request.error.issues;
      return failure(
        'invalid_input',
        `The body at ${issue?.path.join('.') ?? 'its root'}: ${issue?.message ?? 'not an OTLP request'}.`,
        { place: 'body' },
      );
    }
    return success(this.#measure(request.data));
  }

  async #parse(body: Uint8Array, isProtobuf: boolean): Promise<Result<unknown>> {
    try {
      if (!isProtobuf) return success(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)));
      this.#decode ??= await createOtlpDecoder();
      return success(this.#decode(body));
    } catch {
      return failure(
        'invalid_input',
        `The body: expected an OTLP request in ${isProtobuf ? 'protobuf' : 'JSON'}, found something else.`,
        { place: 'body' },
      );
    }
  }

  #measure(request: OtlpRequest): OtlpReading {
    const measurements: OtlpMeasurement[] = [];
    let rejected = 0;
    for (const { resource, scopeMetrics } of request.resourceMetrics) {
      const common = resource.attributes.filter(({ key }) => keptResourceAttributes.includes(key));
      for (const metric of scopeMetrics.flatMap(({ metrics }) => metrics)) {
        const { values, refused } = this.#valuesOf(metric, common);
        rejected += refused;
        if (values.length > 0) measurements.push({ definition: definitionOf(metric), values });
      }
    }
    return {
      measurements,
      rejected,
      problem: rejected === 0 ? '' : `${rejected} points have no finite value, or one beyond ±1e100`,
    };
  }

  #valuesOf(metric: OtlpMetric, common: OtlpAttributes): { values: WeightedValue[]; refused: number } {
    const at = (nanoseconds: number) => (nanoseconds > 0 ? nanoseconds / 1e6 : this.#now());
    const all = pointsOf(metric).filter(({ point }) => (point.flags & noValueFlag) === 0);
    const values = all.flatMap(({ point, parts, isCumulative }) => {
      // A total that is none must not become what the next one is compared with.
      if (parts.some(({ total }) => !isMeasurable(total)))
        return [{ at: at(point.timeUnixNano), value: Number.NaN, tags: {} }];
      const tags = tagsOf([...common, ...point.attributes]);
      const key = `${metric.name}\n${JSON.stringify(tags)}`;
      const increments = isCumulative
        ? this.#increments(
            key,
            point.startTimeUnixNano,
            parts.map(({ total }) => total),
          )
        : parts.map(({ total }) => total);
      return parts.flatMap(({ value }, index): WeightedValue[] => {
        const increment = increments[index] ?? 0;
        // A counter's value is its increment; of a histogram so many values have come.
        if (value === null) return [{ at: at(point.timeUnixNano), value: increment, tags }];
        return increment > 0 ? [{ at: at(point.timeUnixNano), value, tags, count: Math.round(increment) }] : [];
      });
    });
    const finite = values.filter(({ value }) => isMeasurable(value));
    return { values: finite, refused: values.length - finite.length };
  }

  /** What came on top of the last totals. The first ones count whole; so do those after a restart of the sender. */
  #increments(key: string, start: number, totals: readonly number[]): number[] {
    const known = this.#totals.get(key);
    this.#totals.delete(key);
    this.#totals.set(key, { start, values: totals });
    const oldest = this.#totals.keys().next().value;
    if (this.#totals.size > mostCumulative && oldest !== undefined) this.#totals.delete(oldest);
    const isSame =
      known !== undefined &&
      known.start === start &&
      totals.every((total, index) => total >= (known.values[index] ?? 0));
    return isSame ? totals.map((total, index) => total - (known.values[index] ?? 0)) : [...totals];
  }
}

interface Part {
  /** Null: the total itself is what was measured. */
  readonly value: number | null;
  readonly total: number;
}

interface Point {
  readonly point: {
    readonly attributes: OtlpAttributes;
    readonly startTimeUnixNano: number;
    readonly timeUnixNano: number;
    readonly flags: number;
  };
  readonly parts: readonly Part[];
  readonly isCumulative: boolean;
}

function pointsOf({ gauge, sum, histogram, exponentialHistogram, summary }: OtlpMetric): Point[] {
  const isCumulative = (temporality: number | string) =>
    temporality === 2 || temporality === 'AGGREGATION_TEMPORALITY_CUMULATIVE';
  const sumIsCounter = sum?.isMonotonic === true;
  return [
    ...(gauge?.dataPoints ?? []).map((point) => ({
      point,
      parts: [{ value: null, total: numberOf(point) }],
      isCumulative: false,
    })),
    ...(sum?.dataPoints ?? []).map((point) => ({
      point,
      parts: [{ value: null, total: numberOf(point) }],
      isCumulative: sumIsCounter && isCumulative(sum?.aggregationTemporality ?? 0),
    })),
    ...(histogram?.dataPoints ?? []).map((point) => ({
      point,
      parts: histogramParts(point),
      isCumulative: isCumulative(histogram?.aggregationTemporality ?? 0),
    })),
    ...(exponentialHistogram?.dataPoints ?? []).map((point) => ({
      point,
      parts: exponentialParts(point),
      isCumulative: isCumulative(exponentialHistogram?.aggregationTemporality ?? 0),
    })),
    ...(summary?.dataPoints ?? []).map((point) => ({
      point,
      parts: [{ value: point.count > 0 ? (point.sum ?? 0) / point.count : 0, total: point.count }],
      isCumulative: true,
    })),
  ];
}

function numberOf(point: OtlpPoint): number {
  return point.asDouble ?? point.asInt ?? Number.NaN;
}

/** The values of a bucket are taken to lie in its middle. */
function histogramParts({ bucketCounts, explicitBounds, count, sum, min, max }: OtlpHistogramPoint): Part[] {
  if (bucketCounts.length === 0) return [{ value: count > 0 ? (sum ?? 0) / count : 0, total: count }];
  return bucketCounts.map((total, index) => {
    const [lower, upper] = [explicitBounds[index - 1], explicitBounds[index]];
    if (lower === undefined) return { value: middle(min ?? Math.min(0, upper ?? 0), upper ?? 0), total };
    return { value: upper === undefined ? middle(lower, Math.max(max ?? lower, lower)) : middle(lower, upper), total };
  });
}

function middle(lower: number, upper: number): number {
  return lower > 0 && upper > 0 ? Math.sqrt(lower * upper) : (lower + upper) / 2;
}

function exponentialParts({ scale, zeroCount, positive, negative }: OtlpExponentialPoint): Part[] {
  const base = 2 ** (2 ** -scale);
  const parts = (sign: 1 | -1, buckets: typeof positive) =>
    (buckets?.bucketCounts ?? []).map((total, index) => ({
      value: sign * base ** ((buckets?.offset ?? 0) + index + 0.5),
      total,
    }));
  return [{ value: 0, total: zeroCount }, ...parts(1, positive), ...parts(-1, negative)];
}

function definitionOf(metric: OtlpMetric): MetricDefinition {
  const { name, description, unit } = metric;
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9_.]+/g, '_')
    .replace(/^[^a-z]+/, '');
  const unitText = unit.replaceAll(/[^\x21-\x7e]+/g, '_').slice(0, 32);
  // A name that had to be changed keeps apart from others that become the same.
  const id =
    plain === name
      ? plain.slice(0, 128)
      : `${plain.slice(0, 110)}_${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
  return {
    id: /^[a-z]/.test(id) ? id : `m${id}`,
    name: name.slice(0, 200),
    description: description.slice(0, 2000),
    type: typeOf(metric),
    unit: unitText === '' ? '1' : unitText,
  };
}

function typeOf({ sum, histogram, exponentialHistogram, summary }: OtlpMetric): MetricType {
  if (histogram !== undefined || exponentialHistogram !== undefined) return 'histogram';
  if (summary !== undefined) return 'summary';
  return sum?.isMonotonic === true ? 'counter' : 'gauge';
}

function tagsOf(attributes: OtlpAttributes): MetricTags {
  const tags = attributes.map(({ key, value }) => {
    const text = value.stringValue ?? value.boolValue ?? value.intValue ?? value.doubleValue ?? '';
    const name = key.replaceAll(/[^A-Za-z0-9_.-]+/g, '_').slice(0, 64);
    return [/^[A-Za-z_]/.test(name) ? name : `_${name.slice(0, 63)}`, String(text).slice(0, 256)] as const;
  });
  return Object.fromEntries(tags.slice(0, mostTags));
}
