// Decides in which runs evidence is recorded, and puts it on record.
import { statSync } from 'node:fs';
import path from 'node:path';
import { assetPath } from '../../platform/assets.ts';
import { createWorkerPool } from '../../platform/worker-pool.ts';
import type { ExecutionId, RepoPath, TestId } from '../../protocol/ids.ts';
import type { PlanRequest } from '../../protocol/plan.ts';
import {
  evidenceAges,
  loadTestEvidence,
  removeUnusedCoverage,
  saveTestEvidence,
  type TestEvidence,
} from '../../store/evidence.ts';
import { testId, type BatchContext, type TestAdapter, type TestProject } from '../adapter.ts';
import { temporaryFolderOf, type TestsOptions } from '../options.ts';
import { CountedCoverage } from './counted-coverage.ts';
import { EvidenceRecording, type EvidencePool } from './evidence.ts';

/** One project's run. */
export interface RecordedRun {
  readonly adapter: Pick<TestAdapter, 'recordsEvidence' | 'countsCoverage'>;
  readonly project: Pick<TestProject, 'framework' | 'args' | 'nodeArguments'>;
  /** The planned files. */
  readonly files: readonly RepoPath[];
  readonly request: PlanRequest;
  readonly executionId: ExecutionId;
  /** No file runs in part: what a part uses is not what the file uses. */
  readonly isWhole: boolean;
}

/** What a step needs to record. */
export interface StepEvidence {
  readonly isRecording: boolean;
  /** Where the adapter itself counts lines. */
  readonly countCoverage?: NonNullable<BatchContext['countCoverage']>;
  /** For the runner's processes. */
  environment(): Readonly<Record<string, string>>;
  fileFinished(): void;
  /** Puts on record what was seen; of a run that was cancelled nothing is. */
  close(isCancelled: boolean): Promise<void>;
}

export interface EvidenceKeeper {
  forRun(run: RecordedRun): StepEvidence;
  dispose(): Promise<void>;
}

const testsPerTransaction = 25;
/** So many rows at once do not hold the agent up. */
const mostRemoved = 5000;
/** Threads end when no run recorded for so long. */
const idleMs = 10_000;

export function createEvidenceKeeper(options: TestsOptions): EvidenceKeeper {
  // Of some files nothing can be seen: they are not tried at every run.
  const tried = new Set<TestId>();
  let pool: EvidencePool | null = null;
  const startedPool = () => {
    pool ??= createWorkerPool({ entry: assetPath('test-evidence-worker'), size: 1, idleMs, clock: options.clock });
    return pool;
  };
  return {
    forRun(run) {
      if (run.adapter.countsCoverage === true && run.isWhole && run.request.coverage === true)
        return countingStep(run, options);
      if (!isToBeRecorded(run, options, tried)) return notRecording(options);
      for (const file of run.files) tried.add(testId(run.project.framework, file));
      return recordingStep(run, options, startedPool());
    },
    async dispose() {
      await pool?.dispose();
    },
  };
}

function isToBeRecorded(run: RecordedRun, options: TestsOptions, tried: ReadonlySet<TestId>): boolean {
  const { adapter, request, project, isWhole } = run;
  if (!isWhole || adapter.recordsEvidence?.(project) !== true) return false;
  if (request.coverage === true) return true;
  // A run that somebody waits for is not slowed down; one of everything is.
  if (!options.settings()['test.recordEvidence'] || request.all !== true) return false;
  return lacksEvidence(run, options, tried) || hasOldEvidence(run, options);
}

/** Some of the files were never recorded. */
function lacksEvidence({ project, files }: RecordedRun, { store }: TestsOptions, tried: ReadonlySet<TestId>): boolean {
  const ages = evidenceAges(store);
  return files.map((file) => testId(project.framework, file)).some((id) => !ages.has(id) && !tried.has(id));
}

/** Something that one of the files ran was written since. */
function hasOldEvidence({ project, files }: RecordedRun, { store, root }: TestsOptions): boolean {
  const wanted = new Set(files.map((file) => testId(project.framework, file)));
  const writtenAt = new Map<RepoPath, number>();
  const timeOf = (file: RepoPath) => {
    const known =
      writtenAt.get(file) ?? statSync(path.join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
    writtenAt.set(file, known);
    return known;
  };
  return loadTestEvidence(store).some(
    ({ test, covered, recordedAt }) => wanted.has(test) && covered.some((file) => timeOf(file.path) > recordedAt),
  );
}

function notRecording(options: TestsOptions): StepEvidence {
  return {
    isRecording: false,
    environment: () => options.environment(),
    fileFinished() {},
    close: async () => {},
  };
}

/** The language's own tools count; the runner's processes are left alone. */
function countingStep({ project, executionId }: RecordedRun, options: TestsOptions): StepEvidence {
  const { root, clock } = options;
  const counted = new CountedCoverage({ root, framework: project.framework, executionId, startedAt: clock.now() });
  return {
    ...notRecording(options),
    countCoverage: (tests, files) => counted.add(tests, files),
    async close(isCancelled) {
      if (!isCancelled) await saveAll(await counted.finish(), options);
    },
  };
}

function recordingStep(run: RecordedRun, options: TestsOptions, pool: EvidencePool): StepEvidence {
  const recording = new EvidenceRecording({
    root: options.root,
    framework: run.project.framework,
    executionId: run.executionId,
    temporaryFolder: temporaryFolderOf(options),
    runnerFolder: assetPath('test-runners'),
    pool,
    startedAt: options.clock.now(),
  });
  return {
    isRecording: true,
    environment: () => recording.environment(options.environment()),
    fileFinished: () => recording.readSoon(),
    async close(isCancelled) {
      try {
        if (!isCancelled) await saveAll(await recording.finish(), options);
      } catch (error) {
        // Evidence is worth having, not worth failing a run for.
        options.log.warn(
          `what the tests use could not be recorded: ${error instanceof Error ? error.message : String(error)}`,
        );
      } finally {
        recording.dispose();
      }
    },
  };
}

async function saveAll(evidence: readonly TestEvidence[], { store }: TestsOptions): Promise<void> {
  for (let index = 0; index < evidence.length; index += testsPerTransaction) {
    await store.transact((tx) => saveTestEvidence(tx, evidence.slice(index, index + testsPerTransaction)));
  }
  // Lines that only the recordings before had.
  if (evidence.length > 0) await store.transact((tx) => removeUnusedCoverage(tx, mostRemoved));
}
