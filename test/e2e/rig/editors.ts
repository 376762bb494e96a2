// Text editors.
import type { Locator, Page } from 'playwright-core';
import type { QuickInput } from './quick-input.ts';

export class Editors {
  readonly #page: Page;
  readonly #quickInput: QuickInput;

  constructor(page: Page, quickInput: QuickInput) {
    this.#page = page;
    this.#quickInput = quickInput;
  }

  /** Opens a file by its path from the folder's root. */
  async open(file: string): Promise<void> {
    const name = file.slice(file.lastIndexOf('/') + 1);
    await this.#quickInput.openFile(file);
    await this.tab(name).waitFor();
  }

  /** Opens a file of one of several folders, whose name the list shows beside it. */
  async openFrom(folder: string, file: string): Promise<void> {
    await this.#quickInput.openFile(file, folder.slice(folder.lastIndexOf('/') + 1));
    await this.tab(file).waitFor();
  }

  tab(name: string): Locator {
    return this.#page.locator('.tabs-container .tab').filter({ hasText: name });
  }

  activeTab(name: string): Locator {
    return this.#page.locator('.tabs-container .tab.active').filter({ hasText: name });
  }

  /** Waits until the preview of a Markdown text shows `text`: only then does the page that it lies in take keys. */
  async preview(text: string | RegExp): Promise<void> {
    const webview = 'iframe.webview[src*="extensionId=vscode.markdown-language-features"]';
    await this.#page.frameLocator(webview).frameLocator('#active-frame').getByText(text).first().waitFor();
  }

  /** A code lens that contains `text`. */
  lens(text: string | RegExp): Locator {
    return this.#page.locator('.codelens-decoration a').filter({ hasText: text });
  }

  /** The mark beside the line of a failed test. */
  get failedMark(): Locator {
    return this.#page
      .locator('.monaco-editor .glyph-margin-widgets .testing-run-glyph.codicon-testing-failed-icon')
      .first();
  }

  /** What is underlined as wrong. */
  get squiggle(): Locator {
    return this.#page.locator('.monaco-editor .squiggly-error').first();
  }

  /** What is shown for the mouse that rests on `text`. */
  async hover(text: string): Promise<string> {
    await this.#page.locator('.view-line span span').filter({ hasText: text }).first().hover();
    const hover = this.#page.locator('.monaco-resizable-hover .monaco-hover:not(.hidden)').first();
    await hover.waitFor();
    return hover.innerText();
  }
}
