// Why something was decided, from recorded facts.
import { z } from 'zod';
import { Timestamp } from './execution.ts';
import { ExecutionId, RepoPath, TestId } from './ids.ts';

export const Decision = z.enum(['selected', 'reused', 'skipped', 'built', 'unchanged', 'failed', 'related', 'compared', 'unknown']);
export type Decision = z.infer<typeof Decision>;

/** What vouches for a test that is skipped. */
export const Certificate = z.object({
  test: TestId,
  /** The present plan skips the test. */
  holds: z.boolean(),
  /** `recording`: what a run of the test used; `imports`: what the sources say; both where a recording does not tell everything. */
  evidence: z.enum(['recording', 'imports', 'recording and imports']),
  recordedAt: Timestamp.nullable(),
  executionId: ExecutionId.nullable(),
  /** Why the recording alone is not trusted. */
  doubt: z.string().nullable(),
  /** What the test depends on, with the content at that time; null for folders, and where it is not known. */
  dependsOn: z.array(
    z.object({ path: z.string(), how: z.enum(['loaded', 'read', 'imported']), contentHash: z.string().nullable() }),
  ),
  /** Each changed file, and how it misses the test. */
  changes: z.array(z.object({ path: RepoPath, says: z.string() })),
});
export type Certificate = z.infer<typeof Certificate>;

export const Explanation = z.object({
  /** The id of the test, test file or target, or the path of the file, that the question was about. */
  subject: z.string(),
  /** `file`: a file that is no test, one line of it (`path:line`) or a folder (`path/`); `facts` tell its owner, its history and the tests that it can reach. `benchmarks`: compared ones. */
  subjectKind: z.enum(['test', 'target', 'file', 'benchmarks']),
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
