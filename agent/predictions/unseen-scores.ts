// What answers for a model, asked of the repository's own past without having seen it.
import type { Sample } from '../../models/learning/matrix.ts';
import type { LearnedModelName } from '../protocol/prediction.ts';
import type { LocalModel } from './local-model.ts';
import type { ModelAnswer } from './model-messages.ts';
import type { Compute } from './model-tasks.ts';
import { ownFeatures } from './own-evidence.ts';

export interface ScoreSources {
  readonly ask: (rows: Float32Array) => Promise<ModelAnswer>;
  /** The repository's own model that is in use. */
  readonly own: () => Promise<LocalModel | null>;
  readonly compute: Compute;
}

export type UnseenScores =
  /** Null for rows that the model was made from. */
  | { readonly scores: readonly (number | null)[]; readonly refused: null }
  /** Why the model did not answer. */
  | { readonly scores: null; readonly refused: string };

/** The shipped model's scores; where one of the repository is in use, those of a blend that was made of earlier rows alone. */
export async function unseenScores(
  name: LearnedModelName,
  sample: Sample,
  { ask, own, compute }: ScoreSources,
): Promise<UnseenScores> {
  const answer = await ask(sample.rows.values);
  if (!answer.ok) return { scores: null, refused: answer.message };
  if (answer.standsAside) return { scores: null, refused: 'by its card it stands aside' };
  const shipped = Array.from(answer.scores);
  if ((await own()) === null) return { scores: shipped, refused: null };
  const fitted = await compute('fitLocalModel', { name, features: ownFeatures[name], sample, shipped }, 0);
  if (!fitted.ok) return { scores: shipped, refused: null };
  const made = shipped.length - fitted.later.length;
  return { scores: shipped.map((_, index) => fitted.later[index - made] ?? null), refused: null };
}
