// The code that a test is about, and the tests that are about some code.
import { z } from 'zod';
import { RepoPath, TestId } from './ids.ts';
import { operation } from './operation.ts';

/** How a relation is known: recorded in a run, or read from names and imports. */
export const RelationEvidence = z.enum(['recorded', 'named', 'imported']);
export type RelationEvidence = z.infer<typeof RelationEvidence>;

/** A test file that runs some code, the most telling first. */
export const RelatedTest = z.object({
  id: TestId,
  file: RepoPath,
  /** Where it names the code, 1-based; null: it reaches it through something else. */
  line: z.int().positive().nullable(),
  evidence: RelationEvidence,
  /** One sentence. */
  why: z.string(),
});
export type RelatedTest = z.infer<typeof RelatedTest>;

/** A place in the code that a test runs, the most telling first. */
export const RelatedPlace = z.object({
  path: RepoPath,
  line: z.int().positive(),
  /** The function or class; null: the file as a whole. */
  name: z.string().nullable(),
  evidence: RelationEvidence,
  /** One sentence. */
  why: z.string(),
});
export type RelatedPlace = z.infer<typeof RelatedPlace>;

export const relatedOperations = {
  getRelatedTests: operation({
    route: 'GET /related-tests',
    summary:
      'The test files that run a function, or a whole file: by what they ran when last recorded, else by imports.',
    input: z.object({
      file: RepoPath,
      line: z.coerce
        .number()
        .pipe(z.int().positive())
        .optional()
        .describe('A line of the function; without it the whole file is meant.'),
    }),
    output: z.object({
      /** The function around the line; null: the whole file. */
      name: z.string().nullable(),
      tests: z.array(RelatedTest),
    }),
    role: 'viewer',
  }),
  getRelatedCode: operation({
    route: 'GET /related-code',
    summary: 'The functions and files that a test is about: what it names and runs first.',
    input: z.object({
      test: TestId.optional().describe('A test file or a case in it.'),
      file: RepoPath.optional().describe('Instead of a test: the file that it stands in.'),
      line: z.coerce.number().pipe(z.int().positive()).optional().describe('With a file: a line of the case.'),
    }),
    output: z.object({ places: z.array(RelatedPlace) }),
    role: 'viewer',
  }),
} as const;
