// When the page is drawn: once a frame at most, only when something changed, and rarely while nobody sees it.
const hiddenDelayMs = 250;

export class FrameClock {
  readonly #page: Window;
  #draw: () => void = () => {};
  #isRequested = false;
  #timer: number | undefined;

  constructor(page: Window) {
    this.#page = page;
  }

  now(): number {
    return Date.now();
  }

  /** Registers what draws; a page that becomes visible is drawn. */
  onFrame(draw: () => void): void {
    this.#draw = draw;
    this.#page.document.addEventListener('visibilitychange', () => this.request());
    this.request();
  }

  /** Draws soon; many requests give one frame. */
  request(): void {
    if (this.#isRequested) return;
    this.#isRequested = true;
    const frame = (): void => this.#frame();
    // A hidden page gets no animation frames, but its events must not pile up.
    if (this.#page.document.hidden) this.#page.setTimeout(frame, hiddenDelayMs);
    else this.#page.requestAnimationFrame(frame);
  }

  /** Draws after `delayMs` unless something else draws before; null: not by itself. */
  requestIn(delayMs: number | null): void {
    this.#page.clearTimeout(this.#timer);
    if (delayMs === null || this.#page.document.hidden) return;
    this.#timer = this.#page.setTimeout(() => this.request(), delayMs);
  }

  #frame(): void {
    this.#isRequested = false;
    this.#draw();
  }
}
