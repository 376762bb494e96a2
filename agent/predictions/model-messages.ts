// What the agent and its model worker say to each other.
import type { ExecutionProvider } from '../../models/runtime/execution-provider.ts';
import type { ProviderTime } from '../protocol/prediction.ts';
import type { TaskName } from './model-tasks.ts';

export type ModelName = 'build-outcome' | 'change-risk';

export interface WorkerOptions {
  /** Holds a folder for each model. */
  readonly modelsFolder: string;
  /** The files of the ONNX runtime; null: beside its package. */
  readonly runtimeFiles: { readonly module: string; readonly wasm: string } | null;
}

export type ModelQuestion =
  /** `rows`: row after row. */
  | {
      readonly kind: 'score';
      readonly name: ModelName;
      readonly rows: Float32Array;
      readonly provider: ExecutionProvider;
    }
  | { readonly kind: 'measure'; readonly provider: ExecutionProvider }
  | { readonly kind: 'task'; readonly name: TaskName; readonly input: readonly unknown[] };

export type ModelRequest = ModelQuestion & { readonly id: number };

export interface Refused {
  readonly ok: false;
  readonly message: string;
}

export type ModelReply = { readonly id: number } & (
  | ({ readonly kind: 'score' } & Scored)
  | { readonly kind: 'measure'; readonly ok: true; readonly providers: readonly ProviderTime[] }
  | { readonly kind: 'task'; readonly ok: true; readonly output: unknown }
  | ({ readonly kind: 'refused' } & Refused)
);

export interface Scored {
  readonly ok: true;
  readonly version: string;
  readonly standsAside: boolean;
  /** Calibrated, one for each row. */
  readonly scores: Float32Array;
  /** Of the last row, by feature. */
  readonly contributions: Float64Array;
}

/** What became of a question to a model. */
export type ModelAnswer = Scored | Refused;
