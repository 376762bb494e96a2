// What native test programs print, made fit for a result, and the place that it names.
import path from 'node:path';
import { plainText, repoPath } from '../javascript/failure-text.ts';
import type { Location } from '../../protocol/test.ts';

const longest = 64 * 1024;

/** Plain text of at most 64 Ki characters: the start and the end of what is longer. */
export function boundedText(text: string): string {
  const plain = plainText(text);
  if (plain.length <= longest) return plain;
  return `${plain.slice(0, longest / 2)}\n…\n${plain.slice(-longest / 2)}`;
}

/** Collects output without end in bounded memory: the first and the last of it are kept. */
export class OutputBuffer {
  #head = '';
  #tail = '';

  add(text: string): void {
    const room = longest / 2 - this.#head.length;
    if (room > 0) this.#head += text.slice(0, room);
    if (text.length > room) this.#tail = (this.#tail + text.slice(Math.max(0, room))).slice(-longest);
  }

  get text(): string {
    return boundedText(this.#head + this.#tail);
  }
}

/** `a/b.go:12:3`, `b.cpp(12)`, also after white space or `at `. */
const place = /(?:^|[\s("'])((?:[A-Za-z]:[\\/])?[^\s:()"',]+\.\w+)(?::(\d+)(?::(\d+))?|\((\d+)\))/g;

/** The first place in the text that is a file of the repository; relative paths start from one of `folders` (absolute). */
export function placeInText(
  text: string,
  { root, folders, isFile }: { root: string; folders: readonly string[]; isFile: (path: string) => boolean },
): Location | undefined {
  for (const match of text.matchAll(place)) {
    const line = Number(match[2] ?? match[4]);
    if (match[1] === undefined || !(line >= 1)) continue;
    const column = Number(match[3] ?? 0);
    for (const folder of folders) {
      const file = repoPath(root, path.resolve(folder, match[1]));
      if (file !== null && isFile(file)) return { file, line, ...(column > 0 ? { column } : {}) };
    }
  }
  return undefined;
}
