// A command line as the list of its words.

/** Quotes are taken off. A backslash escapes what has a meaning alone, so that paths of Windows stay as they are. */
export function shellWords(command: string): string[] {
  const words: string[] = [];
  const part = /\\([\s"'\\])|"((?:[^"\\]|\\[\s\S])*)"|'([^']*)'|(\s+)|([\s\S])/g;
  let word: string | null = null;
  for (const [, escaped, double, single, space, plain] of command.matchAll(part)) {
    if (space === undefined)
      word = (word ?? '') + (escaped ?? double?.replace(/\\(["\\])/g, '$1') ?? single ?? plain ?? '');
    else if (word !== null) {
      words.push(word);
      word = null;
    }
  }
  return word === null ? words : [...words, word];
}
