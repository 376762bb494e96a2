// A pipeline for a repository that declares none: what it holds is found, and each step says in what.
import type { BuildTarget } from '../protocol/build.ts';
import type { RepoPath } from '../protocol/ids.ts';
import { PipelineDefinition, type Pipeline, type WrittenPipeline } from '../protocol/pipeline.ts';
import { z } from 'zod';
import { scriptsCalledBy, testScript } from './test-script.ts';

export interface InferenceInput {
  readonly files: readonly RepoPath[];
  read(path: RepoPath): string | null;
  readonly targets: readonly Pick<BuildTarget, 'id' | 'foundIn'>[];
  /** `vitest (41 files)`, one a framework. */
  readonly tests: readonly string[];
}

/** The id of the pipeline that nobody declared. */
export const inferredId = 'default';

type WrittenStep = WrittenPipeline['steps'][string];

interface FoundStep {
  readonly id: string;
  readonly step: WrittenStep;
  readonly found: string;
}

const Scripts = z.object({ scripts: z.record(z.string(), z.unknown()).catch({}) });

/** Null where nothing is found that could be run. */
export function inferPipeline(
  input: InferenceInput,
): (Pick<Pipeline, 'evidence'> & { readonly definition: PipelineDefinition }) | null {
  const checks = scriptSteps(input, checkScripts(input));
  const builds = buildSteps(input);
  const tests = testSteps(input);
  const others = builds.length + tests.length === 0 ? toolSteps(input) : [];
  const buildIds = builds.map(({ id }) => id);
  const needing = tests.map((found) => ({ ...found, step: { ...found.step, needs: buildIds } }));
  const found = [...checks, ...builds, ...needing, ...others];
  const { before, after } = besideTests(input, found);
  const last = before.at(-1)?.id;
  const ready = found.map((each) =>
    each.id === 'test' && last !== undefined ? { ...each, step: { ...each.step, needs: [...buildIds, last] } } : each,
  );
  const all = [...ready, ...before, ...after];
  if (all.length === 0) return null;
  const definition = PipelineDefinition.parse({
    name: 'Checks, builds and tests',
    type: tests.length > 0 ? 'test' : 'build',
    steps: Object.fromEntries(all.map(({ id, step }) => [id, step])),
  });
  return { definition, evidence: all.map(({ id, found }) => ({ step: id, found })) };
}

const checkNames = /^(lint|check:lint|types|typecheck|type-check|check-types|check:types?(:.*)?|format:check)$/;

/** Scripts that check, without those that another step runs in any case. */
function checkScripts(input: InferenceInput): string[] {
  const scripts = textsOf(input);
  const names = Object.keys(scripts).filter((name) => checkNames.test(name));
  const beside = input.tests.length === 0 ? ['test'] : testScript(scripts, input.targets.length > 0).parts;
  const others = beside.map((part) => (typeof part === 'string' ? part : part.script));
  // Of two that call each other the first stays.
  const isCalledBy = (name: string, caller: string) =>
    caller !== name &&
    scriptsCalledBy(caller, scripts).has(name) &&
    (!scriptsCalledBy(name, scripts).has(caller) || names.indexOf(caller) < names.indexOf(name));
  return names.filter((name) => ![...names, ...others].some((caller) => isCalledBy(name, caller)));
}

interface BesideTests {
  readonly before: readonly FoundStep[];
  readonly after: readonly FoundStep[];
}

/** What the test script does besides starting the runner that is found, in its order. */
function besideTests(input: InferenceInput, found: readonly FoundStep[]): BesideTests {
  const before: FoundStep[] = [];
  const after: FoundStep[] = [];
  if (input.tests.length === 0) return { before, after };
  const { parts } = testScript(textsOf(input), input.targets.length > 0);
  const taken = new Set(found.map(({ id }) => id));
  for (const { script, command, isBefore } of parts) {
    if (found.some(({ step }) => step.command === command)) continue;
    const plain = stepIdOf(script);
    const id = taken.has(plain) ? `test-script-${taken.size}` : plain;
    taken.add(id);
    const group = isBefore ? before : after;
    const builds = input.targets.length > 0 ? ['build'] : [];
    const needs = group.length > 0 ? group.slice(-1).map((each) => each.id) : isBefore ? builds : ['test'];
    group.push({ id, step: { command, needs }, found: `package.json script test: ${command}` });
  }
  return { before, after };
}

function stepIdOf(script: string): string {
  return script.replace(/[^\w-]/g, '-').replace(/^[^A-Za-z_]/, '_');
}

