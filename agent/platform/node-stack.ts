// The stack of a Node process that is busy and answers nothing: its debugger is switched on from outside (SIGUSR1), the
// process is held for a moment, and what it is at is read. Only for processes that are about to be ended.
import { SourceMap } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { programsBelow, readStat } from './process-table.ts';

/** Where Node listens unless it was told otherwise. */
const debugPort = 9229;
/** So long may a busy process take to listen, and to be held. */
const patienceMs = 10_000;
/** So long may somebody else use the port. */
const freeAfterMs = 2000;
/** What is busy is running nearly whenever it is looked at, or waits for its memory on a machine that lacks some. */
const looks = 5;
const leastBusyLooks = 4;
const mostProcesses = 16;
const mostFrames = 50;

const Targets = z.array(z.object({ webSocketDebuggerUrl: z.string().startsWith('ws://') })).min(1);
const Message = z.object({ method: z.string().optional(), params: z.unknown() });
const Script = z.object({ scriptId: z.string(), url: z.string(), sourceMapURL: z.string().optional() });
const Paused = z.object({
  callFrames: z.array(
    z.object({
      functionName: z.string(),
      url: z.string().default(''),
      location: z.object({ scriptId: z.string(), lineNumber: z.int(), columnNumber: z.int().default(0) }),
    }),
  ),
});
const MapPayload = z.looseObject({
  version: z.number(),
  sources: z.array(z.string().nullable()),
  names: z.array(z.string()).default([]),
  mappings: z.string(),
});

/**
 * What the first busy Node process of this family is at, as `    at name (file:line:column)` lines, innermost first; null
 * where none is busy, where the debugger's port is taken, and on other systems than Linux.
 */
export async function stackOfBusyNode(leader: number): Promise<string | null> {
  if (process.platform !== 'linux') return null;
  // Somebody else's debugger is not to be disturbed.
  if (!(await isPortFree())) return null;
  // The last ones started are those that run tests. Any other program would be ended by the signal.
  const family = (await programsBelow(leader, 'node')).slice(-mostProcesses);
  for (const pid of family.toReversed()) {
    if (!(await isBusy(pid))) continue;
    const stack = await stackOf(pid);
    if (stack !== null) return stack;
  }
  return null;
}

/** One that waits, for a promise or in the system, cannot be held. */
async function isBusy(pid: number): Promise<boolean> {
  let busy = 0;
  for (let look = 0; look < looks; look++) {
    if (['R', 'D'].includes(readStat(pid)?.[0] ?? '')) busy += 1;
    await delay(10);
  }
  return busy >= leastBusyLooks;
}

async function stackOf(pid: number): Promise<string | null> {
  try {
    process.kill(pid, 'SIGUSR1');
    const url = await listeningAt();
    return url === null ? null : await heldStack(url);
  } catch {
    // Gone meanwhile.
    return null;
  } finally {
    await end(pid);
  }
}

/** Its port is free again for the next one. */
async function end(pid: number): Promise<void> {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    return;
  }
  await isPortFree();
}

/** Whether nobody listens there, or soon nobody does. */
async function isPortFree(): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < freeAfterMs; waitedMs += 20) {
    if ((await answerOf('version')) === null) return true;
    await delay(20);
  }
  return false;
}

async function listeningAt(): Promise<string | null> {
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += 20) {
    const targets = Targets.safeParse(await answerOf('list'));
    if (targets.success) return targets.data[0]?.webSocketDebuggerUrl ?? null;
    await delay(20);
  }
  return null;
}

async function answerOf(what: 'version' | 'list'): Promise<unknown> {
  try {
    const answer = await fetch(`http://127.0.0.1:${debugPort}/json/${what}`, {
      signal: AbortSignal.timeout(patienceMs),
    });
    return await answer.json();
  } catch {
    return null;
  }
}

/** Holds the process that listens there, and reads its stack; null when it is not busy. */
async function heldStack(url: string): Promise<string | null> {
  const socket = new WebSocket(url);
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const scripts = new Map<string, z.infer<typeof Script>>();
  socket.addEventListener('open', () => {
    socket.send(JSON.stringify({ id: 1, method: 'Debugger.enable' }));
    socket.send(JSON.stringify({ id: 2, method: 'Debugger.pause' }));
  });
  socket.addEventListener('error', () => resolve(null));
  socket.addEventListener('close', () => resolve(null));
  socket.addEventListener('message', ({ data }) => {
    const message = Message.safeParse(JSON.parse(String(data)));
    if (!message.success) return;
    const script = message.data.method === 'Debugger.scriptParsed' ? Script.safeParse(message.data.params) : null;
    if (script?.success === true) scripts.set(script.data.scriptId, script.data);
    const paused = message.data.method === 'Debugger.paused' ? Paused.safeParse(message.data.params) : null;
    if (paused?.success === true) resolve(shownFrames(paused.data, scripts));
  });
  const late = new AbortController();
  try {
    const nothing = delay(patienceMs, null, { signal: late.signal }).catch(() => null);
    return await Promise.race([promise, nothing]);
  } finally {
    late.abort();
    socket.close();
  }
}

function shownFrames(
  { callFrames }: z.infer<typeof Paused>,
  scripts: ReadonlyMap<string, z.infer<typeof Script>>,
): string {
  const maps = new Map<string, SourceMap | null>();
  return callFrames
    .slice(0, mostFrames)
    .map(({ functionName, url, location }) => {
      const script = scripts.get(location.scriptId);
      if (!maps.has(location.scriptId)) maps.set(location.scriptId, mapOf(script?.sourceMapURL));
      const name = functionName === '' ? '<anonymous>' : functionName;
      const place = original(script?.url ?? url, location, maps.get(location.scriptId) ?? null);
      return `    at ${name} (${place})`;
    })
    .join('\n');
}

/** Runners that compile put the map into the script itself. */
function mapOf(url: string | undefined): SourceMap | null {
  const encoded = /^data:application\/json[^,]*;base64,(.*)$/s.exec(url ?? '')?.[1];
  if (encoded === undefined) return null;
  try {
    const payload = MapPayload.parse(JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')));
    // What Node reads of it was checked above.
    return new SourceMap(payload as unknown as ConstructorParameters<typeof SourceMap>[0]);
  } catch {
    return null;
  }
}

function original(
  url: string,
  { lineNumber, columnNumber }: { readonly lineNumber: number; readonly columnNumber: number },
  map: SourceMap | null,
): string {
  const entry = map?.findEntry(lineNumber, columnNumber);
  if (entry === undefined || !('originalLine' in entry)) return `${url}:${lineNumber + 1}:${columnNumber + 1}`;
  return `${url}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
}
