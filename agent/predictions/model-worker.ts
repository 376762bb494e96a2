// The worker thread's entry: loads models when they are first asked, keeps them, and scores rows.
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { buildOutcomeFeatures } from '../../models/features/build-outcome.ts';
import { changeRiskFeatures } from '../../models/features/change-risk.ts';
import { contributions } from '../../models/runtime/additive-model.ts';
import { calibrated } from '../../models/runtime/card.ts';
import { loadModel, type Loading } from '../../models/runtime/runtime.ts';
import type { ModelName, ModelReply, ModelRequest, WorkerOptions } from './model-messages.ts';

// `ModelHost` is the only one that starts this file and speaks to it.
const { modelsFolder, runtimeFiles } = workerData as WorkerOptions;
const features = { 'build-outcome': buildOutcomeFeatures, 'change-risk': changeRiskFeatures } as const;
const models = new Map<ModelName, Promise<Loading>>();

parentPort?.on('message', (request: ModelRequest) => {
  answer(request).then(
    (reply) => parentPort?.postMessage(reply),
    (error: unknown) =>
      parentPort?.postMessage(refusal(request, error instanceof Error ? error.message : String(error))),
  );
});

async function answer(request: ModelRequest): Promise<ModelReply> {
  const { name, rows } = request;
  const loading =
    models.get(name) ??
    loadModel({
      folder: path.join(modelsFolder, name),
      features: features[name],
      ...(runtimeFiles === null ? {} : { runtimeFiles }),
    });
  models.set(name, loading);
  const loaded = await loading;
  if (!loaded.ok) return refusal(request, loaded.refusal.message);
  const { card, parts } = loaded.model;
  const scores = (await loaded.model.score(rows)).map((each) => calibrated(card.calibration, each));
  const last = rows.subarray(rows.length - card.features.length);
  return {
    id: request.id,
    ok: true,
    version: card.version,
    standsAside: card.standsAside,
    scores,
    contributions: contributions(parts, last).byFeature,
  };
}

function refusal({ id }: ModelRequest, message: string): ModelReply {
  return { id, ok: false, message };
}
