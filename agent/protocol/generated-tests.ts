// Tests that are made from a function, tried, and offered: nothing is written unless somebody accepts them.
import { z } from 'zod';
import { Timestamp } from './execution.ts';
import { ExecutionId, RepoPath } from './ids.ts';
import { operation } from './operation.ts';
import { Framework } from './test.ts';

/** A small fault in a line: how it stands there, and how it stood while tests were tried. */
export const Mutant = z.object({ line: z.int().positive(), before: z.string(), after: z.string() });
export type Mutant = z.infer<typeof Mutant>;

/**
 * Where a test comes from: a call that the existing tests make, values at the edges of types and of such calls, a law
 * that holds for values made by fast-check or hypothesis, or a language model.
 */
export const TestOrigin = z.enum(['recorded', 'boundary', 'property', 'model']);
export type TestOrigin = z.infer<typeof TestOrigin>;

export const GeneratedTest = z.object({
  title: z.string(),
  origin: TestOrigin,
  /** Lines that it runs and no existing test does. */
  lines: z.array(z.int().positive()),
  /** Faults that it finds and no existing test does. */
  mutants: z.array(Mutant),
  /** One sentence: why it is kept. */
  why: z.string(),
});
export type GeneratedTest = z.infer<typeof GeneratedTest>;

export const GeneratedTests = z.object({
  executionId: ExecutionId,
  at: Timestamp,
  file: RepoPath,
  function: z.string(),
  framework: Framework,
  /** The new file that they would stand in. */
  path: RepoPath,
  /** Its whole text; empty when no test was worth keeping. */
  text: z.string(),
  tests: z.array(GeneratedTest),
  /** Calls, laws and tests of a language model that were tried, and how many of them passed every time. */
  candidates: z.object({ tried: z.int().nonnegative(), passed: z.int().nonnegative() }),
  /** Of the faults that were tried, so many do the existing tests find, and so many more the new ones. */
  mutants: z.object({ tried: z.int().nonnegative(), found: z.int().nonnegative(), foundNow: z.int().nonnegative() }),
  /** Of the lines with code, so many do the existing tests run, and so many more the new ones. */
  lines: z.object({ total: z.int().nonnegative(), covered: z.int().nonnegative(), coveredNow: z.int().nonnegative() }),
  /** Sentences. */
  notes: z.array(z.string()),
});
export type GeneratedTests = z.infer<typeof GeneratedTests>;

const FunctionPlace = z.object({
  file: RepoPath,
  function: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('An exported function of the file. Default: the one at `line`, else the only one that there is.'),
  line: z.int().positive().optional().describe('A line of the function, in place of its name.'),
});

const longestAnswer = 1024 * 1024;

export const GenerateTestsRequest = FunctionPlace.extend({
  mutants: z.int().min(0).max(200).default(30).describe('How many small faults are tried at most.'),
  asksModel: z
    .boolean()
    .default(true)
    .describe('Ask the endpoint of NOODLE_TEST_MODEL_URL for tests too, where one is set.'),
  modelKey: z
    .string()
    .min(1)
    .max(4096)
    .optional()
    .describe('The key for that endpoint, used for this request and kept nowhere. Default: NOODLE_TEST_MODEL_KEY of the agent.'),
  answer: z
    .object({
      text: z.string().max(longestAnswer),
      by: z.string().min(1).max(200).describe('The name of the model.'),
    })
    .optional()
    .describe('What a language model has answered to the prompt of `promptForTests`, in place of asking the endpoint.'),
});
export type GenerateTestsRequest = z.infer<typeof GenerateTestsRequest>;

/** What a language model is told of a function, and nothing else of the repository. */
export const TestPrompt = z.object({
  function: z.string(),
  system: z.string(),
  user: z.string(),
  /** Host of the endpoint that would be sent this; null: none is set. */
  endpoint: z.string().nullable(),
});
export type TestPrompt = z.infer<typeof TestPrompt>;

export const generatedTestOperations = {
  promptForTests: operation({
    route: 'POST /generated-tests/prompt',
    summary: 'What a language model would be told to write tests of an exported function. Nothing is sent.',
    input: FunctionPlace,
    output: TestPrompt,
    role: 'viewer',
  }),
  generateTests: operation({
    route: 'POST /generated-tests',
    summary:
      'Make tests of an exported function, try each several times in a second work tree, and keep those that run new lines or find faults that the existing tests do not. Answers at once.',
    input: GenerateTestsRequest,
    output: z.object({ executionId: ExecutionId }),
    role: 'developer',
    audited: true,
    effect: 'executes',
  }),
  getGeneratedTests: operation({
    route: 'GET /generated-tests/{id}',
    summary: 'The tests that were made, as the text of a new file, with the reason for each.',
    input: z.object({ id: ExecutionId }),
    output: GeneratedTests,
    role: 'viewer',
  }),
} as const;
