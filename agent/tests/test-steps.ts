// Turns a plan into steps of the engine: one a project, which runs its files and tells what comes of them.
import type { StepContext, StepDefinition, StepOutcome } from '../engine/engine.ts';
import { assetPath } from '../platform/assets.ts';
import type { ProcessSpec } from '../platform/processes.ts';
import { StepId, type RepoPath, type TestId } from '../protocol/ids.ts';
import type { PlanRequest } from '../protocol/plan.ts';
import type { TestFile } from '../protocol/test.ts';
import { runnerOf, runnerStarts, saveRunnerStart } from '../store/runner-starts.ts';
import { testId, type TestBatch } from './adapter.ts';
import type { CatalogEntry, TestCatalog } from './catalog.ts';
import { present } from './native/present.ts';
import type { EvidenceKeeper, StepEvidence } from './evidence/evidence-keeper.ts';
import { statusesOf, uncountedFailures } from './flakiness/step-failures.ts';
import { batchesOf, runProject, type ProjectRunOptions, type ProjectTrouble } from './project-run.ts';
import type { EndedStep, Reuse } from './reuse/reuse.ts';
import type { RunnerWatch } from './runner-watch.ts';
import { turnsOf, type RankedFile, type Turn } from './turns.ts';
import type { Warmth } from './warm/warmth.ts';
import { ResultRecorder } from './results.ts';
import { StepListener } from './step-listener.ts';
import { keptFolderOf, temporaryFolderOf, type StepsInput, type TestsOptions } from './options.ts';

/** Steps in the order of their first planned test. A project of which no file is known yet runs when all is asked for. */
export function testSteps(input: StepsInput, catalog: TestCatalog, surroundings: StepSurroundings): StepDefinition[] {
  const entryOf = new Map<TestId, CatalogEntry>();
  for (const entry of catalog.entries)
    for (const file of entry.project.files) entryOf.set(testId(entry.project.framework, file), entry);
  const planned = new Map<CatalogEntry, RankedFile[]>();
  for (const [rank, { id, file, expectedMs }] of input.planned.entries()) {
    const entry = entryOf.get(id);
    if (entry === undefined) continue;
    const files = planned.get(entry) ?? [];
    files.push({ file, rank, expectedMs });
    planned.set(entry, files);
  }
  if (input.request.all === true) {
    for (const entry of catalog.entries) if (entry.project.files.length === 0) planned.set(entry, []);
  }
  const turns = turnsIn(planned, surroundings.options);
  return [...planned].map(([entry, files], index) =>
    stepOf({
      entry,
      files: files.map(({ file }) => file),
      expectedMs: files.reduce((sum, { expectedMs }) => sum + expectedMs, 0),
      turns: turns[index] ?? [],
      input,
      catalog,
      ...surroundings,
    }),
  );
}

/** What another start of a runner takes, where none was measured. */
const unknownStartMs = 1000;

function turnsIn(planned: ReadonlyMap<CatalogEntry, readonly RankedFile[]>, { store, slots }: TestsOptions): Turn[][] {
  const starts = runnerStarts(store);
  const projects = [...planned].map(([{ project }, files]) => {
    const runner = runnerOf({ framework: project.framework, project: project.folder });
    return { files, startMs: starts.get(runner)?.startMs ?? unknownStartMs };
  });
  return turnsOf(projects, slots?.() ?? projects.length);
}

/** What all steps share. */
export interface StepSurroundings {
  readonly evidence: EvidenceKeeper;
  readonly options: TestsOptions;
  readonly warm: Warmth;
  readonly reuse: Reuse;
}

interface ProjectStep extends StepSurroundings {
  readonly entry: CatalogEntry;
  readonly files: readonly RepoPath[];
  /** Of all files, one after the other. */
  readonly expectedMs: number;
  /** The files, in parts that run one after the other as their turn comes. */
  readonly turns: readonly Turn[];
  readonly input: StepsInput;
  readonly catalog: TestCatalog;
}

