// Reads TAP (12 to 14, with subtests) as it comes.
import { Parser } from 'tap-parser';
import { z } from 'zod';
import type { TestStatus } from '../../protocol/test.ts';

export interface TapResult {
  /** Names of the subtests round it, outermost first, and its own. */
  readonly titlePath: readonly string[];
  readonly status: TestStatus;
  readonly durationMs: number;
  readonly message: string | null;
  readonly expected: string | null;
  readonly actual: string | null;
  readonly stack: string | null;
  /** As written. */
  readonly at: { readonly file: string; readonly line: number } | null;
}

export interface TapReader {
  push(text: string): void;
  /** Ends the text. Resolves with what was wrong with it as a whole: a plan that was not kept, a bail-out. */
  end(): string | null;
}

export function readTap(onResult: (result: TapResult) => void): TapReader {
  const parser = new Parser();
  let bailout: string | null = null;
  parser.on('bailout', (reason: string) => {
    bailout = `bailed out${reason === '' ? '' : `: ${reason}`}`;
  });
  listen(parser, [], onResult);
  return {
    push: (text) => void parser.write(text),
    end() {
      let problem: string | null = null;
      parser.on('complete', (results: { failures: readonly unknown[] }) => {
        problem =
          results.failures
            .map((failure) => TapError.safeParse(failure).data?.tapError)
            .find((error) => typeof error === 'string') ?? null;
      });
      parser.end();
      return bailout ?? problem;
    },
  };
}

const TapError = z.object({ tapError: z.string().nullish() });

/** What writers of TAP put into the block of YAML after a line; all of it may be missing or something else. */
const Diagnostics = z.object({
  message: z.string().nullish().catch(null),
  duration_ms: z.number().nullish().catch(null),
  expected: z.unknown().optional(),
  wanted: z.unknown().optional(),
  actual: z.unknown().optional(),
  found: z.unknown().optional(),
  stack: z.string().nullish().catch(null),
  error: z.string().nullish().catch(null),
  at: z
    .union([
      z.object({ file: z.string(), line: z.number() }),
      z.object({ fileName: z.string(), lineNumber: z.number() }),
    ])
    .nullish()
    .catch(null),
  location: z.string().nullish().catch(null),
});

interface Assert {
  readonly ok: boolean;
  readonly name: string;
  readonly skip: boolean | string;
  readonly todo: boolean | string;
  readonly diag: unknown;
  readonly time: number | null;
  readonly closingTestPoint: boolean;
}

function listen(parser: Parser, titles: readonly string[], onResult: (result: TapResult) => void): void {
  let hasFailedPart = false;
  parser.on('child', (child: Parser) => {
    let hasFailed = false;
    listen(child, [...titles, child.name], (result) => {
      hasFailed ||= result.status === 'failed';
      onResult(result);
    });
    child.on('complete', () => {
      hasFailedPart ||= hasFailed;
    });
  });
  parser.on('assert', (assert: Assert) => {
    // The line that closes a subtest says nothing new, unless it failed by itself.
    const isRepeat = assert.closingTestPoint && (assert.ok || hasFailedPart);
    hasFailedPart = false;
    if (!isRepeat) onResult(resultOf(assert, titles));
  });
}

const nothing: z.infer<typeof Diagnostics> = {};

function resultOf(assert: Assert, titles: readonly string[]): TapResult {
  const diagnostics = Diagnostics.safeParse(assert.diag ?? {}).data ?? nothing;
  const status = statusOf(assert);
  return {
    titlePath: [...titles, assert.name],
    status,
    durationMs: diagnostics.duration_ms ?? assert.time ?? 0,
    message: messageOf(assert, diagnostics) ?? (status === 'failed' ? 'not ok' : null),
    expected: textOf(diagnostics.expected ?? diagnostics.wanted),
    actual: textOf(diagnostics.actual ?? diagnostics.found),
    stack: diagnostics.stack ?? null,
    at: placeOf(diagnostics),
  };
}

/** A reason may stand in for `true`. */
function messageOf({ todo, skip }: Assert, { message, error }: z.infer<typeof Diagnostics>): string | null {
  const reason = [todo, skip].find((each) => typeof each === 'string' && each !== '');
  return message ?? error ?? (typeof reason === 'string' ? reason : null);
}

function statusOf({ ok, skip, todo }: Assert): TestStatus {
  if (todo !== false) return 'todo';
  if (skip !== false) return 'skipped';
  return ok ? 'passed' : 'failed';
}

function placeOf({ at, location }: z.infer<typeof Diagnostics>): TapResult['at'] {
  if (at !== null && at !== undefined) return 'file' in at ? at : { file: at.fileName, line: at.lineNumber };
  const match = /^(.+?):(\d+)(?::\d+)?$/.exec(location ?? '');
  return match === null ? null : { file: match[1] ?? '', line: Number(match[2]) };
}

function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}
