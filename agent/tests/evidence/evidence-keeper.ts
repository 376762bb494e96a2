// Decides in which runs evidence is recorded, and puts it on record.
import { assetPath } from '../../platform/assets.ts';
import { createWorkerPool } from '../../platform/worker-pool.ts';
import type { ExecutionId, RepoPath } from '../../protocol/ids.ts';
import type { PlanRequest } from '../../protocol/plan.ts';
import type { Framework } from '../../protocol/test.ts';
import { evidenceAges, saveTestEvidence, type TestEvidence } from '../../store/evidence.ts';
import { testId, type TestAdapter, type TestProject } from '../adapter.ts';
import { temporaryFolderOf, type TestsOptions } from '../options.ts';
import { EvidenceRecording, type EvidencePool } from './evidence.ts';

/** One project's run. */
export interface RecordedRun {
  readonly adapter: Pick<TestAdapter, 'recordsEvidence'>;
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
/** Threads end when no run recorded for so long. */
const idleMs = 10_000;

export function createEvidenceKeeper(options: TestsOptions): EvidenceKeeper {
  let pool: EvidencePool | null = null;
  const startedPool = () => {
    pool ??= createWorkerPool({ entry: assetPath('test-evidence-worker'), size: 1, idleMs, clock: options.clock });
    return pool;
  };
  return {
    forRun: (run) =>
      isToBeRecorded(run, options) ? recordingStep(run, options, startedPool()) : notRecording(options),
    async dispose() {
      await pool?.dispose();
    },
  };
}

function isToBeRecorded({ adapter, request, files, project, isWhole }: RecordedRun, options: TestsOptions): boolean {
  if (!isWhole || adapter.recordsEvidence?.(project) !== true) return false;
  if (request.coverage === true) return true;
  if (!options.settings()['test.recordEvidence']) return false;
  return lacksEvidence(project.framework, files, options);
}

/** Some of the files were never recorded. What was recorded before a change still tells what the unchanged parts are used by. */
function lacksEvidence(framework: Framework, files: readonly RepoPath[], { store }: TestsOptions): boolean {
  const ages = evidenceAges(store);
  return files.length === 0 || files.some((file) => !ages.has(testId(framework, file)));
}

function notRecording(options: TestsOptions): StepEvidence {
  return {
    isRecording: false,
    environment: () => options.environment(),
    fileFinished() {},
    close: async () => {},
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
}
