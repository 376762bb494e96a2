// The status bar, and Noodle's item in it.
import type { Locator, Page } from 'playwright-core';

export class StatusBar {
  readonly #page: Page;
  /** Noodle's own item. */
  readonly noodle: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.noodle = page.locator('.statusbar .statusbar-item[id$="noodle.status"]');
  }

  /** The entry that contains `text`. */
  item(text: string | RegExp): Locator {
    return this.#page.locator('.statusbar .statusbar-item').filter({ hasText: text });
  }

  /** Waits until Noodle's item says this, with the icon of that name. */
  async shows(text: string | RegExp, icon?: 'check' | 'error' | 'warning' | 'sync'): Promise<void> {
    const item = this.noodle.filter({ hasText: text });
    await (icon === undefined ? item : item.filter({ has: this.#page.locator(`.codicon-${icon}`) })).waitFor();
  }

  /** What the tooltip says. An item that is drawn anew loses it, so the mouse comes again until it is there. */
  async tooltip(): Promise<string> {
    const hover = this.#page.locator('.workbench-hover .rendered-markdown').last();
    for (let visits = 1; ; visits++) {
      await this.#page.mouse.move(600, 300);
      await this.noodle.hover();
      try {
        await hover.waitFor({ timeout: patienceMs });
        const text = await hover.innerText({ timeout: patienceMs });
        await this.#page.mouse.move(600, 300);
        await hover.waitFor({ state: 'detached' });
        return text;
      } catch (error) {
        if (visits === mostVisits) throw error;
      }
    }
  }
}

const patienceMs = 5000;
const mostVisits = 6;
