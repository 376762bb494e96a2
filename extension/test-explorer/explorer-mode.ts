// Which tests are shown here: where a framework's own extension shows them, ours steps back.
import type { Framework } from '../../agent/protocol/test.ts';

/** `auto`: what no other extension shows. */
export const explorerModes = ['auto', 'all', 'off'] as const;
export type ExplorerMode = (typeof explorerModes)[number];

/** What the editor knows of other extensions. */
export interface Others {
  isInstalled(extension: string): boolean;
  setting(name: string): unknown;
}

interface OwnExtension {
  readonly extension: string;
  /** Whether it shows tests, where it can do without. */
  readonly shows?: (setting: (name: string) => unknown) => boolean;
}

const ownExtensions: { readonly [F in Framework]?: OwnExtension } = {
  vitest: { extension: 'vitest.explorer' },
  jest: { extension: 'Orta.vscode-jest' },
  mocha: { extension: 'hbenl.vscode-mocha-test-adapter' },
  'node:test': { extension: 'connor4312.nodejs-testing' },
  playwright: { extension: 'ms-playwright.playwright' },
  pytest: { extension: 'ms-python.python', shows: (setting) => setting('python.testing.pytestEnabled') === true },
  unittest: { extension: 'ms-python.python', shows: (setting) => setting('python.testing.unittestEnabled') === true },
  junit: { extension: 'vscjava.vscode-java-test' },
  go: { extension: 'golang.go', shows: (setting) => setting('go.testExplorer.enable') !== false },
  cargo: { extension: 'rust-lang.rust-analyzer', shows: (setting) => setting('rust-analyzer.testExplorer') === true },
  ctest: {
    extension: 'ms-vscode.cmake-tools',
    shows: (setting) => setting('cmake.ctest.testExplorerIntegrationEnabled') !== false,
  },
};

/** The extension that shows a framework's tests in place of ours; null: ours shows them. */
export function shownElsewhere(mode: ExplorerMode, framework: Framework, others: Others): string | null {
  const own = ownExtensions[framework];
  if (mode !== 'auto' || own === undefined || !others.isInstalled(own.extension)) return null;
  return own.shows === undefined || own.shows((name) => others.setting(name)) ? own.extension : null;
}

/** What is set, else `auto`. */
export function modeOf(value: unknown): ExplorerMode {
  return explorerModes.find((mode) => mode === value) ?? 'auto';
}
