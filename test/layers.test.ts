// Who may import whom: the table of the design as a value. An arrow that it does not name fails.
import assert from 'node:assert/strict';
import path from 'node:path';
import { importsOf, readImports, type ImportingFile } from './rig/imports.ts';

const root = path.resolve(import.meta.dirname, '..');

const foundation = ['agent/protocol', 'agent/platform', 'agent/events'];
const models = ['models/features', 'models/runtime', 'models/learning'];
const lower = [
  ...foundation,
  'agent/store',
  'agent/workspace',
  'agent/engine',
  'agent/graph',
  'agent/predictions',
  ...models,
];
const components = ['agent/builds', 'agent/tests', 'agent/deployments', 'agent/analytics', 'agent/integrations', 'agent/performance'];

/** Besides itself, Node and packages (see `packageOwners`). */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'agent/protocol': [],
  'agent/platform': ['agent/protocol'],
  'agent/events': ['agent/protocol'],
  'agent/store': foundation,
  'agent/workspace': foundation,
  'agent/engine': [...foundation, 'agent/store'],
  'agent/graph': ['agent/protocol', 'agent/platform', 'agent/store', 'agent/workspace'],
  'agent/predictions': ['agent/protocol', 'agent/store', 'agent/graph', ...models],
  ...Object.fromEntries(components.map((component) => [component, lower])),
  'agent/pipelines': [...lower, ...components],
  'agent/server': foundation,
  'agent/client': ['agent/protocol', 'agent/platform'],
  'agent/cli': ['agent/protocol', 'agent/platform'],
  'agent/sample': ['agent/platform'],
  // The composition root: main.ts and the files beside it.
  agent: [...lower, ...components, 'agent/pipelines', 'agent/server', 'agent/client', 'agent/answers', 'agent/cli', 'agent/handlers', 'agent/bin'],
  'agent/handlers': [...lower, ...components, 'agent/pipelines', 'agent/server', 'agent/answers'],
  'agent/answers': [...lower, ...components, 'agent/pipelines'],
  'agent/bin': ['agent'],
  extension: ['agent/protocol', 'agent/client'],
  webview: ['agent/protocol'],
  'models/features': ['models/runtime'],
  'models/runtime': ['models/features'],
  'models/learning': ['models/features', 'models/runtime'],
  'models/training': models,
};

/** Packages that only some parts may import. */
const packageOwners: Readonly<Record<string, readonly string[]>> = {
  vscode: ['extension'],
  ws: ['agent/server', 'agent/client'],
  'sql.js': ['agent/store'],
  'onnxruntime-web': ['models/runtime'],
};

/** Parts that know neither Node nor packages, but for the packages named. */
const isolated: Readonly<Record<string, readonly string[]>> = {
  'agent/protocol': ['zod'],
  'models/features': [],
};

/** What others may import of a part, when it is more than the main file. `*`: everything in the folder itself. */
const publicFiles: Readonly<Record<string, readonly string[]>> = {
  // What both the launcher and the program know.
  'agent/bin': ['program-build.mjs'],
  agent: ['*'],
  'agent/answers': ['*'],
  'agent/protocol': ['*'],
  'agent/platform': ['*'],
  'agent/store': ['*'],
  'agent/workspace': [
    'workspace.ts',
    'configuration.ts',
    'configuration-language.ts',
    'configuration-pipelines.ts',
    'configuration-yaml.ts',
    'condition.ts',
    'condition-value.ts',
    'glob-match.ts',
    'pipeline-check.ts',
    'pipeline-circle.ts',
    'pipeline-matrix.ts',
  ],
  'agent/engine': ['engine.ts', 'sandbox.ts'],
  'agent/graph': ['graph.ts', 'cmake-tests.ts'],
  'agent/tests': ['tests.ts', 'generation/generation.ts', 'remote-runs/remote-runs.ts'],
  'agent/pipelines': ['main-job.ts', 'continuous-run.ts', 'idle-audit.ts', 'idle-learning.ts', 'planner.ts', 'run-notes.ts', 'pipelines.ts', 'pipeline-catalog.ts', 'build-configs.ts', 'test-suites.ts', 'resumption.ts', 'change-risk.ts', 'gate-step.ts', 'import/import.ts', 'export/export.ts'],
  'agent/server': ['server.ts', 'local-client.ts', 'agent-lock.ts', 'roles.ts', 'language-features.ts'],
  'agent/cli': ['cli.ts', 'output.ts'],
  'agent/handlers': ['handlers.ts', 'analytics-handlers.ts'],
  'agent/sample': ['sample-repository.ts'],
  'models/features': ['*'],
  'models/runtime': ['*'],
  'models/learning': ['*'],
};

