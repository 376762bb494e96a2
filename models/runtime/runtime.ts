// Loads a model and checks that it is what its card says. A model that is refused is never asked; the caller goes on without it.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type * as Ort from 'onnxruntime-web/wasm';
import type { Feature } from '../features/feature.ts';
import { AdditiveModel } from './additive-model.ts';
import { Card } from './card.ts';
import { openRuntime, type ExecutionProvider, type RuntimeFiles } from './execution-provider.ts';

export type RefusalReason =
  | 'missing'
  | 'no_provider'
  | 'damaged_card'
  | 'foreign_features'
  | 'changed_file'
  | 'not_onnx'
  | 'wrong_shape'
  | 'wrong_answer';

export interface Refusal {
  readonly reason: RefusalReason;
  /** One sentence. */
  readonly message: string;
}

export type Loading =
  | { readonly ok: true; readonly model: LoadedModel }
  | { readonly ok: false; readonly refusal: Refusal };

export interface LoadOptions {
  /** Holds `card.json`, `model.onnx` and `explanation.json`. */
  readonly folder: string;
  /** What this code computes, in this order. */
  readonly features: readonly Feature[];
  readonly runtimeFiles?: RuntimeFiles;
  /** Default: wasm. */
  readonly provider?: ExecutionProvider;
}

export interface LoadedModel {
  readonly card: Card;
  /** The same model in parts, to explain what it said. */
  readonly parts: AdditiveModel;
  /** Probabilities of the rows, which lie one after the other. Calibration is the caller's. */
  score(rows: Float32Array): Promise<Float32Array>;
  dispose(): Promise<void>;
}

const tolerance = 1e-4;

/** Loads the model of a folder; whatever is wrong with it comes back as a refusal. */
export async function loadModel(options: LoadOptions): Promise<Loading> {
  const files = await readFiles(options.folder);
  if (!files.ok) return files;
  const { card, parts, bytes } = files;
  const foreign = foreignFeature(card, options.features);
  if (foreign !== null) return refused('foreign_features', `${options.folder}: ${foreign}`);
  if (createHash('sha256').update(bytes).digest('hex') !== card.sha256) {
    return refused(
      'changed_file',
      `${options.folder}/model.onnx is not the file that its card describes (SHA-256 differs)`,
    );
  }
  const { provider = 'wasm', runtimeFiles } = options;
  const runtime = await openRuntime(provider, runtimeFiles);
  if (!runtime.ok) return refused('no_provider', `${provider}: ${runtime.message}`);
  const { ort } = runtime;
  let session: Ort.InferenceSession;
  try {
    session = await ort.InferenceSession.create(bytes, { executionProviders: [provider], logSeverityLevel: 3 });
  } catch (error) {
    return refused('not_onnx', `${options.folder}/model.onnx cannot be loaded: ${firstLine(error)}`);
  }
  const model = modelOf(ort, session, { card, parts });
  const complaint = shapeComplaint(session, card) ?? (await probeComplaint(model));
  if (complaint === null) return { ok: true, model };
  await session.release();
  return refused(complaint.reason, `${options.folder}: ${complaint.message}`);
}

type Files = { readonly ok: true; readonly card: Card; readonly parts: AdditiveModel; readonly bytes: Uint8Array };

async function readFiles(folder: string): Promise<Files | Extract<Loading, { ok: false }>> {
  let texts: readonly [string, string];
  let bytes: Uint8Array;
  try {
    texts = [
      await readFile(path.join(folder, 'card.json'), 'utf8'),
      await readFile(path.join(folder, 'explanation.json'), 'utf8'),
    ];
    bytes = await readFile(path.join(folder, 'model.onnx'));
  } catch {
    return refused('missing', `${folder} does not hold card.json, explanation.json and model.onnx`);
  }
  const card = Card.safeParse(jsonOf(texts[0]));
  if (!card.success)
    return refused(
      'damaged_card',
      `${folder}/card.json: ${card.error.issues[0]?.path.join('.') ?? ''} ${card.error.issues[0]?.message ?? ''}`.trim(),
    );
  const parts = AdditiveModel.safeParse(jsonOf(texts[1]));
  if (!parts.success) return refused('damaged_card', `${folder}/explanation.json does not describe a model`);
  return { ok: true, card: card.data, parts: parts.data, bytes };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function foreignFeature(card: Card, features: readonly Feature[]): string | null {
  if (card.features.length !== features.length)
    return `the model takes ${card.features.length} features, this version computes ${features.length}`;
  const index = features.findIndex((feature, at) => card.features[at]?.name !== feature.name);
  return index < 0
    ? null
    : `feature ${index + 1} of the model is ${card.features[index]?.name ?? ''}, this version computes ${features[index]?.name ?? ''}`;
}

function shapeComplaint(session: Ort.InferenceSession, card: Card): Refusal | null {
  const [input, output] = [session.inputMetadata[0], session.outputMetadata[0]];
  const isOne = session.inputNames.join() === 'features' && session.outputNames.join() === 'score';
  if (!isOne)
    return {
      reason: 'wrong_shape',
      message: `the model has inputs ${session.inputNames.join()} and outputs ${session.outputNames.join()}, expected features and score`,
    };
  const width = input?.isTensor === true ? input.shape[1] : undefined;
  const outputWidth = output?.isTensor === true ? output.shape[1] : undefined;
  if (width === card.features.length && outputWidth === 1) return null;
  return {
    reason: 'wrong_shape',
    message: `the model maps ${String(width)} numbers to ${String(outputWidth)}, its card says ${card.features.length} to 1`,
  };
}

async function probeComplaint(model: LoadedModel): Promise<Refusal | null> {
  const { probes, features } = model.card;
  if (probes.some((probe) => probe.row.length !== features.length))
    return { reason: 'damaged_card', message: 'the probes of the card do not fit its features' };
  const scores = await model.score(Float32Array.from(probes.flatMap((probe) => probe.row)));
  const isSame = probes.every((probe, index) => Math.abs((scores[index] ?? Number.NaN) - probe.score) <= tolerance);
  return isSame ? null : { reason: 'wrong_answer', message: 'the model answers otherwise than its card says' };
}

function modelOf(
  ort: typeof Ort,
  session: Ort.InferenceSession,
  { card, parts }: Pick<LoadedModel, 'card' | 'parts'>,
): LoadedModel {
  const width = card.features.length;
  return {
    card,
    parts,
    async score(rows) {
      if (rows.length === 0) return new Float32Array();
      const { score } = await session.run({ features: new ort.Tensor('float32', rows, [rows.length / width, width]) });
      const data = score?.data;
      return data instanceof Float32Array ? data : new Float32Array(rows.length / width).fill(Number.NaN);
    },
    dispose: () => session.release(),
  };
}

function refused(reason: RefusalReason, message: string): Extract<Loading, { ok: false }> {
  return { ok: false, refusal: { reason, message } };
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 200) ?? '';
}