function textsOf(input: InferenceInput): Record<string, string> {
  return Object.fromEntries(
    Object.entries(scriptsOf(input)).flatMap(([name, text]) => (typeof text === 'string' ? [[name, text]] : [])),
  );
}

function buildSteps({ targets }: InferenceInput): FoundStep[] {
  const [first] = targets;
  if (first === undefined) return [];
  const more = targets.length === 1 ? '' : ` and ${targets.length - 1} more`;
  return [{ id: 'build', step: { build: 'impacted' }, found: `${first.foundIn}${more}` }];
}

function testSteps(input: InferenceInput): FoundStep[] {
  if (input.tests.length > 0) {
    const { unclear } = testScript(textsOf(input), input.targets.length > 0);
    const rest = unclear.map((text) => `; not told apart from the runner, and no step: ${text.replace(/\s+/g, ' ')}`);
    return [{ id: 'test', step: { tests: 'impacted' }, found: `${input.tests.join(', ')}${rest.join('')}` }];
  }
  return scriptSteps(input, ['test']);
}

/** Scripts of the root's package.json. */
function scriptSteps(input: InferenceInput, names: readonly string[]): FoundStep[] {
  const scripts = scriptsOf(input);
  return names.flatMap((name) => {
    const script = scripts[name];
    if (typeof script !== 'string' || script.includes('no test specified')) return [];
    const command =
      name === 'test' ? `${packageManager(input.files)} test` : `${packageManager(input.files)} run ${name}`;
    return [
      { id: name.replace(/[^\w-]/g, '-'), step: { command, idempotent: true }, found: `package.json script ${name}` },
    ];
  });
}

function scriptsOf({ read, files }: InferenceInput): Readonly<Record<string, unknown>> {
  const manifest = files.find((file) => file === 'package.json');
  const text = manifest === undefined ? null : read(manifest);
  if (text === null) return {};
  try {
    return Scripts.parse(JSON.parse(text)).scripts;
  } catch {
    return {};
  }
}

/** The package manager that the lock file at the root belongs to. */
export function packageManager(files: readonly string[]): 'npm' | 'pnpm' | 'yarn' | 'bun' {
  if (files.includes('pnpm-lock.yaml')) return 'pnpm';
  if (files.includes('yarn.lock')) return 'yarn';
  return files.includes('bun.lock') || files.includes('bun.lockb') ? 'bun' : 'npm';
}

/** For what a file at the root tells the tool of. */
const tools: readonly { readonly file: RegExp; readonly steps: Readonly<Record<string, string>> }[] = [
  { file: /^go\.mod$/, steps: { build: 'go build ./...', vet: 'go vet ./...', test: 'go test ./...' } },
  { file: /^Cargo\.toml$/, steps: { build: 'cargo build', test: 'cargo test' } },
  { file: /^pom\.xml$/, steps: { verify: 'mvn --batch-mode verify' } },
  { file: /^build\.gradle(\.kts)?$/, steps: { build: './gradlew build' } },
  { file: /\.sln$/, steps: { build: 'dotnet build', test: 'dotnet test --no-build' } },
  { file: /^tox\.ini$/, steps: { test: 'tox' } },
  { file: /^noxfile\.py$/, steps: { test: 'nox' } },
];

function toolSteps(input: InferenceInput): FoundStep[] {
  for (const { file, steps } of tools) {
    const found = input.files.find((each) => file.test(each));
    if (found !== undefined) return inARow(steps, found);
  }
  return makeSteps(input);
}

function makeSteps({ files, read }: InferenceInput): FoundStep[] {
  const makefile = files.find((file) => file === 'Makefile' || file === 'makefile' || file === 'GNUmakefile');
  const text = makefile === undefined ? null : read(makefile);
  if (text === null || makefile === undefined) return [];
  const goals = ['all', 'lint', 'check', 'test'].filter((goal) => new RegExp(`^${goal}\\s*:(?!=)`, 'm').test(text));
  return inARow(Object.fromEntries(goals.map((goal) => [goal, `make ${goal}`])), `${makefile} target`);
}

function inARow(commands: Readonly<Record<string, string>>, found: string): FoundStep[] {
  const ids = Object.keys(commands);
  return Object.entries(commands).map(([id, command], index) => {
    const before = ids[index - 1];
    return { id, step: { command, idempotent: true, ...(before === undefined ? {} : { needs: [before] }) }, found };
  });
}
