// The worker thread's entry: loads models when they are first asked, keeps them, scores rows, and works out what takes long.
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { buildOutcomeFeatures } from '../../models/features/build-outcome.ts';
import { changeRiskFeatures } from '../../models/features/change-risk.ts';
import { randomFrom } from '../../models/learning/metrics.ts';
import { contributions } from '../../models/runtime/additive-model.ts';
import { calibrated } from '../../models/runtime/card.ts';
import type { ExecutionProvider } from '../../models/runtime/execution-provider.ts';
import { loadModel, type Loading } from '../../models/runtime/runtime.ts';
import type { ProviderTime } from '../protocol/prediction.ts';
import type { ModelName, ModelReply, ModelRequest, WorkerOptions } from './model-messages.ts';
import { runTask, type TaskInput } from './model-tasks.ts';

// `ModelHost` is the only one that starts this file and speaks to it.
const { modelsFolder, runtimeFiles } = workerData as WorkerOptions;
const features = { 'build-outcome': buildOutcomeFeatures, 'change-risk': changeRiskFeatures } as const;
const models = new Map<string, Promise<Loading>>();
const times = new Map<ExecutionProvider, Promise<ProviderTime>>();

parentPort?.on('message', (request: ModelRequest) => {
  answer(request).then(
    (reply) => parentPort?.postMessage(reply),
    (error: unknown) =>
      parentPort?.postMessage(refusal(request.id, error instanceof Error ? error.message : String(error))),
  );
});

async function answer(request: ModelRequest): Promise<ModelReply> {
  switch (request.kind) {
    case 'score':
      return await score(request);
    case 'measure':
      return { id: request.id, kind: 'measure', ok: true, providers: await measure(request.provider) };
    case 'task':
      return { id: request.id, kind: 'task', ok: true, output: workOut(request) };
  }
}

function workOut({ name, input }: Extract<ModelRequest, { kind: 'task' }>): unknown {
  // The host sends a task with the input of that very task.
  return runTask(name, ...(input as TaskInput<typeof name>));
}

async function score({ id, name, rows, provider }: Extract<ModelRequest, { kind: 'score' }>): Promise<ModelReply> {
  const loaded = await loadedFor(name, provider);
  if (!loaded.ok) return refusal(id, loaded.refusal.message);
  const { card, parts } = loaded.model;
  const scores = (await loaded.model.score(rows)).map((each) => calibrated(card.calibration, each));
  const last = rows.subarray(rows.length - card.features.length);
  return {
    ...{ id, kind: 'score', ok: true, version: card.version, standsAside: card.standsAside, scores },
    contributions: contributions(parts, last).byFeature,
  };
}

/** WebAssembly takes the place of a provider that cannot have the model. */
async function loadedFor(name: ModelName, provider: ExecutionProvider): Promise<Loading> {
  const loaded = await load(name, provider);
  return loaded.ok || provider === 'wasm' ? loaded : await load(name, 'wasm');
}

function load(name: ModelName, provider: ExecutionProvider): Promise<Loading> {
  const key = `${provider} ${name}`;
  const known = models.get(key);
  if (known !== undefined) return known;
  const folder = path.join(modelsFolder, name);
  const loading = loadModel({
    ...{ folder, features: features[name], provider },
    ...(runtimeFiles === null ? {} : { runtimeFiles }),
  });
  models.set(key, loading);
  return loading;
}

/** The one that is wanted, and WebAssembly beside it. */
async function measure(wanted: ExecutionProvider): Promise<ProviderTime[]> {
  const measured: ProviderTime[] = [];
  for (const provider of new Set<ExecutionProvider>(['wasm', wanted])) {
    const time = times.get(provider) ?? timeOf(provider);
    times.set(provider, time);
    measured.push(await time);
  }
  const used = measured.find(({ provider, refused }) => provider === wanted && refused === null)?.provider ?? 'wasm';
  return measured.map((each) => ({ ...each, isUsed: each.refused === null && each.provider === used }));
}

const measuredRows = 10_000;
const rounds = 3;

async function timeOf(provider: ExecutionProvider): Promise<ProviderTime> {
  const loaded = await load('change-risk', provider);
  const unmeasured = { provider, rows: measuredRows, isUsed: false };
  if (!loaded.ok) return { ...unmeasured, warmMs: null, refused: loaded.refusal.message };
  const random = randomFrom(5);
  const rows = Float32Array.from({ length: measuredRows * changeRiskFeatures.length }, () => random());
  const spent: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const startedAt = performance.now();
    await loaded.model.score(rows);
    spent.push(performance.now() - startedAt);
  }
  // The first round is not warm.
  return { ...unmeasured, warmMs: Math.min(...spent.slice(1)), refused: null };
}

function refusal(id: number, message: string): ModelReply {
  return { id, kind: 'refused', ok: false, message };
}
