// What answers the operations on models and their predictions.
import { presentRisk } from '../pipelines/change-risk.ts';
import type { Clock } from '../platform/clock.ts';
import type { Predictions } from '../predictions/predictions.ts';
import { failure, success } from '../protocol/failure.ts';
import type { Handlers } from '../server/server.ts';
import type { Workspace } from '../workspace/workspace.ts';

export interface PredictionParts {
  readonly predictions: Predictions;
  readonly workspace: Workspace;
  readonly clock: Clock;
}

/** One handler for each of their operations. */
export function predictionHandlers({ predictions, workspace, clock }: PredictionParts) {
  return {
    listModels: async () => {
      const { models, here, providers } = await predictions.models();
      return success({
        models: models.map((model) => ({ ...model, metrics: [...model.metrics], limits: [...model.limits] })),
        here,
        providers: [...providers],
      });
    },
    compareModels: async ({ name }) => success(await predictions.ownModels.compare(name)),
    retrainModel: async ({ name }) => success(await predictions.ownModels.retrain(name, clock.now())),
    activateModel: async ({ name, version }) => await predictions.ownModels.activate(name, version),
    rollBackModel: async ({ name }) => await predictions.ownModels.rollBack(name),
    getChangeRisk: async () => {
      const risk = await presentRisk({ predictions, workspace });
      if (risk !== null) return success(risk);
      return failure('not_found', 'there is no change yet: the risk is worked out from the history that git keeps');
    },
  } satisfies Partial<Handlers>;
}
