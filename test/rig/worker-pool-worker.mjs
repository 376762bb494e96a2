// The entry of the worker threads in the tests of the worker pool.
import { parentPort, threadId } from 'node:worker_threads';

parentPort.on('message', ({ id, task }) => {
  if (task === 'exit') process.exit(3);
  if (task === 'throw') parentPort.postMessage({ id, error: 'the task threw' });
  else parentPort.postMessage({ id, result: { task, threadId } });
});
