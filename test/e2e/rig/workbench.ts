// A VS Code window in a browser: started with a folder and a VSIX, looked at through page objects, disposed at the end.
import path from 'node:path';
import type { Browser, BrowserContext, FrameLocator, Locator, Page } from 'playwright-core';
import { launchChromium } from '../../rig/chromium.ts';
import { CodeServerProcess, outputFolder } from './code-server-process.ts';
import { Dashboard } from './dashboard.ts';
import { Editors } from './editors.ts';
import { NoodleSidebar } from './noodle-sidebar.ts';
import { QuickInput } from './quick-input.ts';
import { StatusBar } from './status-bar.ts';
import { CoverageView } from './coverage-view.ts';
import { TestingView } from './testing-view.ts';

export interface EditorOptions {
  /** The packaged extension, absolute; more may follow. */
  readonly vsix: string | readonly string[];
  /** Whether folders are trusted; Restricted Mode otherwise. */
  readonly trust: boolean;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Variables for the extension host, besides the user's own. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface WorkbenchOptions extends EditorOptions {
  /** The folder that is opened, absolute. */
  readonly folder: string;
}

/** One editor with its extensions, in which windows are opened. */
export class Editor implements AsyncDisposable {
  readonly #server: CodeServerProcess;
  readonly #browser: Browser;

  private constructor(server: CodeServerProcess, browser: Browser) {
    this.#server = server;
    this.#browser = browser;
  }

  static async start(options: EditorOptions): Promise<Editor> {
    const server = await CodeServerProcess.start({
      extensions: [options.vsix].flat(),
      isTrusted: options.trust,
      settings: options.settings ?? {},
      environment: options.environment ?? {},
    });
    try {
      return new Editor(server, await launchChromium());
    } catch (error) {
      await server.dispose();
      throw error;
    }
  }

  /** Opens a window and waits until it is drawn. Null: without a folder. A `.code-workspace` file opens its folders. */
  async open(folder: string | null): Promise<Workbench> {
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 800 } });
    const workbench = new Workbench(context, await context.newPage(), this.#server.address);
    try {
      await workbench.open(folder);
      return workbench;
    } catch (error) {
      await workbench.dispose();
      throw error;
    }
  }

  async dispose(): Promise<void> {
    await this.#browser.close();
    await this.#server.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }
}

/** An editor with a single window; both end together. */
export async function startWorkbench({ folder, ...options }: WorkbenchOptions): Promise<Workbench> {
  const editor = await Editor.start(options);
  try {
    const workbench = await editor.open(folder);
    workbench.onDispose = () => editor.dispose();
    return workbench;
  } catch (error) {
    await editor.dispose();
    throw error;
  }
}

const mostLoads = 4;

/** One window. */
export class Workbench implements AsyncDisposable {
  readonly page: Page;
  readonly statusBar: StatusBar;
  readonly quickInput: QuickInput;
  readonly testing: TestingView;
  readonly coverage: CoverageView;
  readonly sidebar: NoodleSidebar;
  readonly editors: Editors;
  /** The dashboard in the sidebar, and in an editor tab. */
  readonly dashboard: { readonly sidebar: Dashboard; readonly tab: Dashboard };
  onDispose: () => Promise<void> = async () => {};
  readonly #context: BrowserContext;
  readonly #address: string;

  constructor(context: BrowserContext, page: Page, address: string) {
    this.#context = context;
    this.#address = address;
    this.page = page;
    this.statusBar = new StatusBar(page);
    this.quickInput = new QuickInput(page);
    this.editors = new Editors(page, this.quickInput);
    this.testing = new TestingView(page, this.quickInput);
    this.coverage = new CoverageView(page);
    this.sidebar = new NoodleSidebar(page, this.quickInput);
    this.dashboard = { sidebar: new Dashboard(page, 'sidebar'), tab: new Dashboard(page, 'editor') };
  }

  /** Opens a folder in the window. */
  async open(folder: string | null): Promise<void> {
    const kind = folder?.endsWith('.code-workspace') === true ? 'workspace' : 'folder';
    const query = folder === null ? '?ew=true' : `?${kind}=${encodeURIComponent(folder)}`;
    await this.page.goto(`${this.#address}/${query}`);
    await this.#drawn();
    if (kind === 'workspace') await this.#foldersRead();
  }

  /** Loads the window anew: its extension host ends, and another one starts. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.#drawn();
  }

  /** The entry of the status bar that contains `text`. */
  statusBarItem(text: string | RegExp): Locator {
    return this.statusBar.item(text);
  }

  /** The icon in the activity bar with this title. */
  activity(title: string): Locator {
    return this.page.locator('.activitybar .action-item').filter({ has: this.page.getByLabel(title) });
  }

  /** Runs a command by its title through the command palette. */
  async runCommand(title: string): Promise<void> {
    await this.quickInput.runCommand(title);
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
    await this.#context.close();
    await this.onDispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  /** In a browser, VS Code may look for the workspace's file before its file system is there, and shows no folder then. */
  async #foldersRead(): Promise<void> {
    const folder = this.page.locator('.explorer-folders-view .monaco-list-row').first();
    const none = this.page.locator('.sidebar .pane-header').filter({ hasText: 'No Folder Opened' });
    for (let loads = 1; loads < mostLoads; loads++) {
      await folder.or(none).first().waitFor();
      if (await folder.isVisible()) return;
      await this.reload();
    }
    await folder.waitFor();
  }

  async #drawn(): Promise<void> {
    await this.page.locator('.monaco-workbench .statusbar').waitFor();
  }
}
