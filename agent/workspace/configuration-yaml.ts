// Reads YAML so that every place in the value can be found again in the text.
import {
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type YAMLMap,
} from 'yaml';

/** A place in a text; lines and columns count from 1, the end is not part of it. */
export interface TextRange {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface YamlProblem {
  readonly message: string;
  readonly range: TextRange;
  /** `unclear`: a key that stands twice, or a tag that means nothing here; everything could be read all the same. */
  readonly kind: 'unreadable' | 'unclear';
}

export interface ParsedYaml {
  /** Plain data; undefined when nothing could be read. */
  readonly value: unknown;
  readonly problems: readonly YamlProblem[];
  /** Where the value at a path stands, or else what is nearest above it. */
  rangeOf(path: readonly PropertyKey[]): TextRange;
  /** Where the last key of a path stands. */
  rangeOfKey(path: readonly PropertyKey[]): TextRange;
}

/** Far more than anybody writes; reading the worst that fits takes a second or two. */
const maximumBytes = 256 * 1024;
/** Beyond that, as for a pipeline of 10,000 steps, only what has no more parts than the worst of that size. */
const maximumLongBytes = 2 * 1024 * 1024;
const maximumParts = maximumBytes;
const maximumDepth = 100;
/** No file of settings repeats itself this often, and a file made to fill the memory does. */
const maximumAliases = 100;
const start: TextRange = { line: 1, column: 1, endLine: 1, endColumn: 1 };

/** Never throws: what cannot be read is a problem. Of keys that stand twice the last one counts. */
export function parseYaml(text: string): ParsedYaml {
  const excess = excessOf(text);
  if (excess !== null) return unreadable(`the file ${excess}, expected a short list of settings`);
  if (isTooDeep(text)) return unreadable(`the file is nested more than ${maximumDepth} levels deep`);
  try {
    return readDocument(text);
  } catch (error) {
    // Whatever makes the parser throw, it is not a file that a person wrote.
    return unreadable(`the file cannot be read as YAML (${error instanceof Error ? error.name : 'unknown error'})`);
  }
}

/** Null where it can be read in a reasonable time. */
function excessOf(text: string): string | null {
  const bytes = Buffer.byteLength(text);
  if (bytes <= maximumBytes) return null;
  if (bytes > maximumLongBytes) return 'is over 2 MB';
  let parts = 0;
  for (const token of new Lexer().lex(text))
    if (token.trim() !== '' && ++parts > maximumParts)
      return `is over 256 KB and has over ${maximumParts} words and signs`;
  return null;
}

/** Checked beforehand, as the parser takes ever longer the deeper it gets. Brackets in texts count, but those close again. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth = Math.max(0, depth + (bracket === '[' || bracket === '{' ? 1 : -1));
    if (depth > maximumDepth) return true;
  }
  return new RegExp(`^[ \\t]*(?:[-?:][ \\t]+){${maximumDepth}}`, 'm').test(text);
}

function unreadable(message: string): ParsedYaml {
  return {
    value: undefined,
    problems: [{ message, range: start, kind: 'unreadable' }],
    rangeOf: () => start,
    rangeOfKey: () => start,
  };
}

function readDocument(text: string): ParsedYaml {
  const lines = new LineCounter();
  // The parser's own search for keys that stand twice compares each with each, which takes minutes for a long list.
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
    uniqueKeys: false,
    resolveKnownTags: false,
    logLevel: 'silent',
  });
  const rangeAt = (from: number, to: number): TextRange => {
    const begin = lines.linePos(from);
    const end = lines.linePos(Math.max(from, to));
    return {
      line: Math.max(1, begin.line),
      column: Math.max(1, begin.col),
      endLine: Math.max(1, end.line),
      endColumn: Math.max(1, end.col),
    };
  };
  const faults = [...document.errors, ...document.warnings].map(({ message, pos, code }): YamlProblem => ({
    message: sentence(message),
    range: rangeAt(pos[0], pos[1]),
    kind: code === 'TAG_RESOLVE_FAILED' ? 'unclear' : 'unreadable',
  }));
  const problems = [...faults, ...repeatedKeys(document, rangeAt)];
  const { value, problem } = plainValue(document);
  if (problem !== null) problems.push({ message: problem, range: start, kind: 'unreadable' });
  const rangeOf = (path: readonly PropertyKey[]) => {
    const range = nodeNearest(document, path)?.range;
    return range === undefined || range === null ? start : rangeAt(range[0], range[1]);
  };
  const rangeOfKey = (path: readonly PropertyKey[]) => {
    const range = keyNode(document, path)?.range;
    return range === undefined || range === null ? rangeOf(path) : rangeAt(range[0], range[1]);
  };
  return { value, problems, rangeOf, rangeOfKey };
}

function repeatedKeys(document: Document.Parsed, rangeAt: (from: number, to: number) => TextRange): YamlProblem[] {
  const problems: YamlProblem[] = [];
  visit(document, {
    Map(_place, map: YAMLMap) {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key) || key.range === undefined || key.range === null || key.value === '<<') continue;
        if (seen.has(key.value))
          problems.push({
            message: `the key ${JSON.stringify(key.value)} stands twice; the last one counts`,
            range: rangeAt(key.range[0], key.range[1]),
            kind: 'unclear',
          });
        seen.add(key.value);
      }
    },
  });
  return problems;
}

function sentence(message: string): string {
  return message.slice(0, 1).toLowerCase() + message.slice(1);
}

function plainValue(document: Document.Parsed): { value: unknown; problem: string | null } {
  let aliases = 0;
  visit(document, { Alias: () => void (aliases += 1) });
  if (aliases > maximumAliases)
    return { value: undefined, problem: `the file has ${aliases} aliases, expected at most ${maximumAliases}` };
  try {
    // Unlike a plain conversion this counts what each alias unfolds to.
    return { value: document.toJS({ maxAliasCount: maximumAliases }), problem: null };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return { value: undefined, problem: 'the aliases in the file name no anchor before them, or unfold to too much' };
  }
}

/** The node at a path, or the nearest one above it that the text has. */
function nodeNearest(document: Document.Parsed, path: readonly PropertyKey[]): Node | null {
  let node: Node | null = document.contents;
  for (const segment of path) {
    const next: unknown = childOf(document, node, segment);
    if (!isNode(next)) return node;
    node = next;
  }
  return node;
}

function childOf(document: Document.Parsed, node: Node | null, segment: PropertyKey): unknown {
  const target = isAlias(node) ? node.resolve(document) : node;
  if (isSeq(target)) return target.items[Number(segment)];
  return pairOf(target, segment)?.value;
}

function keyNode(document: Document.Parsed, path: readonly PropertyKey[]): Node | null {
  const parent = nodeNearest(document, path.slice(0, -1));
  const key = pairOf(parent, path.at(-1) ?? '')?.key;
  return isNode(key) ? key : null;
}

/** Of keys that stand twice the last one. */
function pairOf(node: unknown, segment: PropertyKey): { key: unknown; value: unknown } | undefined {
  if (!isMap(node)) return undefined;
  return node.items.findLast(
    (pair) => isPair(pair) && String(isScalar(pair.key) ? pair.key.value : pair.key) === String(segment),
  );
}