function stepOf(step: ProjectStep): StepDefinition {
  const { entry, input, options } = step;
  const { framework, folder } = entry.project;
  return {
    id: StepId.parse(`tests:${entry.name}`),
    name: folder === '' ? framework : `${framework} in ${folder}`,
    kind: 'tests',
    // A build that fails is reported by itself; what the tests say without it is still worth knowing.
    needs: [],
    after: input.after(folder),
    slot: 'test',
    priority: step.turns[0]?.priority ?? 0,
    ...(step.files.length === 0 ? {} : { expectedMs: step.expectedMs }),
    timeoutMs: options.settings()['cicd.defaultTimeout'] * 1000,
    run: (context) => runStep(step, context),
  };
}

async function runStep(step: ProjectStep, context: StepContext): Promise<StepOutcome> {
  const { entry, options, catalog } = step;
  const { executionId } = context;
  const recorder = new ResultRecorder({ store: options.store, clock: options.clock, executionId });
  const batches = batchesFor(step);
  const startedAt = options.clock.now();
  const isOfFiles = batches.every((batch) => batch.only.length === 0);
  const evidence = step.evidence.forRun({
    adapter: entry.adapter,
    project: entry.project,
    files: step.files,
    request: step.input.request,
    executionId,
    isWhole: isOfFiles,
  });
  const { project } = entry;
  const listener = new StepListener({
    ...options,
    framework: project.framework,
    planned: step.files,
    context,
    recorder,
    evidence,
  });
  const before = statusesOf(catalog.files);
  const runOptions = runOptionsOf(step, context, { evidence, listener });
  const isOnePart = evidence.isRecording || evidence.countCoverage !== undefined;
  const parts = isOnePart ? [{ batches, priority: 0 }] : partsOf(step, batches);
  const trouble = await runParts(parts, context, runOptions);
  const hasEnded = trouble === null && !context.signal.aborted;
  await recorder.close(isOfFiles && !context.signal.aborted ? listener.finishedIds() : []);
  await evidence.close(context.signal.aborted);
  if (hasEnded) await closeStep(step, listener, { batches, isOneStart: parts.length === 1 });
  catalog.casesChanged();
  await keepResults(step, listener, { startedAt, executionId, isWhole: isOfFiles && hasEnded });
  const failures = {
    project,
    context,
    runOptions: withoutHelp(runOptions, step, context),
    failed: listener.failures(),
    order: listener.order,
    before,
    isContinuous: step.input.isContinuous === true,
    sources: [...catalog.sources],
  };
  return outcomeOf(listener.failed - (await uncountedFailures(failures, options)), trouble);
}

/** Batches that run without anybody else's turn between them. */
interface Part {
  readonly batches: readonly TestBatch[];
  readonly priority: number;
}

/** Chosen cases, and what the runner orders itself, are one part. */
function partsOf({ turns }: ProjectStep, batches: readonly TestBatch[]): Part[] {
  const [batch, ...others] = batches;
  const isWhole = batch !== undefined && others.length === 0 && batch.only.length === 0 && batch.files !== null;
  if (!isWhole || turns.length < 2) return [{ batches, priority: 0 }];
  return turns.map(({ files, priority }) => ({ batches: [{ ...batch, files }], priority }));
}

async function runParts(
  parts: readonly Part[],
  context: StepContext,
  options: ProjectRunOptions,
): Promise<ProjectTrouble | null> {
  let trouble: ProjectTrouble | null = null;
  for (const [index, { batches, priority }] of parts.entries()) {
    if (index > 0 && !(await context.takeTurn(priority))) break;
    trouble = (await runProject(batches, options)) ?? trouble;
    if (trouble?.isRunnerMissing === true) break;
  }
  return trouble;
}

function runOptionsOf(
  { entry, options, warm, input }: ProjectStep,
  context: StepContext,
  { evidence, listener }: { readonly evidence: StepEvidence; readonly listener: StepListener },
): ProjectRunOptions {
  return {
    root: options.root,
    runnerFolder: assetPath('test-runners'),
    adapter: entry.adapter,
    clock: options.clock,
    settings: options.settings(),
    environment: evidence.environment(),
    recordsEvidence: evidence.isRecording,
    ...present({ countCoverage: evidence.countCoverage }),
    signal: context.signal,
    listener,
    log: (text) => context.log(text),
    ...warm.forRun(input.request, (spec) => context.run(spec)),
    temporaryFolder: temporaryFolderOf(options),
    keptFolder: keptFolderOf(options),
  };
}

