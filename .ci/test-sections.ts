// What `npm test` consists of, in this order.

export interface Section {
  readonly name: string;
  readonly steps: readonly Step[];
}

/** A command of the repository, or mocha over the files that match. */
export type Step =
  | { readonly kind: 'command'; readonly script: string; readonly args: readonly string[] }
  | { readonly kind: 'mocha'; readonly patterns: readonly string[]; readonly args: readonly string[] };

/** Folders with sources of ours; the linter must be told them by name. */
export const sourceFolders = ['agent', 'extension', 'models', 'webview', 'test', '.ci'];

export const sections: readonly Section[] = [
  { name: 'types', steps: [command('node_modules/typescript/bin/tsc', ['-b'])] },
  { name: 'lint', steps: [command('node_modules/oxlint/bin/oxlint', sourceFolders)] },
  { name: 'unit', steps: [mocha(['test/unit/**/*.test.ts', 'test/layers.test.ts'], ['--reporter-option=shown=dots'])] },
  { name: 'integration', steps: [mocha(['test/integration/**/*.test.ts'], [])] },
  { name: 'package', steps: [command('.ci/package.ts', [])] },
  {
    name: 'webview',
    steps: [command('.ci/prepare-e2e.ts', ['browser']), mocha(['test/webview/**/*.test.ts'], [])],
  },
  {
    name: 'e2e',
    steps: [
      command('.ci/prepare-e2e.ts', ['browser', 'workbench']),
      mocha(['test/e2e/**/*.test.ts'], ['--timeout=180000']),
    ],
  },
];

function command(script: string, args: readonly string[]): Step {
  return { kind: 'command', script, args };
}

function mocha(patterns: readonly string[], args: readonly string[]): Step {
  return { kind: 'mocha', patterns, args };
}
