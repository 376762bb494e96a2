// What the report is made of.
import type { Card } from '../runtime/card.ts';
import type { OutcomeScores } from './evaluation-builds.ts';
import type { RiskScores } from './evaluation-risk.ts';
import type { OrderScores } from './evaluation-tests.ts';
import type { ReplayFigures } from './report-replay.ts';

export interface Figures {
  readonly cards: readonly Card[];
  readonly suites: readonly {
    readonly name: string;
    readonly orders: readonly OrderScores[];
    readonly isInSample: boolean;
  }[];
  readonly risk: readonly RiskScores[];
  readonly outcomes: readonly OutcomeScores[];
  readonly replay: ReplayFigures;
  /** Of 10,000 rows by the largest model, the second time. */
  readonly inferenceMs: number;
  /** Of all models with their cards. */
  readonly sizeBytes: number;
}
