// Whether the model or the records of each target estimate the failure of builds: both walk-forward on the recorded builds.
import { z } from 'zod';
import type { BuildEnd } from '../../models/features/build-outcome.ts';
import { auc, bootstrapMean, calibrationError } from '../../models/learning/metrics.ts';
import type { BuildFigures } from '../protocol/prediction.ts';

/** Which of the two decides, and what the model's estimates of recorded builds were worth (none where it does not decide). */
export const BuildChoice = z.object({
  by: z.enum(['history', 'model']),
  because: z.string(),
  judged: z.array(z.object({ probability: z.number(), hasFailed: z.boolean() })),
});
export type BuildChoice = z.infer<typeof BuildChoice>;

/** The name under which the choice is kept. */
export const buildChoiceName = 'build-estimate';

/** The estimate that needs no model, from what ended before (the latest first) and what is built now: 0 to 1. */
export type EstimateBuild = (
  outcomes: readonly { readonly hasFailed: boolean; readonly fingerprint: string }[],
  fingerprint: string,
) => number;

/** One recorded build as it could have been estimated when it began. */
export interface JudgedBuild {
  readonly hasFailed: boolean;
  readonly history: number;
  /** Null where the model did not answer. */
  readonly model: number | null;
}

/** As many outcomes of a target count as in the estimate itself. */
const countedOutcomes = 20;

/** What the history of its target said of each build, which come by their starts. Nothing of a build counts before its end. */
export function historyEstimates(builds: readonly BuildEnd[], estimate: EstimateBuild): number[] {
  const past = new Map<string, BuildEnd[]>();
  return builds.map((build) => {
    const ofTarget = past.get(build.change) ?? [];
    const ended = ofTarget.filter((each) => each.endedAt <= build.startedAt);
    const latest = ended.toSorted((one, other) => other.endedAt - one.endedAt).slice(0, countedOutcomes);
    past.set(build.change, [...ofTarget.slice(-2 * countedOutcomes), build]);
    return estimate(
      latest.map(({ hasFailed, head }) => ({ hasFailed: hasFailed === true, fingerprint: head })),
      build.head,
    );
  });
}

/** Fewer builds, or fewer of either end, decide nothing. */
const leastBuilds = 40;
const leastOfEach = 10;

/** Both beside each other, and which of them is to decide. `refused`: why the model did not answer, null where it did. */
export function compareBuilds(judged: readonly JudgedBuild[], refused: string | null): BuildFigures {
  const labels = judged.map(({ hasFailed }) => Number(hasFailed));
  const failures = labels.filter((label) => label === 1).length;
  const history = judged.map((each) => each.history);
  const model = judged.flatMap((each) => (each.model === null ? [] : [each.model]));
  const isScored = judged.length > 0 && model.length === judged.length;
  const losses = labels.map((label, index) => logLoss(history[index], label) - logLoss(model[index], label));
  const gain = isScored ? bootstrapMean(losses) : null;
  const figures = {
    builds: judged.length,
    failures,
    history: figuresOf(history, labels),
    model: isScored ? figuresOf(model, labels) : null,
    gain: gain === null ? null : { mean: gain.mean, low: gain.low, high: gain.high },
  };
  return { ...figures, ...decisionOf(figures, refused) };
}

function figuresOf(probabilities: readonly number[], labels: readonly number[]) {
  return { auc: auc(probabilities, labels), error: calibrationError(probabilities, labels) };
}

type Decision = Pick<BuildFigures, 'by' | 'because'>;

function decisionOf({ builds, failures, gain }: Omit<BuildFigures, keyof Decision>, refused: string | null): Decision {
  if (refused !== null) return { by: 'history', because: `the model was refused: ${refused}` };
  if (builds < leastBuilds || Math.min(failures, builds - failures) < leastOfEach || gain === null) {
    const few = `${builds} recorded builds with ${failures} failures do not tell the two apart`;
    return { by: 'history', because: `${few} (${leastBuilds} are needed, ${leastOfEach} of each end)` };
  }
  const { mean, low, high } = gain;
  const than = `log loss ${Math.abs(mean).toFixed(3)} ${mean < 0 ? 'higher' : 'lower'}, interval of the gain ${low.toFixed(3)} to ${high.toFixed(3)}`;
  return low > 0
    ? { by: 'model', because: `it was surely better in ${builds} recorded builds (${than})` }
    : { by: 'history', because: `the model was not surely better in ${builds} recorded builds (${than})` };
}

function logLoss(probability = 0.5, label: number): number {
  const clipped = Math.min(0.999, Math.max(0.001, probability));
  return -Math.log(label === 1 ? clipped : 1 - clipped);
}
