// What was recorded of changes and their tests: one JSON line each, appended, so that a recording can stop and go on anywhere.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

/**
 * - `clean`: the commit as it is;
 * - `faulty`: the commit, with a fault in one of the lines that it brought;
 * - `reverted`: the commit with its sources as they were before, and its tests as they are;
 * - `mutant`: the commit, with a fault in any line.
 */
export const ChangeKind = z.enum(['clean', 'faulty', 'reverted', 'mutant']);
export type ChangeKind = z.infer<typeof ChangeKind>;

export const RecordedRun = z.object({
  repository: z.string(),
  /** The commit that is checked out, and what it is compared with. */
  commit: z.string(),
  base: z.string(),
  kind: ChangeKind,
  index: z.number(),
  /** What was written over the commit; null: removed. */
  written: z.record(z.string(), z.string().nullable()),
  /** Test files that failed, without those that fail on the commit as it is. */
  failed: z.array(z.string()),
  /** Test files that fail on the commit as it is. */
  broken: z.array(z.string()),
  /** By test file. */
  durationMs: z.record(z.string(), z.number()),
});
export type RecordedRun = z.infer<typeof RecordedRun>;

/** Tells one recorded run from all others. */
export function keyOf({
  repository,
  commit,
  kind,
  index,
}: Omit<RecordedRun, 'base' | 'written' | 'failed' | 'broken' | 'durationMs'>): string {
  return `${repository} ${commit} ${kind} ${index}`;
}

/** The runs in the order in which they were recorded; a line that was cut off is left out. */
export function readJournal(file: string): RecordedRun[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const run = RecordedRun.safeParse(jsonOf(line));
      return run.success ? [run.data] : [];
    });
}

/** Adds one run. A line that was cut off before stays a line of its own. */
export function appendRun(file: string, run: RecordedRun): void {
  appendFileSync(file, `\n${JSON.stringify(run)}`);
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
