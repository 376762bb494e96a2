// Paths that JavaScript computes from literals: `path.join(__dirname, '../fixtures', name)`, `new URL('./x', import.meta.url)`.
// A small evaluator over the text, so that it works in files that do not parse, too.
import path from 'node:path';
import type { Span } from './blank.ts';

/** What is known of a path. */
export interface PathValue {
  /** `file`: relative to the folder of the file; `cwd`: to the working folder; `text`: a plain string; `unknown`: starts with something computed. */
  readonly base: 'file' | 'cwd' | 'text' | 'unknown';
  /** With forward slashes; for `file` the file itself is `selfName`. */
  readonly path: string;
  /** Something computed follows. */
  readonly isOpen: boolean;
}

interface Evaluated {
  readonly value: PathValue;
  readonly end: number;
}

/** Names of constants whose values are known. */
export type Constants = ReadonlyMap<string, PathValue>;

const selfName = '\u0001self';
const own: PathValue = { base: 'file', path: selfName, isOpen: false };
const unknown: PathValue = { base: 'unknown', path: '', isOpen: true };
const cwd: PathValue = { base: 'cwd', path: '.', isOpen: false };
const anyStart =
  /(?<![\w$.])(?:(?:path|posix|url|nodePath|Path|p)\s*\.\s*)*(?:join|resolve|dirname|normalize|fileURLToPath)\s*\(|\bnew\s+URL\s*\(|\b__dirname\b|\b__filename\b|\bimport\.meta\.(?:dirname|filename|url)\b|`\$\{/g;

export interface FoundPaths {
  readonly values: readonly PathValue[];
  readonly constants: Constants;
  /** Where the expressions stand that are known as a whole; others may hold literals of their own. */
  readonly spans: readonly Span[];
}

/** Every path that the code computes from literals, outermost expressions only. */
export function pathsIn(code: string): FoundPaths {
  const constants = constantsIn(code);
  const values: PathValue[] = [];
  const spans: Span[] = [];
  const starts = new RegExp(anyStart);
  for (let match = starts.exec(code); match !== null; match = starts.exec(code)) {
    const found = evaluate(code, match.index, constants);
    if (found === null) continue;
    values.push(found.value);
    if (found.value.base !== 'unknown' && !found.value.isOpen) spans.push({ start: match.index, end: found.end });
    starts.lastIndex = Math.max(starts.lastIndex, found.end);
  }
  for (const value of constants.values()) if (value.base === 'file') values.push(value);
  return { values, constants, spans };
}

/** `const name = <path>`, in the order of the text, so that one may build on the other. */
function constantsIn(code: string): Constants {
  const constants = new Map<string, PathValue>();
  for (const match of code.matchAll(/\b(?:const|let|var)\s+([\w$]+)\s*(?::\s*\w+\s*)?=\s*(?=[\w$'"`])/g)) {
    const found = evaluate(code, match.index + match[0].length, constants);
    if (found !== null && found.value.base !== 'unknown') constants.set(match[1] ?? '', found.value);
  }
  return constants;
}

/** The path relative to the file's folder, null for the file itself; parts that climb stay `../`. */
export function relativePath(value: PathValue): string | null {
  const clean = path.posix.normalize(value.path === '' ? '.' : value.path);
  return clean.endsWith(selfName) ? null : clean;
}

/** Evaluates the expression that starts at `at`; null when it is not one about paths. */
export function evaluate(code: string, at: number, constants: Constants, depth = 0): Evaluated | null {
  const first = operand(code, at, constants, depth);
  if (first === null) return null;
  let { value, end } = first;
  for (;;) {
    plus.lastIndex = end;
    if (!plus.test(code)) break;
    const next = operand(code, plus.lastIndex, constants, depth);
    if (next === null) return { value: { ...value, isOpen: true }, end: plus.lastIndex };
    value = concatenate(value, next.value);
    end = next.end;
  }
  return { value, end };
}

