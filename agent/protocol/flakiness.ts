// Tests whose result differs although nothing differed, and what was decided about them.
import { z } from 'zod';
import { Timestamp } from './execution.ts';
import { TestId } from './ids.ts';

/** What makes the result differ, as far as the re-runs and the failure tell. */
export const FlakinessCause = z.enum(['order', 'time', 'network', 'randomness', 'resource', 'unknown']);
export type FlakinessCause = z.infer<typeof FlakinessCause>;

/** A quarantined test runs and reports as ever; a failure of it that a re-run does not confirm does not fail the run. */
export const Quarantine = z.object({ since: Timestamp, until: Timestamp, reason: z.string() });
export type Quarantine = z.infer<typeof Quarantine>;

export const FlakyTest = z.object({
  test: TestId,
  /** That it fails when nothing has changed, 0 to 1: of all trials with equal inputs, with one failure and one success added. */
  probability: z.number().min(0).max(1),
  /** Trials with equal inputs, re-runs among them. 0: it is quarantined, but was never seen to be flaky. */
  trials: z.int().nonnegative(),
  failures: z.int().nonnegative(),
  cause: FlakinessCause,
  /** Sentences: what was seen. */
  evidence: z.array(z.string()),
  seenAt: Timestamp,
  quarantine: Quarantine.nullable(),
});
export type FlakyTest = z.infer<typeof FlakyTest>;
