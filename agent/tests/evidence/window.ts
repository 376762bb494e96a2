// What the recorders in agent/tests/runners write: one file for each stretch of a process's life that belongs to one test file.
import { z } from 'zod';

/** A function as V8 counted it: its name, then start, end and count of each of its ranges, the outermost first. */
const CountedFunction = z.tuple([z.string()]).rest(z.number());
export type CountedFunction = z.infer<typeof CountedFunction>;

const Script = z.object({
  /** Absolute. */
  file: z.string(),
  /** Name of the file with what was compiled, `<name>.js` beside the window; null: what lies on disk. */
  source: z.string().nullable(),
  /** It was loaded in this window. */
  isNew: z.boolean(),
  functions: z.array(CountedFunction),
});
export type Script = z.infer<typeof Script>;

const CountedLines = z.object({
  file: z.string(),
  isNew: z.boolean(),
  executed: z.array(z.int().positive()),
  missed: z.array(z.int().positive()),
  functions: z.array(z.tuple([z.string(), z.int(), z.int(), z.boolean()])),
});

/** All paths are absolute. */
export const Window = z.object({
  process: z.string(),
  /** Counts from 0 in a process. */
  number: z.int().nonnegative(),
  /** The test file; null: it counts for every test file of the process. */
  test: z.string().nullable(),
  /** Test files of this process share modules: what one loaded counts for a later one that imports it. */
  sharesModules: z.boolean(),
  /** Every import is in `edges`; else all modules count that were loaded before. */
  knowsImports: z.boolean(),
  /** What ran while all test files were loaded: each has the part that it imports. */
  isLoading: z.boolean().default(false),
  /** The process, or the test file in it, ended as it should. */
  isLast: z.boolean(),
  /** False: more may have been used, as by a program that was started. */
  isComplete: z.boolean(),
  /** JavaScript: what V8 counted. */
  scripts: z.array(Script).default([]),
  /** Other languages: lines. */
  lines: z.array(CountedLines).default([]),
  edges: z.array(z.tuple([z.string(), z.string()])).default([]),
  /** Modules that outlive a test file even where each has its own: those of the runner's own loader. */
  native: z.array(z.string()).default([]),
  reads: z.array(z.string()).default([]),
  folders: z.array(z.string()).default([]),
  written: z.array(z.string()).default([]),
  /** Processes that it started and that record themselves. */
  children: z.array(z.string()).default([]),
  /** Its own name among the children of its parent. */
  child: z.string().optional(),
});
export type Window = z.infer<typeof Window>;
