// What the runner-side files of the JavaScript frameworks write on file descriptor 3, a message a line.
import { z } from 'zod';
import { TestAttachment, TestStatus } from '../../protocol/test.ts';

const Place = z.object({ file: z.string(), line: z.int().positive(), column: z.int().positive().optional() });

const ReportMessage = z.discriminatedUnion('event', [
  /** The runner is at these files and no others: when it dies or hangs now, they are the cause. */
  z.object({ event: z.literal('at'), files: z.array(z.string()) }),
  z.object({ event: z.literal('start'), file: z.string() }),
  z.object({
    event: z.literal('result'),
    file: z.string(),
    titlePath: z.array(z.string()),
    status: TestStatus,
    durationMs: z.number().nonnegative().catch(0),
    message: z.string().optional(),
    expected: z.string().optional(),
    actual: z.string().optional(),
    stack: z.string().optional(),
    declaredAt: Place.optional(),
    isCorrection: z.boolean().optional(),
    output: z.string().optional(),
    attachments: z.array(TestAttachment).optional(),
    retries: z.int().positive().optional(),
  }),
  z.object({ event: z.literal('end'), file: z.string() }),
  /** Something broke beside the tests: an error that nobody caught, a global teardown. */
  z.object({ event: z.literal('problem'), message: z.string() }),
  z.object({ event: z.literal('alive') }),
  /** All has been reported. */
  z.object({ event: z.literal('done') }),
  /** What a script of ours was asked for. */
  z.object({ event: z.literal('answer'), value: z.unknown() }),
]);
export type ReportMessage = z.infer<typeof ReportMessage>;
export type ResultMessage = Extract<ReportMessage, { event: 'result' }>;

/** Reads one line; null for whatever else a program may have written there. */
export function parseReportLine(line: string): ReportMessage | null {
  if (!line.startsWith('{"event":')) return null;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  const parsed = ReportMessage.safeParse(value);
  return parsed.success ? parsed.data : null;
}
