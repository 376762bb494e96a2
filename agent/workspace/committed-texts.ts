// The committed versions of files that are edited again and again: each edit is compared with the same one.

/** Works on a few files at a time are what people do. */
const mostTexts = 32;
const longestText = 256 * 1024;

export class CommittedTexts {
  /** By commit and path; the latest used last. */
  readonly #texts = new Map<string, string>();

  /** `name` tells commit and path, whose text never changes. What is missing is asked for each time. */
  async read(name: string, ask: () => Promise<string | null>): Promise<string | null> {
    const text = this.#texts.get(name) ?? (await ask());
    if (text === null || text.length > longestText) return text;
    this.#texts.delete(name);
    this.#texts.set(name, text);
    const [oldest] = this.#texts.keys();
    if (this.#texts.size > mostTexts && oldest !== undefined) this.#texts.delete(oldest);
    return text;
  }
}
