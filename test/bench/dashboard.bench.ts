// How long an event takes to be seen: from the bus of a real agent to a painted frame of the page in a real Chromium; and
// how smooth a plot of 100,000 values stays while it is read and zoomed.
import type { Page } from 'playwright-core';
import { AgentRig } from '../rig/agent-rig.ts';
import { launchChromium, openPage } from '../rig/chromium.ts';
import { bundleDashboardFiles } from '../rig/dashboard-files.ts';
import { anAlert } from '../rig/recorded.ts';

type Report = (line: string) => void;

const events = 200;
const plotted = 100_000;
const moves = 60;

export async function run(report: Report): Promise<void> {
  await using browser = await launchChromium();
  await using rig = await AgentRig.create({ 'a.txt': '1' }, { isServing: true });
  await rig.run();
  await using watched = await openPage(browser, Date.now());
  await openDashboard(watched.page, rig.host.dashboardAddress);
  await measureEvents(watched.page, rig, report);
  await measurePlot(watched.page, report);
  if (watched.errors.length > 0) throw new Error(watched.errors.join('\n'));
}

/** The page as the sources are now, signed in at the agent, whose socket it speaks with. */
async function openDashboard(page: Page, address: string): Promise<void> {
  const { origin } = new URL(address);
  await page.context().request.get(address, { maxRedirects: 0 });
  for (const [name, { type, content }] of await bundleDashboardFiles()) {
    // The document is the agent's: a browser lets no other open a socket to this machine.
    if (name === '/index.html') continue;
    await page.route(`${origin}${name}`, (route) => route.fulfill({ contentType: type, body: Buffer.from(content) }));
  }
  await page.goto(`${origin}/`);
  // Shown once the page has read what there is; what is said before, nobody hears.
  await page.locator('.columns').first().waitFor();
}

async function measureEvents(page: Page, rig: AgentRig, report: Report): Promise<void> {
  let seen: (text: string) => void = () => {};
  await page.exposeFunction('benchSeen', (text: string) => seen(text));
  await page.evaluate(watchForEvents);
  const times: number[] = [];
  for (let index = 0; index < events; index += 1) {
    const message = `bench-${index}.`;
    const begin = performance.now();
    const painted = new Promise<void>((resolve) => {
      seen = (text) => (text === message ? resolve() : undefined);
    });
    rig.host.agent.events.emit({ type: 'alert.changed', alert: anAlert('bench', { message, firedAt: Date.now() }) });
    await painted;
    times.push(performance.now() - begin);
  }
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(share * events)] ?? 0).toFixed(1);
  report('');
  report(
    `event to painted page in Chromium, ${events} events, told back to this process: median ${at(0.5)} ms, 95 % ${at(0.95)} ms (bound: 50 ms)`,
  );
}

/** In the page: tells of each text of an event once the frame that shows it was painted. */
const watchForEvents = `{
  let last = '';
  new MutationObserver(() => {
    const found = /bench-\\d+\\./.exec(document.body.innerText)?.[0] ?? '';
    if (found === last || found === '') return;
    last = found;
    requestAnimationFrame(() => setTimeout(() => window.benchSeen(found)));
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}`;

async function measurePlot(page: Page, report: Report): Promise<void> {
  await page.evaluate(`{
    const plot = document.createElement('noodle-series-plot');
    plot.tabIndex = 0;
    const now = Date.now();
    const points = Array.from({ length: ${plotted} }, (_, index) => ({ at: now - (${plotted} - index) * 60000, value: 1000 + 300 * Math.sin(index / 500) + (index * 7919) % 97 }));
    document.body.replaceChildren(plot);
    window.benchSeries = { points, forecast: [], changes: [], anomalies: [], label: 'Duration', unit: 'ms', format: (value) => value.toFixed(0) + ' ms' };
  }`);
  const drawMs = await page.evaluate<number>(`new Promise((resolve) => {
    const begin = performance.now();
    document.querySelector('noodle-series-plot').series = window.benchSeries;
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begin)));
  })`);
  await page.evaluate(watchFrames);
  const box = await page.locator('noodle-series-plot .u-over').boundingBox();
  if (box === null) throw new Error('nothing was drawn');
  for (let move = 0; move < moves; move += 1)
    await page.mouse.move(box.x + (box.width * move) / moves, box.y + box.height / 2);
  const hover = await page.evaluate<number>('window.benchFrames()');
  await page.locator('noodle-series-plot').focus();
  for (let press = 0; press < moves; press += 1) await page.keyboard.press(press % 20 < 10 ? '+' : '-');
  const zoom = await page.evaluate<number>('window.benchFrames()');
  report(
    `a plot of ${plotted.toLocaleString('en-US')} values: drawn after ${drawMs.toFixed(0)} ms; longest task of the page while ${moves} values are read ${hover.toFixed(0)} ms, while it is zoomed ${moves} times ${zoom.toFixed(0)} ms (below 50 ms nothing is felt)`,
  );
}

/** In the page: the longest stretch between two turns of its loop since the last question. */
const watchFrames = `{
  let [last, longest] = [performance.now(), 0];
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    channel.port2.postMessage(0);
  };
  channel.port2.postMessage(0);
  window.benchFrames = () => { const found = longest; longest = 0; return found; };
}`;

if (import.meta.main) await run((line) => void process.stdout.write(`${line}\n`));
