// The messages of OpenTelemetry's protocol (OTLP 1.x) that are read: metrics. Fields that are not named are skipped.
import { z } from 'zod';

const field = (id: number, type: string) => ({ id, type });
const list = (id: number, type: string) => ({ id, type, rule: 'repeated' });

const descriptor = {
  nested: {
    Request: { fields: { resourceMetrics: list(1, 'ResourceMetrics') } },
    ResourceMetrics: { fields: { resource: field(1, 'Resource'), scopeMetrics: list(2, 'ScopeMetrics') } },
    Resource: { fields: { attributes: list(1, 'KeyValue') } },
    ScopeMetrics: { fields: { metrics: list(2, 'Metric') } },
    Metric: {
      fields: {
        name: field(1, 'string'),
        description: field(2, 'string'),
        unit: field(3, 'string'),
        gauge: field(5, 'Gauge'),
        sum: field(7, 'Sum'),
        histogram: field(9, 'Histogram'),
        exponentialHistogram: field(10, 'ExponentialHistogram'),
        summary: field(11, 'Summary'),
      },
    },
    Gauge: { fields: { dataPoints: list(1, 'NumberPoint') } },
    Sum: {
      fields: {
        dataPoints: list(1, 'NumberPoint'),
        aggregationTemporality: field(2, 'int32'),
        isMonotonic: field(3, 'bool'),
      },
    },
    Histogram: { fields: { dataPoints: list(1, 'HistogramPoint'), aggregationTemporality: field(2, 'int32') } },
    ExponentialHistogram: {
      fields: { dataPoints: list(1, 'ExponentialPoint'), aggregationTemporality: field(2, 'int32') },
    },
    Summary: { fields: { dataPoints: list(1, 'SummaryPoint') } },
    NumberPoint: {
      fields: {
        startTimeUnixNano: field(2, 'fixed64'),
        timeUnixNano: field(3, 'fixed64'),
        asDouble: field(4, 'double'),
        asInt: field(6, 'sfixed64'),
        attributes: list(7, 'KeyValue'),
        flags: field(8, 'uint32'),
      },
    },
    HistogramPoint: {
      fields: {
        startTimeUnixNano: field(2, 'fixed64'),
        timeUnixNano: field(3, 'fixed64'),
        count: field(4, 'fixed64'),
        sum: field(5, 'double'),
        bucketCounts: list(6, 'fixed64'),
        explicitBounds: list(7, 'double'),
        attributes: list(9, 'KeyValue'),
        flags: field(10, 'uint32'),
        min: field(11, 'double'),
        max: field(12, 'double'),
      },
    },
    Buckets: { fields: { offset: field(1, 'sint32'), bucketCounts: list(2, 'uint64') } },
    ExponentialPoint: {
      fields: {
        attributes: list(1, 'KeyValue'),
        startTimeUnixNano: field(2, 'fixed64'),
        timeUnixNano: field(3, 'fixed64'),
        count: field(4, 'fixed64'),
        sum: field(5, 'double'),
        scale: field(6, 'sint32'),
        zeroCount: field(7, 'fixed64'),
        positive: field(8, 'Buckets'),
        negative: field(9, 'Buckets'),
        flags: field(10, 'uint32'),
      },
    },
    QuantileValue: { fields: { quantile: field(1, 'double'), value: field(2, 'double') } },
    SummaryPoint: {
      fields: {
        startTimeUnixNano: field(2, 'fixed64'),
        timeUnixNano: field(3, 'fixed64'),
        count: field(4, 'fixed64'),
        sum: field(5, 'double'),
        quantileValues: list(6, 'QuantileValue'),
        attributes: list(7, 'KeyValue'),
        flags: field(8, 'uint32'),
      },
    },
    KeyValue: { fields: { key: field(1, 'string'), value: field(2, 'AnyValue') } },
    AnyValue: {
      fields: {
        stringValue: field(1, 'string'),
        boolValue: field(2, 'bool'),
        intValue: field(3, 'int64'),
        doubleValue: field(4, 'double'),
      },
    },
  },
};