const plus = /\s*\+\s*/y;
const stringLiteral = /\s*(['"])((?:[^'"\\\n]|\\.|(?!\1)['"])*)\1/y;
const template = /\s*`((?:[^`\\]|\\.)*)`/y;
const call = /\s*(?:await\s+)?(?:new\s+)?((?:[\w$]+\s*\.\s*)*[\w$]+)\s*\(/y;
const dotted = /\s*((?:[\w$]+\s*\.\s*)*[\w$]+)/y;
const suffix = /\s*\.\s*(?:href|pathname|toString\(\)|replace\((?:[^()]|\([^()]*\))*\))/y;

function operand(code: string, at: number, constants: Constants, depth: number): Evaluated | null {
  const found =
    literal(code, at, constants, depth) ?? calling(code, at, constants, depth) ?? named(code, at, constants);
  if (found === null) return null;
  suffix.lastIndex = found.end;
  return suffix.test(code) ? { value: found.value, end: suffix.lastIndex } : found;
}

function literal(code: string, at: number, constants: Constants, depth: number): Evaluated | null {
  stringLiteral.lastIndex = at;
  const text = stringLiteral.exec(code);
  if (text !== null)
    return { value: { base: 'text', path: unescape(text[2] ?? ''), isOpen: false }, end: stringLiteral.lastIndex };
  template.lastIndex = at;
  const parts = template.exec(code);
  if (parts === null) return null;
  const end = template.lastIndex;
  return { value: templateValue(parts[1] ?? '', constants, depth), end };
}

function templateValue(body: string, constants: Constants, depth: number): PathValue {
  let value: PathValue = { base: 'text', path: '', isOpen: false };
  let at = 0;
  for (const hole of body.matchAll(/\$\{([^{}]*)\}/g)) {
    value = concatenate(value, { base: 'text', path: body.slice(at, hole.index), isOpen: false });
    const inner = depth < 8 ? evaluate(hole[1] ?? '', 0, constants, depth + 1) : null;
    value = concatenate(value, inner?.value ?? unknown);
    at = hole.index + hole[0].length;
  }
  const rest = body.slice(at);
  return rest.includes('${')
    ? { ...value, isOpen: true }
    : concatenate(value, { base: 'text', path: rest, isOpen: false });
}

function concatenate(left: PathValue, right: PathValue): PathValue {
  // What follows an unknown beginning: `${root}/lib/x.js`.
  if (left.base === 'unknown' && right.base === 'text')
    return { base: 'unknown', path: left.path + right.path, isOpen: right.isOpen };
  if (left.isOpen) return left;
  if (left.path === '' && left.base === 'text') return right;
  if (right.base === 'unknown') return { ...left, isOpen: true };
  return { base: left.base, path: left.path + right.path, isOpen: right.isOpen };
}

function named(code: string, at: number, constants: Constants): Evaluated | null {
  dotted.lastIndex = at;
  const match = dotted.exec(code);
  if (match === null) return null;
  const end = dotted.lastIndex;
  const name = (match[1] ?? '').replace(/\s/g, '');
  if (name === '__dirname' || name === 'import.meta.dirname')
    return { value: { base: 'file', path: '.', isOpen: false }, end };
  if (name === '__filename' || name === 'import.meta.filename' || name === 'import.meta.url')
    return { value: own, end };
  const known = constants.get(name);
  return known === undefined ? null : { value: known, end };
}

const joiners = new Set(['join', 'resolve']);
const wrappers = new Set([
  'fileURLToPath',
  'normalize',
  'pathToFileURL',
  'realpathSync',
  'String',
  'toNamespacedPath',
  'require.resolve',
]);

function calling(code: string, at: number, constants: Constants, depth: number): Evaluated | null {
  call.lastIndex = at;
  const match = call.exec(code);
  if (match === null || depth > 8) return null;
  const name = (match[1] ?? '').replace(/\s/g, '');
  const last = name.slice(name.lastIndexOf('.') + 1);
  if (name === 'process.cwd') return { value: cwd, end: call.lastIndex + 1 };
  if (!joiners.has(last) && !wrappers.has(last) && last !== 'dirname' && last !== 'URL') return null;
  const { values, end } = callArguments(code, call.lastIndex, constants, depth + 1);
  return { value: applyCall(last, values), end };
}

function applyCall(name: string, values: readonly PathValue[]): PathValue {
  const first = values[0] ?? unknown;
  if (name === 'dirname') return first.isOpen ? first : { ...first, path: path.posix.join(first.path, '..') };
  if (name === 'URL') return urlValue(first, values[1]);
  if (!joiners.has(name)) return first;
  const joined = values.reduce(joinTwo, { base: 'text', path: '', isOpen: false });
  return name === 'resolve' && joined.base === 'text' ? { ...joined, base: 'cwd' } : joined;
}

function urlValue(target: PathValue, base: PathValue | undefined): PathValue {
  if (base === undefined || base.base !== 'file') return target;
  return { base: 'file', path: path.posix.join(base.path, '..', target.path), isOpen: target.isOpen };
}

function joinTwo(left: PathValue, right: PathValue): PathValue {
  if (left.path === '' && left.base === 'text' && !left.isOpen) return right;
  // What follows an unknown beginning is still worth knowing: `join(root, 'bin/cli.js')`.
  if (left.base === 'unknown')
    return {
      base: 'unknown',
      path: right.base === 'text' ? path.posix.join(left.path, right.path) : left.path,
      isOpen: right.isOpen,
    };
  if (left.isOpen) return left;
  // An absolute path starts anew.
  if (right.base === 'file' || right.base === 'cwd') return right;
  if (right.base === 'unknown') return { ...left, isOpen: true };
  return {
    base: left.base,
    path: path.posix.join(left.path === '' ? '.' : left.path, right.path),
    isOpen: right.isOpen,
  };
}

/** Reads arguments up to the closing parenthesis; what is not a path becomes `unknown`. */
function callArguments(
  code: string,
  at: number,
  constants: Constants,
  depth: number,
): { values: PathValue[]; end: number } {
  const values: PathValue[] = [];
  let position = at;
  const limit = Math.min(code.length, at + 2_000);
  while (position < limit) {
    const found = evaluate(code, position, constants, depth);
    const end = found?.end ?? position;
    const stop = endOfArgument(code, end, limit);
    const isWhole = found !== null && code.slice(end, stop).trim() === '';
    if (isWhole) values.push(found.value);
    else if (code.slice(position, stop).trim() !== '') values.push(unknown);
    if (code[stop] !== ',') return { values, end: stop + 1 };
    position = stop + 1;
  }
  return { values, end: limit };
}

/** The index of the `,` or `)` that ends the argument. */
function endOfArgument(code: string, at: number, limit: number): number {
  let nesting = 0;
  for (let index = at; index < limit; index++) {
    const character = code[index];
    if (character === '(' || character === '[' || character === '{') nesting++;
    else if (character === ')' || character === ']' || character === '}') {
      if (nesting === 0) return index;
      nesting--;
    } else if (character === ',' && nesting === 0) return index;
  }
  return limit;
}

function unescape(text: string): string {
  return text.includes('\\') ? text.replace(/\\(.)/g, '$1') : text;
}