/** Scripts that are loaded by a user's test runner: they stand alone. */
const runnerScripts = 'agent/tests/runners/';

describe('layers', () => {
  const files = readImports(root, ['agent', 'extension', 'webview', 'models']);

  it('are kept', () => {
    assert.deepEqual(files.flatMap(violations), []);
  });

  it('know every part', () => {
    const parts = new Set(files.map((file) => partOf(file.path)));
    assert.deepEqual(
      [...parts].filter((part) => mayImport[part] === undefined),
      [],
    );
  });

  const broken: readonly (readonly [file: string, text: string, complaint: string])[] = [
    [
      'agent/store/a.ts',
      "import type { Graph } from '../graph/graph.ts';",
      'agent/store/a.ts must not import agent/graph',
    ],
    ['agent/tests/a.ts', "await import('../builds/builds.ts');", 'agent/tests/a.ts must not import agent/builds'],
    ['extension/a.ts', "import { x } from '../agent/main.ts';", 'extension/a.ts must not import agent'],
    [
      'agent/builds/a.ts',
      "import '../graph/python.ts';",
      'agent/builds/a.ts must not import agent/graph/python.ts, which is private',
    ],
    ['agent/engine/a.ts', "import 'sql.js';", 'agent/engine/a.ts must not import the package sql.js'],
    ['agent/cli/a.ts', "import 'vscode';", 'agent/cli/a.ts must not import the package vscode'],
    [
      'models/training/a.ts',
      "import 'onnxruntime-web/wasm';",
      'models/training/a.ts must not import the package onnxruntime-web',
    ],
    ['agent/protocol/a.ts', "import 'node:fs';", 'agent/protocol/a.ts must not import the package node:fs'],
    ['webview/a.ts', "import 'node:fs';", 'webview/a.ts must not import the package node:fs'],
    [
      'agent/graph/a.ts',
      "import './c.ts'; export { b } from './b.ts';",
      'agent/graph/a.ts only hands on the exports of other files',
    ],
    ['agent/tests/runners/a.mjs', "import 'zod';", 'agent/tests/runners/a.mjs must not import the package zod'],
  ];
  for (const [file, text, complaint] of broken) {
    it(`would say: ${complaint}`, () => {
      assert.deepEqual(violations(importsOf(file, text)), [complaint]);
    });
  }
});

function violations(file: ImportingFile): string[] {
  const barrel = file.isBarrel ? [`${file.path} only hands on the exports of other files`] : [];
  return [...barrel, ...file.imports.flatMap((imported) => violation(file.path, imported))];
}

function violation(from: string, imported: string): string[] {
  const isPath = imported in mayImport || /^(agent|extension|webview|models)\//.test(imported);
  if (!isPath)
    return mayUsePackage(from, imported) ? [] : [`${from} must not import the package ${packageName(imported)}`];
  const [part, target] = [partOf(from), partOf(imported)];
  if (part === target) return [];
  if (mayImport[part]?.includes(target) !== true) return [`${from} must not import ${target}`];
  return isPublic(target, imported) ? [] : [`${from} must not import ${imported}, which is private`];
}

function mayUsePackage(from: string, imported: string): boolean {
  const part = partOf(from);
  const name = packageName(imported);
  if (from.startsWith(runnerScripts)) return name.startsWith('node:');
  if (part === 'webview' && name.startsWith('node:')) return false;
  const allowed = isolated[part];
  if (allowed !== undefined) return allowed.includes(name);
  return packageOwners[name]?.some((owner) => from === owner || from.startsWith(`${owner}/`)) ?? true;
}

/** `agent/graph/python.ts` → `agent/graph`; `agent/main.ts` → `agent`; everything of the extension is one part. */
function partOf(file: string): string {
  const [top = '', second = ''] = file.split('/');
  return (top === 'agent' || top === 'models') && !second.includes('.') ? `${top}/${second}` : top;
}

function isPublic(part: string, file: string): boolean {
  if (part === file) return true;
  const inside = file.slice(part.length + 1);
  const named = publicFiles[part] ?? [`${part.split('/').at(-1)}.ts`];
  return named.includes('*') ? !inside.includes('/') : named.includes(inside);
}

function packageName(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
