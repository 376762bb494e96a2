// Whoever creates disposes: a stack of things to undo, undone in reverse order.
type Undo = () => void | Promise<void>;

/** What one owner has to end, the latest first. */
export class Disposables {
  readonly #undos: Undo[] = [];
  #isDisposed = false;

  /** Keeps `undo` for later; on a stack that is already disposed it runs at once. */
  defer(undo: Undo): void {
    if (this.#isDisposed) void undo();
    else this.#undos.push(undo);
  }

  /** Keeps a disposable and hands it back. */
  use<T extends { dispose(): void | Promise<void> }>(value: T): T {
    this.defer(() => value.dispose());
    return value;
  }

  /** Undoes everything once. All are tried; what they threw comes out as one AggregateError. */
  async dispose(): Promise<void> {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    const errors: unknown[] = [];
    for (const undo of this.#undos.splice(0).toReversed()) {
      try {
        await undo();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'some parts could not be disposed');
  }
}
