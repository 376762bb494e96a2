// Noodle's views in the sidebar: the plan and the runs as trees, and what stands in their place.
import type { Locator, Page } from 'playwright-core';
import type { QuickInput } from './quick-input.ts';

export class NoodleSidebar {
  readonly #page: Page;
  readonly #quickInput: QuickInput;

  constructor(page: Page, quickInput: QuickInput) {
    this.#page = page;
    this.#quickInput = quickInput;
  }

  async open(): Promise<void> {
    await this.#quickInput.runCommand('Noodle: Show Plan');
    await this.#pane('Plan').waitFor();
  }

  /** By the icon in the activity bar, which is there before the extension is. */
  async openByIcon(): Promise<void> {
    await this.#page.locator('.activitybar').getByLabel('Noodle').first().click();
    await this.#pane('Plan').waitFor();
  }

  /** A line of the plan. */
  planned(text: string | RegExp): Locator {
    return this.#pane('Plan').locator('.monaco-list-row').filter({ hasText: text });
  }

  /** A line of the runs, which must be open. */
  run(text: string | RegExp): Locator {
    return this.#pane('Runs').locator('.monaco-list-row').filter({ hasText: text });
  }

  /** What has the focus among the runs. */
  get focusedInRuns(): Locator {
    return this.#pane('Runs').locator(':focus');
  }

  async openRuns(): Promise<void> {
    const header = this.#pane('Runs').locator('.pane-header');
    await header.waitFor();
    if ((await header.getAttribute('aria-expanded')) === 'false') await header.click();
  }

  /** What stands in place of an empty plan. */
  welcome(text: string): Locator {
    return this.#pane('Plan').locator('.welcome-view-content').filter({ hasText: text });
  }

  #pane(title: string): Locator {
    return this.#page
      .locator('.sidebar .pane')
      .filter({ has: this.#page.locator('.pane-header').filter({ hasText: title }) });
  }
}
