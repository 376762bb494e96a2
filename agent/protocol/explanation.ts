// Why something was decided, from recorded facts.
import { z } from 'zod';
import { Timestamp } from './execution.ts';
import { ExecutionId } from './ids.ts';

export const Decision = z.enum(['selected', 'skipped', 'built', 'unchanged', 'failed', 'unknown']);
export type Decision = z.infer<typeof Decision>;

export const Explanation = z.object({
  /** The id of the test, test file or target that the question was about. */
  subject: z.string(),
  subjectKind: z.enum(['test', 'target']),
  decision: Decision,
  /** The answer in one sentence. */
  summary: z.string(),
  /** Graph nodes from the change to the subject; empty when it was not reached. */
  path: z.array(z.string()),
  /** Further facts in order of weight, a sentence each: order, history, evidence, changed inputs. */
  facts: z.array(z.string()),
  /** The execution that the decision was taken in, or null for the present plan. */
  executionId: ExecutionId.nullable(),
  at: Timestamp.nullable(),
});
export type Explanation = z.infer<typeof Explanation>;