/** 64-bit integers are strings in OTLP's JSON; numbers are taken too. */
const integer = z.union([z.string().regex(/^-?\d{1,20}$/), z.number()]).transform(Number);
const double = z
  .union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity']), z.string().regex(/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i)])
  .transform(Number);
const temporality = z
  .union([
    z.int(),
    z.enum([
      'AGGREGATION_TEMPORALITY_UNSPECIFIED',
      'AGGREGATION_TEMPORALITY_DELTA',
      'AGGREGATION_TEMPORALITY_CUMULATIVE',
    ]),
  ])
  .default(0);

const KeyValue = z.object({
  key: z.string(),
  value: z
    .object({
      stringValue: z.string().optional(),
      boolValue: z.boolean().optional(),
      intValue: integer.optional(),
      doubleValue: double.optional(),
    })
    .default({}),
});
const point = {
  attributes: z.array(KeyValue).default([]),
  startTimeUnixNano: integer.default(0),
  timeUnixNano: integer.default(0),
  flags: z.int().default(0),
};
const totals = { count: integer.default(0), sum: double.optional() };
const Buckets = z.object({ offset: z.int().default(0), bucketCounts: z.array(integer).default([]) });

const NumberPoint = z.object({ ...point, asDouble: double.optional(), asInt: integer.optional() });
const HistogramPoint = z.object({
  ...point,
  ...totals,
  bucketCounts: z.array(integer).default([]),
  explicitBounds: z.array(double).default([]),
  min: double.optional(),
  max: double.optional(),
});
const ExponentialPoint = z.object({
  ...point,
  ...totals,
  scale: z.int().min(-20).max(30).default(0),
  zeroCount: integer.default(0),
  positive: Buckets.optional(),
  negative: Buckets.optional(),
});
const SummaryPoint = z.object({ ...point, ...totals });
export type OtlpPoint = z.infer<typeof NumberPoint>;
export type OtlpHistogramPoint = z.infer<typeof HistogramPoint>;
export type OtlpExponentialPoint = z.infer<typeof ExponentialPoint>;
export type OtlpAttributes = readonly z.infer<typeof KeyValue>[];

const Metric = z.object({
  name: z.string().min(1),
  description: z.string().default(''),
  unit: z.string().default(''),
  gauge: z.object({ dataPoints: z.array(NumberPoint).default([]) }).optional(),
  sum: z
    .object({
      dataPoints: z.array(NumberPoint).default([]),
      aggregationTemporality: temporality,
      isMonotonic: z.boolean().default(false),
    })
    .optional(),
  histogram: z
    .object({ dataPoints: z.array(HistogramPoint).default([]), aggregationTemporality: temporality })
    .optional(),
  exponentialHistogram: z
    .object({ dataPoints: z.array(ExponentialPoint).default([]), aggregationTemporality: temporality })
    .optional(),
  summary: z.object({ dataPoints: z.array(SummaryPoint).default([]) }).optional(),
});
export type OtlpMetric = z.infer<typeof Metric>;

/** The body of a request to `/v1/metrics`. */
export const OtlpRequest = z.object({
  resourceMetrics: z
    .array(
      z.object({
        resource: z.object({ attributes: z.array(KeyValue).default([]) }).default({ attributes: [] }),
        scopeMetrics: z.array(z.object({ metrics: z.array(Metric).default([]) })).default([]),
      }),
    )
    .default([]),
});
export type OtlpRequest = z.infer<typeof OtlpRequest>;

/** Reads protobuf bytes into the shape that the JSON has; throws where they are none. Its library is loaded when it is asked for. */
export async function createOtlpDecoder(): Promise<(bytes: Uint8Array) => unknown> {
  const { default: protobuf } = await import('protobufjs/light.js');
  const type = protobuf.Root.fromJSON(descriptor).lookupType('Request');
  return (bytes) => type.toObject(type.decode(bytes), { longs: String, json: true });
}
