// An engine in a process of its own, to be killed by the test: `node engine-process.ts <state> <executions> <command> [args…]`.
// Each execution runs the command in one step and has another step that waits for it. Prints each id once it is recorded.
import { EngineRig, step } from './engine-rig.ts';

const [stateDirectory = '', executions = '1', command = '', ...args] = process.argv.slice(2);
const environment = { PATH: process.env['PATH'] ?? '' };
const rig = await EngineRig.create({ stateDirectory, limits: { parallelExecutions: Number(executions) } });
await rig.engine.recover();
const handles = Array.from({ length: Number(executions) }, () =>
  rig.submit([
    step('run', {
      run: async ({ run }) => {
        const exit = await run({ command, args, cwd: '/', environment });
        return exit.exitCode === 0 ? { state: 'succeeded' } : { state: 'failed' };
      },
    }),
    step('next', { needed: ['run'] }),
  ]),
);
for (const handle of handles) {
  await handle.recorded;
  process.stdout.write(`${handle.id}\n`);
}
await Promise.all(handles.map((handle) => handle.finished));
