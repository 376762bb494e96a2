// An agent in a process of its own that runs pipelines, to be killed: `node pipelines-process.ts <repository> <executions> <pipeline>`.
// Goes on with what a killed one left, starts so many executions, prints the id of each once it is acknowledged, `log`
// and what steps print, `started`, and `done` when nothing is under way any more.
import { openHost } from '../../agent/host.ts';
import { systemClock } from '../../agent/platform/clock.ts';
import { createLog } from '../../agent/platform/log.ts';

const [folder = '', count = '0', pipeline = ''] = process.argv.slice(2);
const opened = await openHost({
  folder,
  clock: systemClock,
  log: createLog((line) => process.stderr.write(`${line}\n`), 'error'),
  version: '0.0.0-test',
  environment: { ...process.env, NOODLE_CICD_PARALLEL_PIPELINES: '20' },
  isTrusted: true,
  isServing: false,
  resumes: true,
  idleExitMs: null,
  clientName: 'test',
});
if (!opened.ok) throw new Error(opened.failure.message);
const { client, agent } = opened.value;
const ended = Promise.withResolvers<void>();
const look = () => {
  if (agent.engine.isIdle()) ended.resolve();
};
let hasStarted = false;
client.onEvent((event) => {
  if (event.type === 'log.appended') process.stdout.write(`log ${JSON.stringify(event.text)}\n`);
  if (hasStarted && event.type === 'execution.changed') setImmediate(look);
});
const start = async () => {
  const { executionId } = await client.executePipeline({ id: pipeline });
  process.stdout.write(`${executionId}\n`);
};
await Promise.all(Array.from({ length: Number(count) }, start));
hasStarted = true;
process.stdout.write('started\n');
// Its timers do not keep the process alive.
const alive = setInterval(look, 200);
look();
await ended.promise;
clearInterval(alive);
process.stdout.write('done\n');
await opened.value.dispose();
