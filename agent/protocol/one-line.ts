// Names that people gave, as they can stand within a line: a name may hold any character.

/**
 * Without what would end the line or turn its order round: line breaks, control characters, and those that embed, isolate
 * or override a direction, each as JavaScript writes it. Marks of direction and everything else stay as they are.
 */
export function inOneLine(name: string): string {
  return name.replaceAll(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, written);
}

const short: Readonly<Record<string, string>> = { '\n': String.raw`\n`, '\r': String.raw`\r`, '\t': String.raw`\t` };

function written(character: string): string {
  return short[character] ?? String.raw`\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
