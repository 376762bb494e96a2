// The dashboard inside a webview, which lies two frames deep.
import type { FrameLocator, Locator, Page } from 'playwright-core';

const own = 'iframe.webview[src*="extensionId=noodle-cicd.noodle"]';

const frames = {
  sidebar: `${own}[src*="purpose=webviewView"]`,
  editor: `${own}:not([src*="purpose=webviewView"])`,
} as const;

export class Dashboard {
  readonly #content: FrameLocator;

  constructor(page: Page, place: keyof typeof frames) {
    this.#content = page.frameLocator(frames[place]).frameLocator('#active-frame');
  }

  /** Waits for text on the page and resolves with where it stands. */
  async shows(text: string | RegExp): Promise<Locator> {
    const found = this.#content.getByText(text).first();
    await found.waitFor();
    return found;
  }

  async press(button: string): Promise<void> {
    await this.#content.getByText(button, { exact: true }).first().click();
  }
}
