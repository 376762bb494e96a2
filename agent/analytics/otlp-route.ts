// What `/v1/metrics` does: takes an OTLP request, declares metrics that are new, and records.
import { success, type Result } from '../protocol/failure.ts';
import type { MetricDefinition } from '../protocol/metrics.ts';
import type { WeightedValue } from '../store/metric-values.ts';
import type { OtlpReader } from './otlp-input.ts';

export interface OtlpRouteOptions {
  readonly reader: OtlpReader;
  readonly define: (definition: MetricDefinition) => Promise<Result<MetricDefinition>>;
  readonly record: (id: string, value: WeightedValue) => Promise<Result<void>>;
}

export interface OtlpAnswer {
  readonly type: string;
  readonly body: string | Uint8Array;
}

/** The answer says how many points were left out, and why: that is how OTLP does it. */
export async function takeOtlp(
  { reader, define, record }: OtlpRouteOptions,
  body: Uint8Array,
  isProtobuf: boolean,
): Promise<Result<OtlpAnswer>> {
  const reading = await reader.read(body, isProtobuf);
  if (!reading.ok) return reading;
  let { rejected } = reading.value;
  const problems = new Set(reading.value.problem === '' ? [] : [reading.value.problem]);
  for (const { definition, values } of reading.value.measurements) {
    const defined = await define(definition);
    const results = defined.ok
      ? await Promise.all(values.map((value) => record(definition.id, value)))
      : values.map(() => defined);
    const refused = results.flatMap((result) => (result.ok ? [] : [result.failure.message]));
    rejected += refused.length;
    refused.slice(0, 3).forEach((message) => problems.add(message));
  }
  const message = [...problems].slice(0, 5).join(' ');
  return success(
    isProtobuf
      ? { type: 'application/x-protobuf', body: protobufAnswer(rejected, message) }
      : { type: 'application/json', body: jsonAnswer(rejected, message) },
  );
}

function jsonAnswer(rejected: number, message: string): string {
  return JSON.stringify(
    rejected === 0 ? {} : { partialSuccess: { rejectedDataPoints: String(rejected), errorMessage: message } },
  );
}

/** ExportMetricsServiceResponse { partial_success = 1 { rejected_data_points = 1, error_message = 2 } }. */
function protobufAnswer(rejected: number, message: string): Uint8Array {
  if (rejected === 0) return new Uint8Array();
  const text = Buffer.from(message);
  const inner = Buffer.concat([Buffer.from([0x08]), varint(rejected), Buffer.from([0x12]), varint(text.length), text]);
  return Buffer.concat([Buffer.from([0x0a]), varint(inner.length), inner]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) + 128);
  bytes.push(left);
  return Buffer.from(bytes);
}
