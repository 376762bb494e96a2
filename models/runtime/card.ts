// What a model says about itself. It is checked against the .onnx and against the features of this code before it is used.
import { z } from 'zod';

export const Card = z.object({
  /** Of this file's shape. */
  format: z.literal(1),
  name: z.string(),
  version: z.string(),
  date: z.string(),
  summary: z.string(),
  features: z.array(z.object({ name: z.string(), meaning: z.string() })).min(1),
  data: z.array(z.object({ source: z.string(), licence: z.string(), rows: z.int().min(0) })),
  metrics: z.array(z.object({ what: z.string(), value: z.number(), baseline: z.string() })),
  limits: z.array(z.string()),
  /** True when it was not better than its baseline on rows that it did not see: the baseline decides, the model is shown beside it. */
  standsAside: z.boolean(),
  /** Of model.onnx, in hexadecimal. */
  sha256: z.string(),
  /** Rows with what the model makes of them: a model that answers otherwise is another one. */
  probes: z.array(z.object({ row: z.array(z.number()), score: z.number() })).min(1),
  /** Log odds → log odds: `slope · x + offset`, fitted on rows that the model did not see (Platt 1999). */
  calibration: z.object({ slope: z.number(), offset: z.number() }),
});
export type Card = z.infer<typeof Card>;

/** The probability after calibration. */
export function calibrated({ slope, offset }: Card['calibration'], probability: number): number {
  const clipped = Math.min(1 - 1e-7, Math.max(1e-7, probability));
  return 1 / (1 + Math.exp(-(slope * Math.log(clipped / (1 - clipped)) + offset)));
}
