// The entry of the worker thread that turns what recorders counted into lines; see read-window.ts.
import { parentPort } from 'node:worker_threads';
import { readWindow, type KnownTexts, type MarkedWindow } from './read-window.ts';

const port = parentPort;
if (port !== null) {
  const known: KnownTexts = new Map();
  port.on('message', ({ id, task }: { id: number; task: string }) => {
    try {
      const result: MarkedWindow | null = readWindow(task, known);
      port.postMessage({ id, result });
    } catch (error) {
      port.postMessage({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
}
