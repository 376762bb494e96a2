// Where a value stands among the latest values of the same project: a scale on which projects can be compared.

/** Values of one measure over a sliding window, kept sorted. */
export class PastRanks {
  readonly #window: number;
  readonly #sorted: Float64Array;
  readonly #inOrder: Float64Array;
  #count = 0;
  #next = 0;

  constructor(window = 2000) {
    this.#window = window;
    this.#sorted = new Float64Array(window);
    this.#inOrder = new Float64Array(window);
  }

  /** How many values are remembered. */
  get count(): number {
    return this.#count;
  }

  /** The share of remembered values below this one, ties counting half; drawn towards one half while few are known. */
  rank(value: number): number {
    const below = this.#lowerBound(value);
    let upTo = below;
    if (this.#sorted[below] === value && below < this.#count) upTo = this.#upperBound(value);
    return ((below + upTo) / 2 + 1) / (this.#count + 2);
  }

  /** Remembers a value, and forgets the oldest when the window is full. */
  add(value: number): void {
    if (this.#count === this.#window) this.#remove(this.#inOrder[this.#next] ?? 0);
    const at = this.#lowerBound(value);
    this.#sorted.copyWithin(at + 1, at, this.#count);
    this.#sorted[at] = value;
    this.#count += 1;
    this.#inOrder[this.#next] = value;
    this.#next = (this.#next + 1) % this.#window;
  }

  #remove(value: number): void {
    const at = this.#lowerBound(value);
    this.#sorted.copyWithin(at, at + 1, this.#count);
    this.#count -= 1;
  }

  #lowerBound(value: number): number {
    return this.#firstWhere((each) => each >= value);
  }

  #upperBound(value: number): number {
    return this.#firstWhere((each) => each > value);
  }

  #firstWhere(holds: (value: number) => boolean): number {
    let [low, high] = [0, this.#count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (holds(this.#sorted[middle] ?? 0)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
