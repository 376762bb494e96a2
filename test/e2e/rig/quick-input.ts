// The command palette and the lists that commands show.
import type { Locator, Page } from 'playwright-core';

export class QuickInput {
  readonly #page: Page;
  readonly #widget: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.#widget = page.locator('.quick-input-widget');
  }

  /** Runs a command by its title. Asks again until the palette has it: extensions add theirs when they are read. */
  async runCommand(title: string): Promise<void> {
    await this.#page.keyboard.press('F1');
    const row = this.row(title).first();
    await this.#widget.locator('input').first().fill(`>${title}`);
    await row.waitFor();
    await row.click();
  }

  /** Opens a file by its path; `beside`: what the list says of where it lies. */
  async openFile(file: string, beside = ''): Promise<void> {
    await this.#page.keyboard.press('F1');
    await this.#widget.locator('input').first().fill(file);
    const named = this.row(file.slice(file.lastIndexOf('/') + 1));
    const row = named.filter({ hasText: beside }).first();
    await row.waitFor();
    await row.click();
  }

  /** Whether the palette offers a command now. */
  async offersCommand(title: string): Promise<boolean> {
    await this.#page.keyboard.press('F1');
    await this.#widget.locator('input').first().fill(`>${title}`);
    await this.#widget.locator('.monaco-list-row').first().waitFor();
    const count = await this.row(title).count();
    await this.#page.keyboard.press('Escape');
    return count > 0;
  }

  /** A line of the list that is shown. */
  row(text: string): Locator {
    return this.#widget.locator('.monaco-list-row').filter({ hasText: text });
  }

  /** Chooses from the list that a command shows. */
  async choose(text: string): Promise<void> {
    await this.row(text).first().click();
  }
}
