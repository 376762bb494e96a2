// What answers the operations on models and their predictions.
import {
  authorArguments,
  changeLogArguments,
  pendingChangeArguments,
  type Predictions,
} from '../predictions/predictions.ts';
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
      });
    },
    getChangeRisk: async () => {
      const [log, lines, identity] = await Promise.all(
        [changeLogArguments, pendingChangeArguments, authorArguments].map((args) => workspace.readGit(args)),
      );
      const pending = { lines: lines ?? '', identity: identity ?? '' };
      const risk = log === null || log === undefined ? null : await predictions.commitRisk(log, pending);
      if (risk === null)
        return failure('not_found', 'there is no change yet: the risk is worked out from the history that git keeps');
      const { commit, value, reasons, by, among } = risk;
      return success({ commit, percentile: value, reasons: [...reasons], by, among });
    },
  } satisfies Partial<Handlers>;
}
