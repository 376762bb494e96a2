// The operations on what fails, and on tests that fail by chance.
import { z } from 'zod';
import { Timestamp } from './execution.ts';
import { FlakyTest } from './flakiness.ts';
import { TestId } from './ids.ts';
import { operation } from './operation.ts';
import { FailureCluster } from './triage.ts';

export const flakinessOperations = {
  getTriage: operation({
    route: 'GET /triage',
    summary:
      'What fails now, gathered by cause: new, known, flaky or of the environment, with suspects, owners and a command.',
    input: z.object({}),
    output: z.object({ clusters: z.array(FailureCluster) }),
    role: 'viewer',
  }),
  listFlakyTests: operation({
    route: 'GET /flaky-tests',
    summary: 'Tests that were seen to fail by chance, with their cause, and those that are quarantined.',
    input: z.object({}),
    output: z.object({ tests: z.array(FlakyTest) }),
    role: 'viewer',
  }),
  quarantineTest: operation({
    route: 'POST /quarantines',
    summary:
      'Let a test fail by chance until a date. It runs and reports as ever; a failure that a re-run confirms still fails the run.',
    input: z.object({
      test: TestId,
      until: Timestamp.describe('After that it counts again. At most 90 days ahead.'),
      reason: z.string().max(500).default(''),
    }),
    output: z.object({ tests: z.array(FlakyTest) }),
    role: 'developer',
    audited: true,
  }),
  liftQuarantine: operation({
    route: 'POST /quarantines/lift',
    summary: 'End the quarantine of a test.',
    input: z.object({ test: TestId }),
    output: z.object({ lifted: TestId }),
    role: 'developer',
    audited: true,
  }),
};
