// The Test Explorer.
import type { Locator, Page } from 'playwright-core';
import type { QuickInput } from './quick-input.ts';

/** As VS Code says it to screen readers. */
export type TestState = 'Passed' | 'Failed' | 'Errored' | 'Running' | 'Queued' | 'Skipped' | 'Not yet run';

export class TestingView {
  readonly #page: Page;
  readonly #quickInput: QuickInput;
  readonly #view: Locator;

  constructor(page: Page, quickInput: QuickInput) {
    this.#page = page;
    this.#quickInput = quickInput;
    this.#view = page.locator('.test-explorer');
  }

  async open(): Promise<void> {
    await this.#quickInput.runCommand('Testing: Focus on Test Explorer View');
    await this.#view.waitFor();
  }

  /** A line of the tree that shows `label`, in this state if one is given. */
  row(label: string, state?: TestState): Locator {
    const named = this.#page.locator('.label', { hasText: new RegExp(`^${escaped(label)}${besideLabel}`) });
    const rows = this.#view.locator('.monaco-list-row').filter({ has: named });
    return state === undefined ? rows : rows.and(this.#page.locator(`[aria-label*="(${state}"]`));
  }

  /** A line of the tree with these words beside its label. */
  describedRow(label: string, description: string): Locator {
    return this.row(label).filter({ has: this.#page.locator('.test-label-description', { hasText: description }) });
  }

  /** A line of the tree whose result is older than a change that reaches it. */
  outdatedRow(label: string): Locator {
    return this.row(label).filter({ has: this.#page.locator('.computed-state.retired') });
  }

  /** Shows only what fits: `@noodle:impacted`; everything again for an empty text. */
  async filter(text: string): Promise<void> {
    const input = this.#page.locator('.testing-filter-wrapper .monaco-editor').first();
    await input.click();
    await this.#page.keyboard.press('ControlOrMeta+A');
    await this.#page.keyboard.press('Delete');
    // The space ends the list of tags that VS Code offers.
    if (text !== '') await this.#page.keyboard.type(`${text} `);
  }

  /** Opens the lines on the way to a test, and waits for the last. */
  async reveal(...path: readonly string[]): Promise<Locator> {
    for (const label of path.slice(0, -1)) {
      const row = this.row(label).first();
      await row.waitFor();
      if ((await row.getAttribute('aria-expanded')) === 'false') await row.locator('.monaco-tl-twistie').click();
      await row.and(this.#page.locator('[aria-expanded="true"]')).waitFor();
    }
    const last = this.row(path.at(-1) ?? '').first();
    await last.waitFor();
    return last;
  }

  /** Presses a button of a line: `Run Test`. */
  async press(row: Locator, button: string): Promise<void> {
    await row.hover();
    await row.getByLabel(button).first().click();
  }

  /** Presses a button of the view's title: `Run Tests`, `Turn on Continuous Run`. */
  async pressTitle(button: string | RegExp): Promise<void> {
    await this.#page.locator('.sidebar .title-actions').getByLabel(button).first().click();
  }

  /** The button that ends a continuous run, there only while one goes on. */
  get continuous(): Locator {
    return this.#page.locator('.sidebar .title-actions').getByLabel('Stop Continuous Run');
  }

  /** `1/9`: how many passed, as the summary above the tree says. */
  get summary(): Locator {
    return this.#page.locator('.test-explorer .result-summary');
  }
}

/** What may follow a label: nothing, why it is planned, where it ran, how it ended here, or how long it took. */
const besideLabel = '(?:affected by|changed|github-actions|passed here|[\\d.]+\\s?m?s|$)';

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
