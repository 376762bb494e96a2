// What the output of a pipeline's step says about a place in a file.
import { z } from 'zod';
import { BuildProblem } from './build.ts';

/** A message of a compiler or linter, or a workflow command: `::warning file=a.js,line=3::text`. */
export const StepProblem = BuildProblem.extend({ severity: z.enum(['error', 'warning', 'information']) });
export type StepProblem = z.infer<typeof StepProblem>;
