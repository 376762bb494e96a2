// What the agent and its model worker say to each other.

export type ModelName = 'build-outcome' | 'change-risk';

export interface WorkerOptions {
  /** Holds a folder for each model. */
  readonly modelsFolder: string;
  /** The files of the ONNX runtime; null: beside its package. */
  readonly runtimeFiles: { readonly module: string; readonly wasm: string } | null;
}

export interface ModelRequest {
  readonly id: number;
  readonly name: ModelName;
  /** Row after row. */
  readonly rows: Float32Array;
}

export type ModelReply =
  | {
      readonly id: number;
      readonly ok: true;
      readonly version: string;
      readonly standsAside: boolean;
      /** Calibrated, one for each row. */
      readonly scores: Float32Array;
      /** Of the last row, by feature. */
      readonly contributions: Float64Array;
    }
  | { readonly id: number; readonly ok: false; readonly message: string };

/** What became of a question to a model. */
export type ModelAnswer = Extract<ModelReply, { ok: true }> | { readonly ok: false; readonly message: string };
