// Names of code, as they stand in texts.

/** `total` of `Cart.total`. */
export function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** The words of a text that can be names. */
export function wordsIn(text: string): Set<string> {
  return new Set(text.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu));
}

/** The line, from 1, at which a text names something outside of imports; of one that only imports it, that line; else null. */
export function lineNaming(text: string | null, name: string): number | null {
  if (text === null) return null;
  const word = lastPart(name);
  let imported: number | null = null;
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (!line.includes(word) || !wordsIn(line).has(word)) continue;
    if (!/^\s*(?:import|from|use|using|#include|export)\b|\brequire\(/.test(line)) return index + 1;
    imported ??= index + 1;
  }
  return imported;
}
