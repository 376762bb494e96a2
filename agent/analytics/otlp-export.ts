// Runs as OpenTelemetry sees CI/CD: a trace with a span a step, and metrics, sent by OTLP. Off unless noodle.yaml names a collector.
// Names: OpenTelemetry semantic conventions for CI/CD (cicd.pipeline.*, cicd.pipeline.task.*) and version control (vcs.*).
import { createHash } from 'node:crypto';
import type { Log } from '../platform/log.ts';
import type { Execution, ExecutionState, Step } from '../protocol/execution.ts';
import type { TelemetryDefinition } from '../protocol/notifications.ts';
import { post, type Resolve } from './channels/outbound.ts';

export interface OtlpExportOptions {
  readonly definition: () => TelemetryDefinition | null;
  readonly allowed: () => readonly string[];
  readonly secret: (name: string) => string | undefined;
  readonly repository: string;
  readonly version: string;
  readonly log: Log;
  readonly resolve?: Resolve;
}

const timeoutMs = 10_000;
/** Runs that wait to be sent; further ones are left out, as telemetry must not hold up what it tells of. */
const mostWaiting = 50;
const attempts = 3;

/** Sends each ended run. What a collector does not take after three attempts is left out, with a line in the log. */
export class OtlpExport {
  readonly #options: OtlpExportOptions;
  readonly #disposal = new AbortController();
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(options: OtlpExportOptions) {
    this.#options = options;
  }

  runEnded(execution: Execution, branch: string | null): void {
    const definition = this.#options.definition();
    if (definition === null || this.#waiting >= mostWaiting) return;
    this.#waiting += 1;
    this.#last = this.#last.then(async () => {
      await this.#send(definition, 'traces', tracesOf(execution, { ...this.#options, branch }));
      await this.#send(definition, 'metrics', metricsOf(execution, this.#options));
      this.#waiting -= 1;
    });
  }

  dispose(): void {
    this.#disposal.abort();
  }

  async #send(definition: TelemetryDefinition, signal: 'traces' | 'metrics', body: unknown): Promise<void> {
    const { allowed, log, resolve } = this.#options;
    const url = `${definition.endpoint.replace(/\/+$/, '')}/v1/${signal}`;
    const request = {
      url,
      headers: { 'Content-Type': 'application/json', ...this.#headers(definition) },
      body: JSON.stringify(body),
      allowed: allowed(),
      timeoutMs,
      signal: this.#disposal.signal,
    };
    for (let attempt = 1; attempt <= attempts && !this.#disposal.signal.aborted; attempt += 1) {
      const delivered = await post({ ...request, ...(resolve === undefined ? {} : { resolve }) });
      if (delivered.ok) return;
      if (delivered.isFinal || attempt === attempts)
        return log.warn('telemetry could not be sent', { signal, problem: delivered.problem });
    }
  }

  /** `name=value,name=value`, as the environment variables of OpenTelemetry have it. */
  #headers({ headersVariable }: TelemetryDefinition): Record<string, string> {
    const text = headersVariable === undefined ? '' : (this.#options.secret(headersVariable) ?? '');
    const pairs = text.split(',').map((part) => part.split(/=(.*)/s, 2).map((each) => each.trim()));
    return Object.fromEntries(
      pairs.flatMap(([name = '', value = '']) => (/^[\w-]+$/.test(name) ? [[name, decodeURIComponent(value)]] : [])),
    );
  }
}

interface Surroundings {
  readonly repository: string;
  readonly version: string;
  readonly branch?: string | null;
}

const results: Readonly<Partial<Record<ExecutionState, string>>> = {
  succeeded: 'success',
  failed: 'failure',
  timed_out: 'timeout',
  cancelled: 'cancellation',
  interrupted: 'error',
  skipped: 'skip',
};
const spanKind = { internal: 1, server: 2 } as const;
const statusCode = { unset: 0, error: 2 } as const;

/** A request to `/v1/traces`. The same run always has the same ids. */
export function tracesOf(execution: Execution, surroundings: Surroundings) {
  const traceId = hash(execution.id, 32);
  const rootId = hash(`${execution.id} root`, 16);
  const { branch = null } = surroundings;
  const root = {
    traceId,
    spanId: rootId,
    name: `RUN ${execution.name}`,
    kind: spanKind.server,
    ...timesOf(execution.startedAt ?? execution.queuedAt, execution.finishedAt),
    attributes: attributes({
      'cicd.pipeline.action.name': 'RUN',
      'cicd.pipeline.name': execution.name,
      'cicd.pipeline.run.id': execution.id,
      'cicd.pipeline.result': results[execution.state] ?? 'error',
      ...(branch === null ? {} : { 'vcs.ref.head.name': branch, 'vcs.ref.type': 'branch' }),
    }),
    status: {
      code: isGood(execution.state) ? statusCode.unset : statusCode.error,
      ...(execution.reason === null ? {} : { message: execution.reason }),
    },
  };
  const ran = execution.steps.filter(({ startedAt }) => startedAt !== null);
  const spans = [
    root,
    ...ran.map((step) => stepSpan(step, { traceId, parentSpanId: rootId, executionId: execution.id })),
  ];
  return {
    resourceSpans: [
      {
        resource: resourceOf(surroundings),
        scopeSpans: [{ scope: { name: 'noodle', version: surroundings.version }, spans }],
      },
    ],
  };
}

