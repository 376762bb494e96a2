// `noodle status` and `noodle stop`: questions to an agent that runs already.
import type { OutputOf } from '../../protocol/operations.ts';
import { counted, formatBytes, formatDuration } from '../../protocol/quantities.ts';
import { complain, type CommandContext, type ExitCode } from '../session.ts';
import { openSession } from './with-session.ts';

export async function status(context: CommandContext): Promise<ExitCode> {
  const { output, commandLine } = context;
  const isJson = commandLine.switches.has('json');
  const opened = await openLive(context);
  if (!opened.ok && opened.failure.reason !== 'not_found') return complain(output, opened.failure);
  if (!opened.ok) {
    output.line(isJson ? JSON.stringify({ running: false }) : 'no agent runs for this repository; `noodle serve` or opening it in VS Code starts one');
    return 0;
  }
  const session = opened.value;
  try {
    const agent = await session.client.getAgentStatus({});
    if (isJson) output.line(JSON.stringify({ running: true, ...agent }));
    else for (const line of statusLines(agent, session.dashboardAddress)) output.line(line);
  } finally {
    await session.dispose();
  }
  return 0;
}

export async function stop(context: CommandContext): Promise<ExitCode> {
  const opened = await openLive(context);
  if (!opened.ok) {
    if (opened.failure.reason !== 'not_found') return complain(context.output, opened.failure);
    context.output.line('no agent runs for this repository');
    return 0;
  }
  await opened.value.client.stopAgent({});
  await opened.value.ended;
  await opened.value.dispose();
  context.output.line('stopped');
  return 0;
}

function openLive(context: CommandContext) {
  return openSession(context, { agent: 'live' });
}

type AgentStatus = OutputOf<'getAgentStatus'>;

function statusLines(agent: AgentStatus, address: string): string[] {
  const { cost } = agent;
  const troubles = agent.health.filter((component) => !component.healthy);
  return [
    `agent ${agent.version} · process ${agent.pid} · ${counted(agent.clients, 'client')} · up ${formatDuration(cost.uptimeMs)}${agent.watching ? ' · watching' : ''}`,
    `costs ${(cost.cpu * 100).toFixed(1)} % CPU · ${formatBytes(cost.memoryBytes)} memory · ${formatBytes(cost.stateBytes)} on disk`,
    ...yieldingLines(cost.yielding),
    ...(cost.runners === undefined || cost.runners.count === 0 ? [] : [`${counted(cost.runners.count, 'test runner')} kept ready · ${formatBytes(cost.runners.memoryBytes)} memory`]),
    `dashboard ${address}`,
    ...troubles.map((component) => `${component.component}: ${component.message}`),
  ];
}

function yieldingLines(yielding: AgentStatus['cost']['yielding']): string[] {
  if (yielding === undefined || yielding.totalMs === 0) return [];
  const { isYielding, totalMs, testSlots, buildSlots } = yielding;
  const before = `gave way to typing for ${formatDuration(totalMs)}`;
  if (!isYielding) return [before];
  return [`${before} · now: ${counted(testSlots, 'test process', 'test processes')} and ${counted(buildSlots, 'build')} at once`];
}
