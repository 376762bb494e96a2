// Performance: benchmarks of the work tree beside those of a base revision.
import { z } from 'zod';
import { Timestamp } from './execution.ts';
import { ExecutionId } from './ids.ts';
import { operation } from './operation.ts';

/** How a benchmark program writes what it measured. */
export const BenchmarkFormat = z.enum(['json', 'vitest', 'pytest', 'go']);
export type BenchmarkFormat = z.infer<typeof BenchmarkFormat>;

/** The form that any program can write: the format `json`. */
export const BenchmarkOutput = z.object({
  benchmarks: z
    .array(
      z.object({
        name: z.string().min(1).max(1024),
        /** `ms`, `ops/s`, `MB`: shown, and compared with nothing but itself. */
        unit: z.string().max(32),
        better: z.enum(['lower', 'higher']).default('lower'),
        samples: z.array(z.number()).min(1).max(1_000_000),
      }),
    )
    .max(10_000),
});
export type BenchmarkOutput = z.infer<typeof BenchmarkOutput>;

export const BenchmarkSetDefinition = z.strictObject({
  command: z
    .string()
    .min(1)
    .max(4096)
    .describe(
      'Shell command that runs the benchmarks once, in its folder. `{report}` stands for the file that it writes; without it, its standard output is read.',
    ),
  format: BenchmarkFormat.default('json').describe(
    'What it writes: `{"benchmarks":[{"name","unit","samples":[…]}]}`, what vitest bench --outputJson or pytest --benchmark-json write, or what go test -bench prints.',
  ),
  folder: z
    .string()
    .max(1024)
    .default('')
    .describe('Folder of the command, relative to the repository. Default: the root.'),
  prepare: z
    .string()
    .min(1)
    .max(4096)
    .optional()
    .describe('Shell command that makes ready what is measured, such as a build. Run once in each of the two trees.'),
  environment: z
    .record(z.string(), z.string())
    .default({})
    .describe('Environment variables of the commands, beside those of the user.'),
});
export type BenchmarkSetDefinition = z.infer<typeof BenchmarkSetDefinition>;

const rounds = z.int().min(4).max(100);
const minimumEffect = z.number().min(0).max(10);

export const PerformanceDefinition = z.strictObject({
  rounds: rounds.default(10).describe('How often each side is run.'),
  minimumEffect: minimumEffect
    .default(0.05)
    .describe('The least change that counts, as a share of the base: 0.05 is five percent.'),
  benchmarks: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/), BenchmarkSetDefinition)
    .default({})
    .describe('Benchmark commands by name, beside the `*.bench.*` files of vitest, which are found.'),
});
export type PerformanceDefinition = z.infer<typeof PerformanceDefinition>;

/** A set of benchmarks that one command runs. */
export const BenchmarkSet = BenchmarkSetDefinition.extend({
  id: z.string(),
  /** Why it is known: `declared in noodle.yaml`, `2 vitest benchmark files`. */
  origin: z.string(),
});
export type BenchmarkSet = z.infer<typeof BenchmarkSet>;

/**
 * `slower`, `faster`: beyond the noise and the least effect. `too_few`: so few rounds that no difference could be told.
 * `new`, `gone`: measured on one side alone.
 */
export const BenchmarkVerdict = z.enum(['slower', 'faster', 'no_difference', 'too_few', 'new', 'gone']);
export type BenchmarkVerdict = z.infer<typeof BenchmarkVerdict>;

/** One value a round: the median of the samples that the benchmark took in it. */
const Side = z.object({ values: z.array(z.number()), median: z.number().nullable(), samples: z.int().nonnegative() });

export const BenchmarkComparison = z.object({
  name: z.string(),
  unit: z.string(),
  better: z.enum(['lower', 'higher']),
  verdict: BenchmarkVerdict,
  /** The verdict in one sentence, with its figures. */
  reason: z.string(),
  base: Side,
  work: Side,
  /** Null where there was nothing to compare. */
  test: z
    .object({
      /** Of the Mann–Whitney test, two-sided. */
      p: z.number(),
      /** The same, corrected for all benchmarks of the comparison (Holm). */
      adjustedP: z.number(),
      /** Cliff's delta, -1 to 1: how much more often a value of the work tree is the greater one than the smaller one. */
      delta: z.number(),
      /** Hodges–Lehmann estimate of work tree minus base, in the unit. */
      shift: z.number(),
      /** Its 95 % interval. */
      interval: z.tuple([z.number(), z.number()]),
      /** The shift as a share of the base's median; null where that is 0. */
      relative: z.number().nullable(),
    })
    .nullable(),
});
export type BenchmarkComparison = z.infer<typeof BenchmarkComparison>;

/** `not_compared`: no benchmark of it was measured often enough on both sides. */
export const PerformanceOutcome = z.enum(['passed', 'slower', 'not_compared']);
export type PerformanceOutcome = z.infer<typeof PerformanceOutcome>;

export const ComparedSet = z.object({
  id: z.string(),
  outcome: PerformanceOutcome,
  benchmarks: z.array(BenchmarkComparison),
  notes: z.array(z.string()),
});
export type ComparedSet = z.infer<typeof ComparedSet>;

export const PerformanceComparison = z.object({
  executionId: ExecutionId,
  at: Timestamp,
  /** What it was compared with, as it was asked for, and the commit that this was. */
  base: z.string(),
  baseCommit: z.string(),
  rounds,
  minimumEffect,
  outcome: PerformanceOutcome,
  sets: z.array(ComparedSet),
});
export type PerformanceComparison = z.infer<typeof PerformanceComparison>;

/** What comparePerformance takes. */
export const PerformanceRequest = z.object({
  benchmarks: z
    .array(z.string().min(1).max(1024))
    .max(100)
    .optional()
    .describe('Names of benchmark sets. Default: all.'),
  base: z.string().min(1).max(512).optional().describe('Default: HEAD; on a clean tree its first parent.'),
  rounds: rounds.optional(),
  minimumEffect: minimumEffect.optional(),
});
export type PerformanceRequest = z.infer<typeof PerformanceRequest>;

export const performanceOperations = {
  listBenchmarks: operation({
    route: 'GET /performance/benchmarks',
    summary: 'The sets of benchmarks that are declared or were found.',
    input: z.object({}),
    output: z.object({ sets: z.array(BenchmarkSet) }),
    role: 'viewer',
  }),
  comparePerformance: operation({
    route: 'POST /performance/comparisons',
    summary:
      'Run benchmarks of the work tree and of a base revision by turns, and tell by a rank test whether one is slower. Answers at once.',
    input: PerformanceRequest,
    output: z.object({ executionId: ExecutionId }),
    role: 'developer',
    audited: true,
    effect: 'executes',
  }),
  getPerformanceComparison: operation({
    route: 'GET /performance/comparisons/{id}',
    summary: 'What a comparison of performance found, with what was measured.',
    input: z.object({ id: ExecutionId }),
    output: PerformanceComparison,
    role: 'viewer',
  }),
};
