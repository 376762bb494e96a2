// A process that takes the output of a command piece by piece and forgets it: `node output-taker.ts <bytes>`. Prints as
// JSON how it ended, how much came, and by how much its memory grew: nothing else lives here that could let it grow.
import { createProcesses } from '../../agent/platform/child-processes.ts';
import { systemClock } from '../../agent/platform/clock.ts';
import { silentLog } from '../../agent/platform/log.ts';

const processes = createProcesses({ clock: systemClock, log: silentLog, recordsFolder: null });
const before = process.memoryUsage.rss();
let bytes = 0;
const { exitCode } = await processes.start({
  command: 'head',
  args: ['-c', process.argv[2] ?? '0', '/dev/zero'],
  cwd: '/',
  environment: { PATH: process.env['PATH'] ?? '' },
  onStdout: async (text) => {
    bytes += text.length;
    await new Promise((resolve) => setImmediate(resolve));
  },
}).exited;
await processes.dispose();
const grownBytes = process.resourceUsage().maxRSS * 1024 - before;
process.stdout.write(JSON.stringify({ exitCode, bytes, grownBytes }));
