// The entry of the thread that looks for trends; see trend-analysis.ts.
import { parentPort } from 'node:worker_threads';
import { answerTask, type AnalysisTask } from './trend-analysis.ts';

const port = parentPort;
if (port !== null) {
  port.on('message', ({ id, task }: { id: number; task: AnalysisTask }) => {
    try {
      port.postMessage({ id, result: answerTask(task) });
    } catch (error) {
      port.postMessage({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
}
