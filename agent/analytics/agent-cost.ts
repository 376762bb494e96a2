// What the agent itself costs: read when asked, never polled.
import type { AgentCost } from '../protocol/analytics.ts';
import type { Clock } from '../platform/clock.ts';
import type { Store } from '../store/store.ts';

/** A reader of the agent's cost. `cpu` covers the time since the reading before, at least a second of it. */
export function createCostReader(store: Store, clock: Clock): () => AgentCost {
  const startedAtMs = clock.monotonicMs();
  let lastUsage = process.cpuUsage();
  let lastAtMs = startedAtMs;
  let cpu = 0;
  return () => {
    const nowMs = clock.monotonicMs();
    if (nowMs - lastAtMs >= 1000) {
      const used = process.cpuUsage(lastUsage);
      cpu = (used.user + used.system) / 1000 / (nowMs - lastAtMs);
      lastUsage = process.cpuUsage();
      lastAtMs = nowMs;
    }
    const { databaseBytes, stateBytes } = store.statistics();
    return { cpu, memoryBytes: process.memoryUsage.rss(), databaseBytes, stateBytes, uptimeMs: nowMs - startedAtMs };
  };
}
