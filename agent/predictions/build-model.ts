// The failure of builds by the model, shipped or blended with the repository's own: asked where it is surely better than the history of each target.
import { buildOutcomeFeatures } from '../../models/features/build-outcome.ts';
import type { BuildFigures } from '../protocol/prediction.ts';
import { getLearned, saveLearned } from '../store/learned.ts';
import type { Store } from '../store/store.ts';
import {
  BuildChoice,
  buildChoiceName,
  historyEstimates,
  type EstimateBuild,
  type JudgedBuild,
} from './build-choice.ts';
import { blendedAnswer } from './blended-answer.ts';
import { reasonsOf, type Prediction } from './explanation.ts';
import { buildEvidence, buildRow, type BuildQuestion } from './recorded-builds.ts';
import { unseenScores, type ScoreSources } from './unseen-scores.ts';

export interface BuildModelOptions extends ScoreSources {
  readonly store: Store;
  readonly estimateBuild: EstimateBuild;
  readonly onRefused: (message: string) => void;
}

export interface BuildModel {
  /** Whatever was chosen; by `plain` where the model was refused: how often the target's builds failed. */
  predict(question: BuildQuestion): Promise<Prediction>;
  /** Null where the history of the target decides. */
  estimate(question: BuildQuestion): Promise<{ readonly probability: number; readonly reason: string } | null>;
  /** What the model said of recorded builds that it was not made from; null where the history of the target decides. */
  judged(): BuildChoice['judged'] | null;
  /** Both, walk-forward on the recorded builds. */
  figures(): Promise<BuildFigures>;
  /** Keeps which of the two is to decide. */
  choose(at: number): Promise<void>;
}

/** Nothing is read before it is asked for. */
export function createBuildModel(options: BuildModelOptions): BuildModel {
  const { store, ask, own, onRefused } = options;
  const choice = () => getLearned(store, buildChoiceName, BuildChoice);
  const predict: BuildModel['predict'] = async (question) => {
    const { row, rate } = buildRow(store, question);
    const answer = await ask(row);
    if (!answer.ok) onRefused(answer.message);
    if (!answer.ok || answer.standsAside) return { value: rate, reasons: [], by: 'plain' };
    const { scores, contributions, by } = blendedAnswer(answer, row, await own());
    return { value: scores[0] ?? rate, reasons: reasonsOf(buildOutcomeFeatures, contributions), by };
  };
  return {
    predict,
    async estimate(question) {
      if (choice()?.by !== 'model') return null;
      const { value, reasons, by } = await predict(question);
      if (by === 'plain') return null;
      const words = reasons.map((each) => each.words).join(', ');
      return { probability: value, reason: `the model ${by} says so${words === '' ? '' : `: ${words}`}` };
    },
    judged() {
      const chosen = choice();
      return chosen?.by === 'model' ? chosen.judged : null;
    },
    figures: async () => (await compared(options)).figures,
    async choose(at) {
      const { figures, judged } = await compared(options);
      const { by, because } = figures;
      const kept = judged.flatMap(({ model, hasFailed }) =>
        model === null ? [] : [{ probability: model, hasFailed }],
      );
      const value: BuildChoice = { by, because, judged: by === 'model' ? kept.slice(-mostKept) : [] };
      await store.transact((tx) => saveLearned(tx, buildChoiceName, value, at));
    },
  };
}

/** So many estimates tell what verdicts are worth. */
const mostKept = 600;

async function compared(options: BuildModelOptions) {
  const { store, compute, estimateBuild } = options;
  const evidence = buildEvidence(store);
  const history = historyEstimates(evidence.builds, estimateBuild);
  const { scores, refused } = await unseenScores('build-outcome', evidence.sample, options);
  const judged = evidence.builds.map(({ hasFailed }, index): JudgedBuild => ({
    hasFailed: hasFailed === true,
    history: history[index] ?? 0.5,
    model: scores?.[index] ?? null,
  }));
  // Where the repository's own model is in use, only builds that it can be measured on count.
  const measured = scores === null ? judged : judged.filter(({ model }) => model !== null);
  return { figures: await compute('compareBuilds', measured, refused), judged: measured };
}
