// Files that cannot be part of the bundle: workers, scripts that a user's test runner loads, WebAssembly, the dashboard.
// In the source tree they lie where they were written; `.ci/build.ts` reads this list and puts each into dist/.
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Asset {
  /**
   * `worker`: bundled to one file, with its imports. `file`: copied as it is. `folder`: copied whole.
   * `built`: made by the build, the same in the source tree and in the product.
   */
  readonly kind: 'worker' | 'file' | 'folder' | 'built';
  /** Where it lies in the source tree, from the repository's root. */
  readonly source: string;
  /** Where it lies in dist/. */
  readonly bundled: string;
  /** Of a folder: the files that are copied; default: all. */
  readonly only?: readonly string[];
}

/** Every asset, by the name under which the agent asks for it. */
export const assets = {
  'store-snapshot-worker': {
    kind: 'worker',
    source: 'agent/store/snapshot-worker.ts',
    bundled: 'store-snapshot-worker.mjs',
  },
  'analytics-worker': {
    kind: 'worker',
    source: 'agent/analytics/analysis-worker.ts',
    bundled: 'analytics-worker.mjs',
  },
  'graph-extract-worker': {
    kind: 'worker',
    source: 'agent/graph/extract-worker.ts',
    bundled: 'graph-extract-worker.mjs',
  },
  'test-evidence-worker': {
    kind: 'worker',
    source: 'agent/tests/evidence/evidence-worker.ts',
    bundled: 'test-evidence-worker.mjs',
  },
  'prediction-worker': {
    kind: 'worker',
    source: 'agent/predictions/model-worker.ts',
    bundled: 'prediction-worker.mjs',
  },
  /** A folder for each model: model.onnx, card.json, explanation.json. */
  models: { kind: 'folder', source: 'models/artifacts', bundled: 'models' },
  /** Reporters and collectors for the user's runners: plain .mjs, .cjs and .py, without dependencies. */
  'test-runners': { kind: 'folder', source: 'agent/tests/runners', bundled: 'runners' },
  /** Preloaded by the processes of a build, to see what they read: plain .cjs and .py. */
  'build-tracing': { kind: 'folder', source: 'agent/builds/tracing/hooks', bundled: 'build-tracing' },
  'sql-wasm': { kind: 'file', source: 'node_modules/sql.js/dist/sql-wasm.wasm', bundled: 'sql-wasm.wasm' },
  'ort-module': {
    kind: 'file',
    source: 'node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.mjs',
    bundled: 'ort-wasm-simd-threaded.mjs',
  },
  'ort-wasm': {
    kind: 'file',
    source: 'node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm',
    bundled: 'ort-wasm-simd-threaded.wasm',
  },
  /** The runtime of tree-sitter and the grammars of the languages whose symbols are read with it. */
  grammars: {
    kind: 'folder',
    source: 'node_modules/@vscode/tree-sitter-wasm/wasm',
    bundled: 'grammars',
    only: [
      'tree-sitter.wasm',
      'tree-sitter-java.wasm',
      'tree-sitter-go.wasm',
      'tree-sitter-rust.wasm',
      'tree-sitter-cpp.wasm',
      'tree-sitter-c-sharp.wasm',
    ],
  },
  /** Folder with index.html, dashboard.js and dashboard.css. */
  dashboard: { kind: 'built', source: 'dist/webview', bundled: 'webview' },
} as const satisfies Record<string, Asset>;

export type AssetName = keyof typeof assets;

/** The absolute path of an asset, in the source tree as in the product. That it exists is the build's promise. */
export function assetPath(name: AssetName): string {
  return resolveAsset(name, import.meta.url);
}

/** The pure part of `assetPath`: `moduleUrl` is where this code runs, `…/agent/platform/assets.ts` or a bundle in `dist/`. */
export function resolveAsset(name: AssetName, moduleUrl: string): string {
  const folder = path.dirname(fileURLToPath(moduleUrl));
  const isSourceTree = moduleUrl.endsWith('/agent/platform/assets.ts');
  return isSourceTree ? path.resolve(folder, '../..', assets[name].source) : path.join(folder, assets[name].bundled);
}
