// A process that tries to own a state directory, says whether it does, and holds on until it is told to leave or killed.
import { systemClock } from '../../agent/platform/clock.ts';
import { acquireAgentLock } from '../../agent/server/agent-lock.ts';

const [stateDirectory = '', port = '0'] = process.argv.slice(2);

process.once('message', () => void contend());
process.send?.('ready');

/** Starts when the test says so, so that many contend at the same moment. */
async function contend(): Promise<void> {
  const acquired = await acquireAgentLock({ stateDirectory, version: '1.0.0', clock: systemClock });
  if (!acquired.ok) {
    process.send?.(acquired.failure.reason, () => process.exit(0));
    return;
  }
  if (Number(port) > 0) await acquired.value.publish(Number(port));
  process.send?.('owner');
  process.once('message', () => void acquired.value.release().then(() => process.exit(0)));
}
