// A real Chromium, driven by playwright-core, and what every test of a page watches for.
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { browserArguments, prepareBrowser } from '../e2e/environment/browser.ts';

/** Starts the browser of this machine: CHROME_PATH, else what is installed. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = prepareBrowser((line) => void process.stderr.write(`${line}\n`));
  return chromium.launch({ executablePath, args: [...browserArguments] });
}

/** A page on which the clock stands at `now`, whose errors are collected. */
export interface WatchedPage extends AsyncDisposable {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Uncaught errors, and errors on the console: violations of the page's policy are among these. */
  readonly errors: readonly string[];
}

/** Opens a page of its own context; nothing is shared with other pages. */
export async function openPage(
  browser: Browser,
  now: number,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, timezoneId: 'UTC', ...options });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.clock.setFixedTime(now);
  return { page, context, errors, [Symbol.asyncDispose]: () => context.close() };
}
