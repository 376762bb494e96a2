// VS Code's own view of coverage.
import type { Locator, Page } from 'playwright-core';

export class CoverageView {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** The line of a file, with its share. */
  file(name: string): Locator {
    return this.#page.locator('.pane', { hasText: 'Test Coverage' }).locator('.monaco-list-row').filter({ hasText: name }).first();
  }

  /** Marks of lines that ran, in the open editor. */
  get coveredLine(): Locator {
    return this.#page.locator('.coverage-deco-gutter.coverage-deco-hit');
  }
}
