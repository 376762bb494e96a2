// Whether the model or the number of lines rates changes here: both on commits that later fixes blame. Pure.
import { auc, randomFrom } from '../../models/learning/metrics.ts';
import type { RiskFigures } from '../protocol/prediction.ts';

/** The name under which the choice is kept. */
export const riskChoiceName = 'change-risk';

/** One commit, rated by both when it was made. */
export interface JudgedChange {
  readonly isBlamed: boolean;
  readonly model: number;
  readonly lines: number;
}

/** Fewer commits that were blamed, or that were not, decide nothing. */
const leastOfEach = 30;

/** Both beside each other, and which of them is to decide. */
export function compareRisk(changes: readonly JudgedChange[]): RiskFigures {
  const figures = { changes: changes.length, blamed: changes.filter(({ isBlamed }) => isBlamed).length };
  const [model, lines] = [aucOf(changes, 'model'), aucOf(changes, 'lines')];
  const few = Math.min(figures.blamed, figures.changes - figures.blamed);
  if (few < leastOfEach) {
    const because = `${figures.changes} commits with ${figures.blamed} that fixes blame do not tell the two apart (${leastOfEach} of each are needed); in other projects the model was better`;
    return { ...figures, model, lines, gain: null, by: 'model', because };
  }
  const gain = gainOf(changes);
  const interval = `AUC ${gain.mean < 0 ? 'lower' : 'higher'} by ${Math.abs(gain.mean).toFixed(3)}, interval ${gain.low.toFixed(3)} to ${gain.high.toFixed(3)}, on ${figures.changes} commits`;
  return gain.low > 0
    ? {
        ...figures,
        model,
        lines,
        gain,
        by: 'model',
        because: `it was surely better than the lines alone (${interval})`,
      }
    : {
        ...figures,
        ...{ model, lines, gain },
        by: 'lines',
        because: `the model was not surely better than they are (${interval})`,
      };
}

function aucOf(changes: readonly JudgedChange[], by: 'model' | 'lines'): number | null {
  return auc(
    changes.map((each) => each[by]),
    changes.map(({ isBlamed }) => Number(isBlamed)),
  );
}

const rounds = 400;

/** AUC of the model minus that of the lines, with its 95 % paired bootstrap interval over the commits. Reproducible. */
function gainOf(changes: readonly JudgedChange[]) {
  const random = randomFrom(23);
  const difference = (drawn: readonly JudgedChange[]) => (aucOf(drawn, 'model') ?? 0) - (aucOf(drawn, 'lines') ?? 0);
  const gains = Array.from({ length: rounds }, () =>
    difference(changes.flatMap(() => changes[Math.floor(random() * changes.length)] ?? [])),
  ).toSorted((one, other) => one - other);
  return {
    mean: difference(changes),
    low: gains[Math.floor(rounds * 0.025)] ?? 0,
    high: gains[Math.floor(rounds * 0.975)] ?? 0,
  };
}
