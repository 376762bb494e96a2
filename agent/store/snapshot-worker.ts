// The worker thread's entry: one job, one answer.
import { parentPort, workerData } from 'node:worker_threads';
import { makeSnapshot, type SnapshotJob, type SnapshotOutcome } from './snapshot-writer.ts';

async function answer(): Promise<SnapshotOutcome> {
  try {
    // `startSnapshotWorker` in snapshots.ts is the only one that starts this file, with a SnapshotJob.
    return await makeSnapshot(workerData as SnapshotJob);
  } catch (error) {
    return { state: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.postMessage(await answer());
