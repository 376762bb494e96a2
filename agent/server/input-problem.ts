// What zod found wrong with an input, as one sentence that names the place, what was found and what was expected.
import type { z } from 'zod';
import type { Failure } from '../protocol/failure.ts';
import { nearest } from '../protocol/nearest.ts';

type Issue = z.core.$ZodIssue;

/** The failure for an input that does not fit. `known`: the keys that the input may have, to name the nearest. */
export function inputProblem(error: z.ZodError, input: unknown, known: readonly string[]): Failure {
  const [first, ...others] = error.issues;
  if (first === undefined) return { reason: 'invalid_input', message: 'The input does not fit.' };
  const { path, issue } = innermost(first);
  const place = placeOf(path);
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  const where = place === '' ? 'The input' : `\`${place}\``;
  const message = `${where}: ${sentenceOf(issue, valueAt(input, path), known)}${more}.`;
  return { reason: 'invalid_input', message, ...(place === '' ? {} : { place }) };
}

/** Of a union, the issue of the branch that came closest. */
function innermost(issue: Issue): { path: PropertyKey[]; issue: Issue } {
  const path = [...issue.path];
  if (issue.code !== 'invalid_union') return { path, issue };
  const branches = issue.errors.filter((branch) => branch.length > 0);
  const deepest = branches.toSorted((a, b) => depthOf(b) - depthOf(a))[0]?.[0];
  if (deepest === undefined || deepest.path.length === 0) return { path, issue };
  const inner = innermost(deepest);
  return { path: [...path, ...inner.path], issue: inner.issue };
}

function depthOf(branch: readonly Issue[]): number {
  return Math.max(0, ...branch.map((issue) => issue.path.length));
}

function sentenceOf(issue: Issue, found: unknown, known: readonly string[]): string {
  if (issue.code === 'unrecognized_keys') return unknownKeys(issue.keys, known);
  // A key is told by the last part of its place.
  const [ofKey] = issue.code === 'invalid_key' ? issue.issues : [];
  return ofKey === undefined
    ? `expected ${expectedBy(issue)}, found ${describe(found)}`
    : `expected as its name ${expectedBy(ofKey)}, found ${describe(issue.path.at(-1))}`;
}

function unknownKeys(keys: readonly string[], known: readonly string[]): string {
  const key = keys[0] ?? '';
  const near = nearest(key, known);
  const expected = known.length === 0 ? 'no keys at all' : `one of ${known.map((name) => `\`${name}\``).join(', ')}`;
  return `unknown key ${shorten(JSON.stringify(key))}; ${near === null ? `expected ${expected}` : `perhaps \`${near}\` is meant`}`;
}

function expectedBy(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return withArticle(issue.expected === 'int' ? 'integer' : issue.expected);
    case 'too_small':
      return bound('at least', Number(issue.minimum), issue.origin);
    case 'too_big':
      return bound('at most', Number(issue.maximum), issue.origin);
    case 'invalid_value':
      return issue.values.map((value) => JSON.stringify(value)).join(' or ');
    case 'invalid_union':
      return 'one of the forms that the OpenAPI document names';
    default:
      // Patterns carry a sentence of their own in the contract.
      return issue.message.replace(/^Invalid /, 'a valid ');
  }
}

function bound(relation: string, limit: number, origin: string): string {
  switch (origin) {
    case 'string':
      return `${relation} ${limit} ${limit === 1 ? 'character' : 'characters'}`;
    case 'array':
    case 'set':
      return `${relation} ${limit} ${limit === 1 ? 'entry' : 'entries'}`;
    default:
      return `a number of ${relation} ${limit}`;
  }
}

function withArticle(noun: string): string {
  return /^[aeiou]/.test(noun) ? `an ${noun}` : `a ${noun}`;
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string' && value.length > 200) return `a text of ${value.length} characters`;
  return shorten(JSON.stringify(value));
}

function shorten(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}

function placeOf(path: readonly PropertyKey[]): string {
  return shorten(path.map(String).join('.'));
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}
