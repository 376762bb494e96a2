// A process that starts one child as the agent does, and is then killed by the test: `node agent-like.mjs <records> <command> [args…]`.
import { createProcesses } from '../../agent/platform/child-processes.ts';
import { systemClock } from '../../agent/platform/clock.ts';
import { silentLog } from '../../agent/platform/log.ts';

const [records, command, ...args] = process.argv.slice(2);
const processes = createProcesses({ clock: systemClock, log: silentLog, recordsFolder: records });
await processes.start({ command, args, cwd: '/', environment: { PATH: process.env.PATH } }).exited;
