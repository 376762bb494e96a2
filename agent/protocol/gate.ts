// Gates: what has to be on record before a pipeline goes on.
import { z } from 'zod';
import { MetricId } from './metrics.ts';

export const GateKind = z.enum(['pre-deployment', 'post-deployment', 'performance', 'security']);
export type GateKind = z.infer<typeof GateKind>;

export const GateAggregate = z.enum(['last', 'mean', 'minimum', 'maximum', 'sum', 'count', 'p50', 'p90', 'p95', 'p99']);
export type GateAggregate = z.infer<typeof GateAggregate>;

const MetricLimit = z.strictObject({
  metric: MetricId.describe('A declared metric: `noodle metric list`.'),
  aggregate: GateAggregate.default('last').describe('What its values are put together to.'),
  below: z.number().optional().describe('The figure has to be smaller than this.'),
  above: z.number().optional().describe('The figure has to be greater than this.'),
});
export type MetricLimit = z.infer<typeof MetricLimit>;

export const Gate = z.strictObject({
  kind: GateKind.describe(
    'pre-deployment, post-deployment, performance or security: each can be switched off by its setting. Without suites, metrics and coverage, a pre-deployment gate asks for the last result of every test file, the others for test suites of their type (post-deployment: end-to-end), a performance gate for the last comparison of all benchmarks too.',
  ),
  suites: z
    .array(z.string().min(1).max(63))
    .max(100)
    .default([])
    .describe('Test suites of which every test file has to have passed in its last result; of a performance gate also sets of benchmarks, which must not have been slower than their base when they were compared last.'),
  metrics: z.array(MetricLimit).max(100).default([]).describe('Limits on recorded metrics.'),
  coverage: z.number().min(0).max(100).optional().describe('The least share of lines that the tests run, in percent.'),
  after: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe(
      'A step before it: only what was recorded since that one had ended counts. Of a post-deployment gate the step that deploys.',
    ),
  maxAge: z
    .number()
    .positive()
    .max(31_536_000)
    .optional()
    .describe('How old what is on record may be, in seconds. Default: a day, of a pre-deployment gate any age.'),
});
export type Gate = z.infer<typeof Gate>;