const taskTypes: Readonly<Partial<Record<Step['kind'], string>>> = { build: 'build', tests: 'test' };

function stepSpan(step: Step, { executionId, ...ids }: { traceId: string; parentSpanId: string; executionId: string }) {
  const type = taskTypes[step.kind];
  return {
    ...ids,
    spanId: hash(`${executionId} ${step.id}`, 16),
    name: step.name,
    kind: spanKind.internal,
    ...timesOf(step.startedAt ?? 0, step.finishedAt),
    attributes: attributes({
      'cicd.pipeline.task.name': step.name,
      'cicd.pipeline.task.run.id': `${executionId}/${step.id}`,
      'cicd.pipeline.task.run.result': results[step.state] ?? 'error',
      ...(type === undefined ? {} : { 'cicd.pipeline.task.type': type }),
    }),
    status: {
      code: isGood(step.state) ? statusCode.unset : statusCode.error,
      ...(step.reason === null ? {} : { message: step.reason }),
    },
  };
}

const bounds = [1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];
const deltaTemporality = 1;

/** A request to `/v1/metrics`. */
export function metricsOf(execution: Execution, surroundings: Surroundings) {
  const startedAt = execution.startedAt ?? execution.queuedAt;
  const seconds = Math.max(0, (execution.finishedAt ?? startedAt) - startedAt) / 1000;
  const result = results[execution.state] ?? 'error';
  const { startTimeUnixNano, endTimeUnixNano } = timesOf(startedAt, execution.finishedAt);
  const times = { startTimeUnixNano, timeUnixNano: endTimeUnixNano };
  const bucket = bounds.findIndex((bound) => seconds <= bound);
  const bucketCounts = [...bounds, Infinity].map((_, index) =>
    index === (bucket === -1 ? bounds.length : bucket) ? '1' : '0',
  );
  const point = {
    ...times,
    count: '1',
    sum: seconds,
    min: seconds,
    max: seconds,
    bucketCounts,
    explicitBounds: bounds,
  };
  const duration = {
    name: 'cicd.pipeline.run.duration',
    unit: 's',
    description: 'Duration of a pipeline run grouped by pipeline, state and result.',
    histogram: {
      aggregationTemporality: deltaTemporality,
      dataPoints: [
        {
          ...point,
          attributes: attributes({
            'cicd.pipeline.name': execution.name,
            'cicd.pipeline.run.state': 'executing',
            'cicd.pipeline.result': result,
          }),
        },
      ],
    },
  };
  const errors = errorsMetric(execution.name, times, result);
  const metrics = isGood(execution.state) ? [duration] : [duration, errors];
  return {
    resourceMetrics: [
      {
        resource: resourceOf(surroundings),
        scopeMetrics: [{ scope: { name: 'noodle', version: surroundings.version }, metrics }],
      },
    ],
  };
}

function errorsMetric(
  pipeline: string,
  times: { readonly startTimeUnixNano: string; readonly timeUnixNano: string },
  result: string,
) {
  return {
    name: 'cicd.pipeline.run.errors',
    unit: '{error}',
    description: 'The number of errors encountered in pipeline runs.',
    sum: {
      aggregationTemporality: deltaTemporality,
      isMonotonic: true,
      dataPoints: [
        {
          ...times,
          asInt: '1',
          attributes: attributes({ 'cicd.pipeline.name': pipeline, 'error.type': result }),
        },
      ],
    },
  };
}

function resourceOf({ repository, version }: Surroundings) {
  return {
    attributes: attributes({ 'service.name': 'noodle', 'service.version': version, 'vcs.repository.name': repository }),
  };
}

function attributes(values: Readonly<Record<string, string>>) {
  return Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }));
}

function isGood(state: ExecutionState): boolean {
  return state === 'succeeded' || state === 'skipped';
}

function timesOf(startedAt: number, finishedAt: number | null) {
  return { startTimeUnixNano: nanoseconds(startedAt), endTimeUnixNano: nanoseconds(finishedAt ?? startedAt) };
}

function nanoseconds(ms: number): string {
  return (BigInt(Math.round(ms)) * 1_000_000n).toString();
}

function hash(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}
