// The words and signs of a condition.

export type Token =
  | { readonly kind: 'word' | 'sign'; readonly text: string; readonly at: number }
  | { readonly kind: 'text'; readonly text: string; readonly value: string; readonly at: number }
  | { readonly kind: 'number'; readonly text: string; readonly value: number; readonly at: number };

type Tokens =
  | { readonly tokens: readonly Token[] }
  | { readonly problem: { readonly message: string; readonly at: number } };

const tokenPattern =
  /\s+|(?<text>'(?:[^']|'')*'|"(?:[^"\\]|\\.)*")|(?<number>\d+(?:\.\d+)?)(?![\w-])|(?<word>[A-Za-z_][\w-]*)|(?<sign>&&|\|\||[=!<>]=|[()[\].,!<>])/y;

/** Texts stand in single quotes (a quote is doubled) or in double quotes (with a backslash, as in JSON). */
export function readTokens(text: string): Tokens {
  const pattern = new RegExp(tokenPattern);
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; at = pattern.lastIndex) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) return { problem: { message: unreadable(text, at), at } };
    const token = tokenOf(match, at);
    if (token !== null) tokens.push(token);
  }
  return { tokens };
}

function tokenOf(match: RegExpExecArray, at: number): Token | null {
  const [text] = match;
  const { text: quoted, number, word, sign } = match.groups ?? {};
  if (quoted !== undefined) return { kind: 'text', text, value: unquoted(quoted), at };
  if (number !== undefined) return { kind: 'number', text, value: Number(number), at };
  if (word !== undefined) return { kind: 'word', text, at };
  return sign === undefined ? null : { kind: 'sign', text, at };
}

function unquoted(text: string): string {
  const inner = text.slice(1, -1);
  return text.startsWith("'") ? inner.replaceAll("''", "'") : inner.replace(/\\(.)/g, '$1');
}

function unreadable(text: string, at: number): string {
  const character = text.charAt(at);
  if (character === "'" || character === '"') return `the text that begins here has no closing ${character}`;
  if (character === '=') return 'found "=", expected "==" to compare';
  if (character === '&' || character === '|')
    return `found ${JSON.stringify(character)}, expected ${JSON.stringify(character + character)}`;
  return `found ${JSON.stringify(character)}, which means nothing here`;
}
