// What GoogleTest programs write with GTEST_OUTPUT=json: each case with its failures.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { TestStatus } from '../../protocol/test.ts';
import { jsonOf } from '../native/machine-run.ts';
import { readIfThere } from './test-list.ts';

const Report = z.object({
  testsuites: z.array(
    z.object({
      name: z.string(),
      testsuite: z.array(
        z.object({
          name: z.string(),
          file: z.string().optional(),
          line: z.number().optional(),
          status: z.string(),
          result: z.string().optional(),
          time: z.string().default('0s'),
          failures: z.array(z.object({ failure: z.string() })).default([]),
          skipped: z.array(z.object({ message: z.string() })).optional(),
        }),
      ),
    }),
  ),
});

export interface GoogleTestCase {
  readonly suite: string;
  readonly name: string;
  readonly status: TestStatus;
  readonly durationMs: number;
  readonly failures: readonly string[];
  /** Absolute, as the compiler was given it. */
  readonly file: string | null;
  readonly line: number | null;
}

/**
 * The cases of all reports in a folder by the names of these programs, without their endings. A program that ran often has
 * several reports, which are numbered from 1; a program whose own name ends like that is no such number.
 */
export function readGoogleTests(folder: string, programs: ReadonlySet<string>): Map<string, GoogleTestCase[]> {
  const found = new Map<string, GoogleTestCase[]>();
  for (const name of namesIn(folder)) {
    const report = Report.safeParse(jsonOf(readIfThere(path.join(folder, name))));
    if (!report.success) continue;
    const stem = name.slice(0, -'.json'.length);
    const program = programs.has(stem) ? stem : stem.replace(/_\d+$/, '');
    const cases = report.data.testsuites.flatMap((suite) =>
      suite.testsuite.map((each) => ({
        suite: suite.name,
        name: each.name,
        status: statusOf(each),
        durationMs: Number.parseFloat(each.time) * 1000 || 0,
        failures: each.failures.map(({ failure }) => failure),
        file: each.file ?? null,
        line: each.line ?? null,
      })),
    );
    found.set(program, [...(found.get(program) ?? []), ...cases]);
  }
  return found;
}

function statusOf({
  status,
  result,
  failures,
}: {
  status: string;
  result?: string | undefined;
  failures: readonly unknown[];
}): TestStatus {
  if (failures.length > 0) return 'failed';
  return status === 'NOTRUN' || result === 'SKIPPED' || result === 'SUPPRESSED' ? 'skipped' : 'passed';
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .toSorted();
  } catch {
    return [];
  }
}
