// Whether a text fits a glob pattern, in a time that grows with the product of their lengths alone: patterns stand in
// definitions and texts are names of branches, which others choose, so neither may block the agent.

/** All positions where a part of the pattern can end that begins at one of `starts`. */
type Part = (text: string, starts: ReadonlySet<number>) => Set<number>;

/**
 * `*` and `?` stay within a folder, `**` does not; `[a-z]`, `{a,b}`, `@(a|b)`, `?(a)`, `+(a)`, `*(a)`, `!(a)`, `\` before
 * what stands for itself, and `!` before the whole for its opposite. Names may begin with a dot.
 */
export function createGlob(pattern: string): (text: string) => boolean {
  const isOpposite = pattern.startsWith('!') && pattern[1] !== '(';
  const parts = new Reader(isOpposite ? pattern.slice(1) : pattern).whole();
  return (text) => run(parts, text, new Set([0])).has(text.length) !== isOpposite;
}

function run(parts: readonly Part[], text: string, starts: ReadonlySet<number>): Set<number> {
  let positions = new Set(starts);
  for (const part of parts) {
    if (positions.size === 0) break;
    positions = part(text, positions);
  }
  return positions;
}

class Reader {
  readonly #pattern: string;
  #at = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  whole(): Part[] {
    const parts: Part[] = [];
    while (this.#at < this.#pattern.length) parts.push(this.#part());
    return parts;
  }

  #part(): Part {
    const rest = this.#pattern.slice(this.#at);
    return this.#stars(rest) ?? this.#group(rest) ?? this.#letter(rest);
  }

  /** What reaches over folders; null for anything else. */
  #stars(rest: string): Part | null {
    const isAtStart = this.#at === 0 || this.#pattern[this.#at - 1] === '/';
    if (rest === '/**') return this.#take(3, restOfFolder);
    if (isAtStart && rest.startsWith('**/')) return this.#take(3, folders);
    return /^\*\*(?!\()/.test(rest) ? this.#take(2, anything) : null;
  }

  /** What stands in brackets; null for anything else. */
  #group(rest: string): Part | null {
    const opening = /^[?*+@!]?\(/.exec(rest)?.[0];
    const inside = opening === undefined ? null : this.#inside(opening.length, '(', ')');
    if (opening !== undefined && inside !== null) return repeated(opening[0] ?? '', alternatives(inside, '|'));
    const choice = rest.startsWith('{') ? this.#inside(1, '{', '}', (text) => text.includes(',')) : null;
    if (choice !== null) return alternatives(choice, ',');
    const [whole = '', sign, letters = ''] = /^\[([!^]?)((?:\]|\\.)?(?:[^\]\\/]|\\.)*)\]/.exec(rest) ?? [];
    return letters === '' ? null : this.#take(whole.length, oneOf(letters, sign !== ''));
  }

  #letter(rest: string): Part {
    if (rest.startsWith('*')) return this.#take(1, withinFolder);
    if (rest.startsWith('?')) return this.#take(1, (text, starts) => steps(text, starts, (letter) => letter !== '/'));
    const length = rest.startsWith('\\') && rest.length > 1 ? 2 : 1;
    const letter = rest[length - 1];
    return this.#take(length, (text, starts) => steps(text, starts, (other) => other === letter));
  }

  #take(length: number, part: Part): Part {
    this.#at += length;
    return part;
  }

  /** What stands up to the bracket that closes; null, with nothing read, where none does. */
  #inside(skipped: number, open: string, close: string, fits: (text: string) => boolean = () => true): string | null {
    let depth = 1;
    for (let at = this.#at + skipped; at < this.#pattern.length; at++) {
      const letter = this.#pattern[at];
      if (letter === '\\') at++;
      else if (letter === open) depth++;
      else if (letter === close && --depth === 0) {
        const text = this.#pattern.slice(this.#at + skipped, at);
        if (!fits(text)) return null;
        this.#at = at + 1;
        return text;
      }
    }
    return null;
  }
}

function steps(text: string, starts: ReadonlySet<number>, fits: (letter: string) => boolean): Set<number> {
  const ends = new Set<number>();
  for (const start of starts) if (start < text.length && fits(text[start] ?? '')) ends.add(start + 1);
  return ends;
}

const withinFolder: Part = (text, starts) => {
  const ends = new Set<number>();
  for (const start of starts)
    for (let end = start; end <= text.length && !ends.has(end); end++) {
      ends.add(end);
      if (text[end] === '/') break;
    }
  return ends;
};

const anything: Part = (text, starts) => {
  const first = Math.min(...starts);
  return new Set(Array.from({ length: text.length - first + 1 }, (_, index) => first + index));
};

const folders: Part = (text, starts) => {
  const first = Math.min(...starts);
  const ends = new Set(starts);
  for (let at = first; at < text.length; at++) if (text[at] === '/') ends.add(at + 1);
  return ends;
};

const restOfFolder: Part = (text, starts) => {
  const isFolder = [...starts].some((start) => start === text.length || text[start] === '/');
  return isFolder ? new Set([text.length]) : new Set();
};

function oneOf(letters: string, isOpposite: boolean): Part {
  const escaped = letters.replace(/[[\]^]/g, '\\$&');
  const set = pattern(`^[${isOpposite ? '^/' : ''}${escaped}]$`);
  return (text, starts) => steps(text, starts, (letter) => set?.test(letter) === true);
}

/** Null for a range that runs backwards. */
function pattern(source: string): RegExp | null {
  try {
    return new RegExp(source, 's');
  } catch {
    return null;
  }
}

function alternatives(inside: string, separator: string): Part {
  const choices = divided(inside, separator).map((choice) => new Reader(choice).whole());
  return (text, starts) => new Set(choices.flatMap((parts) => [...run(parts, text, starts)]));
}

/** Where the separator stands outside of brackets. */
function divided(text: string, separator: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at] ?? '';
    if (letter === '\\') at++;
    else if ('({'.includes(letter)) depth++;
    else if (')}'.includes(letter)) depth--;
    else if (letter === separator && depth === 0) {
      found.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...found, text.slice(from)];
}

function repeated(sign: string, once: Part): Part {
  switch (sign) {
    case '?':
      return (text, starts) => new Set([...starts, ...once(text, starts)]);
    case '*':
      return (text, starts) => new Set([...starts, ...manyTimes(once, text, starts)]);
    case '+':
      return (text, starts) => manyTimes(once, text, starts);
    case '!':
      return (text, starts) => {
        const ends = new Set<number>();
        for (const start of starts) {
          const taken = once(text, new Set([start]));
          for (const end of withinFolder(text, new Set([start]))) if (!taken.has(end)) ends.add(end);
        }
        return ends;
      };
    default:
      return once;
  }
}

function manyTimes(once: Part, text: string, starts: ReadonlySet<number>): Set<number> {
  const ends = new Set<number>();
  for (let left = once(text, starts); left.size > 0;) {
    for (const end of left) ends.add(end);
    left = new Set([...once(text, left)].filter((end) => !ends.has(end)));
  }
  return ends;
}
