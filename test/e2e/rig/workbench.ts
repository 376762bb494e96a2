// A VS Code window in a browser: started with a folder and a VSIX, looked at through page objects, disposed at the end.
import { execFile } from 'node:child_process';
import path from 'node:path';
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core';
import { launchChromium } from '../../rig/chromium.ts';
import { CodeServerProcess, outputFolder } from './code-server-process.ts';

export interface WorkbenchOptions {
  /** The folder that is opened, absolute. */
  readonly folder: string;
  /** The packaged extension, absolute; more may follow. */
  readonly vsix: string | readonly string[];
  /** Whether the folder is trusted; Restricted Mode otherwise. */
  readonly trust: boolean;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Variables for the extension host, besides the user's own. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts the server and a browser, and waits until the window is drawn. */
export async function startWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  const server = await CodeServerProcess.start({
    extensions: [options.vsix].flat(),
    isTrusted: options.trust,
    settings: options.settings ?? {},
    environment: options.environment ?? {},
  });
  try {
    const browser = await launchChromium();
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const workbench = new Workbench(server, browser, page);
    await workbench.open(options.folder);
    return workbench;
  } catch (error) {
    await server.dispose();
    throw error;
  }
}

export class Workbench implements AsyncDisposable {
  readonly page: Page;
  readonly #server: CodeServerProcess;
  readonly #browser: Browser;
  readonly #folders = new Set<string>();

  constructor(server: CodeServerProcess, browser: Browser, page: Page) {
    this.#server = server;
    this.#browser = browser;
    this.page = page;
  }

  /** Opens a folder in the window, or the same one again: that is a reload. */
  async open(folder: string): Promise<void> {
    this.#folders.add(folder);
    await this.page.goto(`${this.#server.address}/?folder=${encodeURIComponent(folder)}`);
    await this.page.locator('.monaco-workbench .statusbar').waitFor();
  }

  /** The entry of the status bar that contains `text`. */
  statusBarItem(text: string | RegExp): Locator {
    return this.page.locator('.statusbar .statusbar-item').filter({ hasText: text });
  }

  /** The icon in the activity bar with this title. */
  activity(title: string): Locator {
    return this.page.locator('.activitybar .action-item').filter({ has: this.page.getByLabel(title) });
  }

  /** Runs a command by its title through the command palette, which lists what is enabled at the moment it opens. */
  async runCommand(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    const input = this.page.locator('.quick-input-widget input');
    await input.fill(`>${title}`);
    await this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: title }).first().waitFor();
    await input.press('Enter');
  }

  /** The content of a webview, which lies two frames deep; `index` counts the webviews that are open. */
  webview(index = 0): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready').nth(index).frameLocator('#active-frame');
  }

  /** Saves what the window shows as test/output/<name>.png. */
  async screenshot(name: string): Promise<string> {
    const file = path.join(outputFolder, `${name}.png`);
    await this.page.screenshot({ path: file });
    return file;
  }

  async dispose(): Promise<void> {
    await this.#browser.close();
    await this.#server.dispose();
    // The agents outlive their windows.
    for (const folder of this.#folders) await stopAgent(folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }
}

/** Ends the agent of a repository, if one is alive. */
async function stopAgent(folder: string): Promise<void> {
  const command = path.resolve(import.meta.dirname, '../../../agent/bin/noodle.mjs');
  await new Promise<void>((resolve) => {
    execFile(process.execPath, [command, 'stop', '--repo', folder], () => resolve());
  });
}
