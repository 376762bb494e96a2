// Through what a model is executed: WebAssembly everywhere, WebGPU where the host has it and its runtime is installed.
import { pathToFileURL } from 'node:url';
import type * as Ort from 'onnxruntime-web/wasm';

export type ExecutionProvider = 'wasm' | 'webgpu';

/** Where the runtime's own files lie, when not beside its package. */
export interface RuntimeFiles {
  readonly module: string;
  readonly wasm: string;
}

export type OpenedRuntime =
  | { readonly ok: true; readonly ort: typeof Ort }
  /** One sentence. */
  | { readonly ok: false; readonly message: string };

/** WebAssembly is always there; WebGPU is refused with what is missing. */
export async function openRuntime(
  provider: ExecutionProvider,
  files: RuntimeFiles | undefined,
): Promise<OpenedRuntime> {
  if (provider === 'webgpu') return await openWebGpu();
  const ort = await import('onnxruntime-web/wasm');
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  if (files !== undefined)
    ort.env.wasm.wasmPaths = { mjs: pathToFileURL(files.module).href, wasm: pathToFileURL(files.wasm).href };
  return { ok: true, ort };
}

/** The part of WebGPU's entry point that is asked for here. */
interface Gpu {
  requestAdapter(): Promise<object | null>;
}

async function openWebGpu(): Promise<OpenedRuntime> {
  // Node's own types know no WebGPU; what is not there is undefined.
  const gpu = (globalThis.navigator as { readonly gpu?: Gpu } | undefined)?.gpu;
  if (gpu === undefined) return { ok: false, message: 'this host has no WebGPU (navigator.gpu is missing)' };
  const adapter = await gpu.requestAdapter().catch(() => null);
  if (adapter === null) return { ok: false, message: 'WebGPU finds no adapter on this host' };
  try {
    const ort = await import(webGpuRuntime);
    ort.env.logLevel = 'error';
    return { ok: true, ort };
  } catch {
    return { ok: false, message: `the runtime for WebGPU is not installed (npm package ${webGpuRuntime})` };
  }
}

/**
 * The build of the runtime that has both trees and WebGPU; that of `onnxruntime-web/webgpu` knows no trees. With its 28 MB it
 * comes with the package and not with the extension, so it is looked up where it runs.
 */
const webGpuRuntime: string = 'onnxruntime-web/all';
