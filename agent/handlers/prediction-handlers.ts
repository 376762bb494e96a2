// What answers the operations on models and their predictions.
import { presentRisk } from '../pipelines/change-risk.ts';
import type { Predictions } from '../predictions/predictions.ts';
import { failure, success } from '../protocol/failure.ts';
import type { Handlers } from '../server/server.ts';
import type { Workspace } from '../workspace/workspace.ts';

export interface PredictionParts {
  readonly predictions: Predictions;
  readonly workspace: Workspace;
}

/** One handler for each of their operations. */
export function predictionHandlers({ predictions, workspace }: PredictionParts) {
  return {
    listModels: async () => {
      const models = await predictions.models();
      return success({
        models: models.map((model) => ({ ...model, metrics: [...model.metrics], limits: [...model.limits] })),
        here: predictions.here(),
      });
    },
    getChangeRisk: async () => {
      const risk = await presentRisk({ predictions, workspace });
      if (risk !== null) return success(risk);
      return failure('not_found', 'there is no change yet: the risk is worked out from the history that git keeps');
    },
  } satisfies Partial<Handlers>;
}