/** For re-runs: cold, and without recording. */
function withoutHelp(run: ProjectRunOptions, { options }: ProjectStep, context: StepContext): ProjectRunOptions {
  const start = (spec: ProcessSpec) => context.run(spec);
  const { countCoverage: _, ...uncounted } = run;
  return { ...uncounted, environment: options.environment(), recordsEvidence: false, run: start };
}

/** What is known of a project when all of it was run. */
async function closeStep(
  step: ProjectStep,
  listener: StepListener,
  { batches, isOneStart }: { readonly batches: readonly TestBatch[]; readonly isOneStart: boolean },
): Promise<void> {
  if (isOneStart) await keepStart(step, listener.watch);
  // A file without tests is never heard of.
  for (const file of step.files) listener.fileFinished(file);
  if (batches[0]?.files === null) await step.catalog.addReported(step.entry, listener.reportedFiles());
}

/** How long the runner took besides its tests, for the next expectation. */
async function keepStart({ entry, options }: ProjectStep, watch: RunnerWatch): Promise<void> {
  const start = watch.measured();
  if (start === null) return;
  const runner = runnerOf({ framework: entry.project.framework, project: entry.project.folder });
  try {
    await options.store.transact((tx) => saveRunnerStart(tx, runner, start));
  } catch (error) {
    options.log.warn(
      `the start of a runner could not be recorded: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

interface EndedRun extends Pick<EndedStep, 'startedAt' | 'executionId'> {
  /** Every file ran as a whole, and nothing broke beside the tests. */
  readonly isWhole: boolean;
}

/** Results that hold from now on, and those that do so no more. */
async function keepResults(step: ProjectStep, listener: StepListener, { isWhole, ...run }: EndedRun): Promise<void> {
  const { catalog, entry, input, options } = step;
  const { project } = entry;
  const passed = new Map<TestId, { file: TestFile; tests: number }>();
  const failed: TestId[] = [];
  for (const file of catalog.files) {
    const tally = file.framework === project.framework ? listener.tallies.get(file.file) : undefined;
    if (tally?.isPassed === false) failed.push(file.id);
    else if (tally !== undefined && isWhole) passed.set(file.id, { file, tests: tally.tests });
  }
  try {
    await step.reuse.keep({ ...run, project, impact: input.impact ?? null, passed, failed });
  } catch (error) {
    // A result that is not kept is run again: that costs time, and nothing else.
    options.log.warn(`results could not be kept: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** All of a project is left to its runner; else the files are named. */
function batchesFor({ entry, files, input }: ProjectStep): TestBatch[] {
  const leavesItToRunner = input.request.all === true && !entry.isPartial;
  return batchesOf(entry.project, leavesItToRunner ? null : files, chosenCases(entry, files, input.request));
}

/** Titles of the cases that a request names, by their file. */
function chosenCases(entry: CatalogEntry, files: readonly RepoPath[], request: PlanRequest): Map<RepoPath, string[][]> {
  const chosen = new Map<RepoPath, string[][]>();
  if (request.tests === undefined) return chosen;
  const ids = new Set(request.tests);
  for (const file of files) {
    const fileId = testId(entry.project.framework, file);
    if (ids.has(fileId)) continue;
    const titles = request.tests
      .filter((id) => id.startsWith(`${fileId} > `))
      .map((id) => titlesOf(id.slice(fileId.length + 3)));
    if (titles.length > 0) chosen.set(file, titles);
  }
  return chosen;
}

/** Of two cases with one name, the second's id ends in ` #2`: runners know only the name. */
function titlesOf(rest: string): string[] {
  return rest.replace(/ #\d+$/, '').split(' > ');
}

function outcomeOf(failed: number, trouble: ProjectTrouble | null): StepOutcome {
  if (trouble !== null)
    return { state: 'failed', reason: trouble.message, isUnable: trouble.isRunnerMissing && failed === 0 };
  // Failed tests speak for themselves: a reason is what went wrong besides them.
  if (failed > 0) return { state: 'failed' };
  return { state: 'succeeded' };
}
