// The entry of a worker thread that reads and parses files; see read-source.ts.
import { parentPort } from 'node:worker_threads';
import { createExtractors } from './extractors/registry.ts';
import { readSource } from './read-source.ts';
import type { SourceReading, SourceRequest } from './read-source.ts';

/** A part of the files, for one thread. */
export interface ExtractTask {
  readonly root: string;
  readonly requests: readonly SourceRequest[];
}

export type ExtractAnswer = readonly (SourceReading | null)[];

const port = parentPort;
if (port !== null) {
  const extractorOf = await createExtractors();
  port.on('message', ({ id, task }: { id: number; task: ExtractTask }) => {
    try {
      const result: ExtractAnswer = task.requests.map((request) => readSource(task.root, request, extractorOf));
      port.postMessage({ id, result });
    } catch (error) {
      port.postMessage({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
}
