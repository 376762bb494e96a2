// The dashboard inside a webview, which lies two frames deep.
import type { Frame, Locator, Page } from 'playwright-core';

export class Dashboard {
  readonly #page: Page;
  readonly #place: 'sidebar' | 'editor';

  constructor(page: Page, place: 'sidebar' | 'editor') {
    this.#page = page;
    this.#place = place;
  }

  /** Waits for text on the page and resolves with where it stands. */
  async shows(text: string | RegExp): Promise<Locator> {
    const frame = await this.#frame();
    const found = frame.getByText(text).first();
    await found.waitFor();
    return found;
  }

  async press(button: string): Promise<void> {
    const frame = await this.#frame();
    await frame.getByText(button, { exact: true }).first().click();
  }

  /** The frame of the place, as soon as its page is there. */
  async #frame(): Promise<Frame> {
    const found = Promise.withResolvers<Frame>();
    const look = async () => {
      for (const frame of this.#page.frames()) if ((await placeOf(frame)) === this.#place) found.resolve(frame);
    };
    // A look into a frame that goes meanwhile answers with null.
    const again = () => void look();
    const late = setTimeout(() => found.reject(new Error(`the ${this.#place} shows no dashboard`)), longestWaitMs);
    this.#page.on('frameattached', again);
    this.#page.on('framenavigated', again);
    try {
      await look();
      return await found.promise;
    } finally {
      clearTimeout(late);
      this.#page.off('frameattached', again);
      this.#page.off('framenavigated', again);
    }
  }
}

const longestWaitMs = 30_000;

/** Null for a frame that is something else, or is gone meanwhile. */
async function placeOf(frame: Frame): Promise<string | null> {
  try {
    return String(await frame.evaluate(`document.documentElement.dataset['place']`));
  } catch {
    return null;
  }
}
