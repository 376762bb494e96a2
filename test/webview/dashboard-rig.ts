// What the tests of the page share: one browser and one bundle for a file of tests, one agent and one page for a test.
import assert from 'node:assert/strict';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium, openPage, type WatchedPage } from '../rig/chromium.ts';
import { now, plan, snapshot } from '../rig/dashboard-data.ts';
import { bundleDashboardFiles, type DashboardFiles } from '../rig/dashboard-files.ts';
import { ScriptedAgent, type ScriptedAgentOptions, type ScriptedAnswers } from '../rig/scripted-agent.ts';

/** What the agent of the fixed data answers. */
export const usualAnswers: ScriptedAnswers = {
  getAnalyticsDashboardData: () => snapshot(),
  getExecutionResults: () => ({ plan: plan(), builds: [], tests: [], notes: [] }),
  listTests: () => ({ files: [], problems: [] }),
};

export interface DashboardRig extends AsyncDisposable {
  readonly agent: ScriptedAgent;
  readonly page: Page;
  readonly watched: WatchedPage;
  /** Fails when the page threw, logged an error or broke its policy. */
  assertQuiet(): void;
}

export class DashboardBench {
  #browser: Browser | null = null;
  #files: DashboardFiles | null = null;

  /** Registers the start and the end of browser and bundle with mocha. */
  use(): this {
    before('start the browser', async () => {
      [this.#browser, this.#files] = await Promise.all([launchChromium(), bundleDashboardFiles()]);
    });
    after('end the browser', async () => this.#browser?.close());
    return this;
  }

  get browser(): Browser {
    if (this.#browser === null) throw new Error('the browser has not been started');
    return this.#browser;
  }

  get files(): DashboardFiles {
    if (this.#files === null) throw new Error('the page has not been bundled');
    return this.#files;
  }

  /** The page at the address of an agent with these answers beside the usual ones. */
  async open(
    answers: ScriptedAnswers = {},
    options: BrowserContextOptions & Pick<ScriptedAgentOptions, 'refusal'> = {},
  ): Promise<DashboardRig> {
    const { refusal, ...context } = options;
    const refused = refusal === undefined ? {} : { refusal };
    const agent = await ScriptedAgent.start({
      files: this.files,
      answers: { ...usualAnswers, ...answers },
      ...refused,
    });
    const watched = await openPage(this.browser, now, context);
    await watched.page.goto(agent.address);
    return {
      agent,
      page: watched.page,
      watched,
      assertQuiet: () => assert.deepEqual(watched.errors, []),
      async [Symbol.asyncDispose]() {
        await watched[Symbol.asyncDispose]();
        await agent[Symbol.asyncDispose]();
      },
    };
  }
}

/** How much wider the content is than the page; 0 when it fits. */
export async function overflow(page: Pick<Page, 'evaluate'>): Promise<unknown> {
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}
