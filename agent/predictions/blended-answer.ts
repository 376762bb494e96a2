// What the shipped model said, with the repository's own model in it where one is in use.
import { blendedContributions, blendedProbability, type LocalModel } from './local-model.ts';
import type { ModelAnswer } from './model-messages.ts';

export interface BlendedAnswer {
  /** One for each row. */
  readonly scores: Float32Array;
  /** Of the last row, by feature. */
  readonly contributions: Float64Array;
  /** The shipped version; with one of the repository's own: `<shipped>+<own>`. */
  readonly by: string;
}

/** `own`: null where the shipped model stands alone. */
export function blendedAnswer(
  { scores, contributions, version }: Extract<ModelAnswer, { ok: true }>,
  rows: Float32Array,
  own: LocalModel | null,
): BlendedAnswer {
  if (own === null) return { scores, contributions, by: version };
  const width = own.features.length;
  const rowAt = (index: number) => rows.subarray(index * width, (index + 1) * width);
  return {
    scores: scores.map((score, index) => blendedProbability(own, rowAt(index), score)),
    contributions: blendedContributions(own, rowAt(scores.length - 1), contributions),
    by: `${version}+${own.version}`,
  };
}
