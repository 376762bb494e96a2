// Generated tests: made of a function, tried in a second work tree, offered. Nothing is written into the user's tree.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Engine, StepContext, StepOutcome } from '../../engine/engine.ts';
import { failure, success, type Result } from '../../protocol/failure.ts';
import type { GeneratedTests, GenerateTestsRequest, TestPrompt } from '../../protocol/generated-tests.ts';
import { StepId, type ExecutionId } from '../../protocol/ids.ts';
import { getGeneratedTests, saveGeneratedTests } from '../../store/generated-tests.ts';
import { keptFolderOf, temporaryFolderOf, type TestsOptions } from '../options.ts';
import { askModel, promptOf } from './model/model.ts';
import { hasProperties, prepare, type FunctionRequest, type PreparationOptions, type Prepared } from './preparation.ts';
import { openScratchTree } from './scratch-tree.ts';
import { makeTests } from './session.ts';

export interface GenerationOptions
  extends PreparationOptions, Pick<TestsOptions, 'stateDirectory' | 'store' | 'clock' | 'settings'> {
  readonly engine: Engine;
  readonly readGit: (args: readonly string[]) => Promise<string | null>;
  /** Why nothing can be executed now; null when it can. */
  readonly refusal: () => Result<never> | null;
  readonly timeoutMs: () => number;
  /** For the endpoint of a language model; undefined: none is set. */
  readonly modelKey: () => string | undefined;
}

export interface Generation {
  /** Checks the function, and queues the making of tests for it. */
  generate(request: GenerateTestsRequest): Promise<Result<{ executionId: ExecutionId }>>;
  /** What a language model would be told. */
  prompt(request: FunctionRequest): Promise<Result<TestPrompt>>;
  /** What an execution that has ended offers. */
  generated(id: ExecutionId): Result<GeneratedTests>;
}

export function createGeneration(options: GenerationOptions): Generation {
  const { engine, store } = options;
  return {
    async generate(request) {
      const refusal = options.refusal();
      if (refusal !== null) return refusal;
      const prepared = await prepare(options, request);
      if (!prepared.ok) return prepared;
      const { subject } = prepared.value;
      const handle = engine.submit({
        kind: 'tests',
        name: `Make tests of ${subject.name}`,
        trigger: 'api',
        changedFiles: 0,
        timeoutMs: options.timeoutMs(),
        priority: 'interactive',
        // They share the second work tree.
        concurrencyGroup: 'test-generation',
        prepare: async () =>
          success([
            {
              id: StepId.parse('generate'),
              name: `make tests of ${subject.name}`,
              kind: 'tests',
              needs: [],
              slot: 'test',
              timeoutMs: options.timeoutMs(),
              run: (context) => runStep(options, { ...prepared.value, request }, context),
            },
          ]),
      });
      await handle.recorded;
      return success({ executionId: handle.id });
    },
    async prompt(request) {
      const prepared = await prepare(options, request);
      if (!prepared.ok) return prepared;
      const url = options.settings()['test.modelUrl'];
      const endpoint = URL.canParse(url) ? new URL(url).host : null;
      return success({ function: prepared.value.subject.name, ...promptOf(prepared.value), endpoint });
    },
    generated(id) {
      const known = getGeneratedTests(store, id);
      if (known !== null) return success(known);
      const execution = engine.get(id);
      if (execution === null) return failure('not_found', `there is no execution '${id}'`, { place: 'id' });
      const why = execution.finishedAt === null ? 'has not ended' : 'has made no tests';
      return failure('not_found', `the execution '${id}' ${why}`, { place: 'id' });
    },
  };
}

async function runStep(
  options: GenerationOptions,
  prepared: Prepared & { readonly request: GenerateTestsRequest },
  context: StepContext,
): Promise<StepOutcome> {
  const { root, readGit, store, clock, settings } = options;
  const { subject, language, project } = prepared;
  const opened = await openScratchTree({ root, readGit });
  if (!opened.ok) return { state: 'failed', isUnable: true, reason: opened.failure.message };
  const tree = opened.value;
  await mkdir(temporaryFolderOf(options), { recursive: true });
  const temporaryFolder = await mkdtemp(path.join(temporaryFolderOf(options), 'generation-'));
  const own = language.environment(tree.root, subject);
  const environment = { ...options.environment(), ...own };
  const outer = options.environment()['PYTHONPATH'];
  if (own['PYTHONPATH'] !== undefined && outer !== undefined)
    environment['PYTHONPATH'] = [own['PYTHONPATH'], outer].join(path.delimiter);
  try {
    const made = await makeTests({
      ...prepared,
      tree,
      trial: {
        root: tree.root,
        project,
        runnerFolder: options.runnerFolder,
        temporaryFolder,
        keptFolder: keptFolderOf(options),
        clock,
        settings: settings(),
        environment,
        context,
      },
      mostFaults: prepared.request.mutants,
      hasProperties: hasProperties(project, options),
      askModel: () =>
        askModel({
          ...prepared,
          answer: prepared.request.answer ?? null,
          asksEndpoint: prepared.request.asksModel,
          settings: settings(),
          key: prepared.request.modelKey ?? options.modelKey() ?? null,
          signal: context.signal,
          say: (what) => context.say(what),
        }),
      say: (what) => context.say(what),
    });
    if (!made.ok) return { state: 'failed', isUnable: true, reason: made.failure.message };
    const generated = { ...made.value, executionId: context.executionId, at: clock.now() };
    await store.transact((tx) => saveGeneratedTests(tx, generated));
    return {
      state: 'succeeded',
      reason: made.value.tests.length === 0 ? 'no test was worth keeping' : `${made.value.tests.length} tests offered`,
    };
  } finally {
    await rm(temporaryFolder, { recursive: true, force: true });
    await tree.dispose();
  }
}
