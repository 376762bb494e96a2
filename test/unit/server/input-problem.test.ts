// Sentences for what does not fit.
import assert from 'node:assert/strict';
import { z } from 'zod';
import { inputProblem } from '../../../agent/server/input-problem.ts';

function sentence(schema: z.ZodType, input: unknown, known: readonly string[] = []): string {
  const parsed = schema.safeParse(input);
  assert.ok(!parsed.success);
  return inputProblem(parsed.error, input, known).message;
}

describe('The sentence for an input that does not fit', () => {
  for (const [schema, input, expected] of [
    [z.object({ a: z.string() }), {}, '`a`: expected a string, found nothing.'],
    [z.object({ a: z.string() }), { a: null }, '`a`: expected a string, found null.'],
    [z.object({ a: z.int() }), { a: 1.5 }, '`a`: expected an integer, found 1.5.'],
    [
      z.object({ a: z.array(z.object({ b: z.boolean() })) }),
      { a: [{ b: true }, { b: 1 }] },
      '`a.1.b`: expected a boolean, found 1.',
    ],
    [
      z.object({ a: z.record(z.string().regex(/^[a-z]+$/, 'letters'), z.string()) }),
      { a: { 'b c': 'x' } },
      '`a.b c`: expected as its name letters, found "b c".',
    ],
    [z.object({ a: z.object({}) }), { a: [] }, '`a`: expected an object, found an array of 0.'],
    [
      z.object({ a: z.string().max(3) }),
      { a: 'x'.repeat(500) },
      '`a`: expected at most 3 characters, found a text of 500 characters.',
    ],
    [
      z.object({ a: z.array(z.string()).max(1) }),
      { a: ['x', 'y'] },
      '`a`: expected at most 1 entry, found an array of 2.',
    ],
    [z.object({ a: z.number().min(2) }), { a: 1 }, '`a`: expected a number of at least 2, found 1.'],
    [z.object({ a: z.enum(['x', 'y']) }), { a: 'z' }, '`a`: expected "x" or "y", found "z".'],
    [
      z.object({ a: z.union([z.boolean(), z.number()]) }),
      { a: 'z' },
      '`a`: expected one of the forms that the OpenAPI document names, found "z".',
    ],
    [
      z.object({ a: z.string().regex(/^x/, 'a text that starts with x') }),
      { a: 'z' },
      '`a`: expected a text that starts with x, found "z".',
    ],
    [z.string(), 5, 'The input: expected a string, found 5.'],
  ] as const) {
    it(expected, () => assert.equal(sentence(schema, input), expected));
  }

  it('names the nearest key, or those that there are', () => {
    const schema = z.strictObject({ base: z.string().optional(), all: z.boolean().optional() });
    assert.equal(
      sentence(schema, { bsae: 'HEAD' }, ['base', 'all']),
      'The input: unknown key "bsae"; perhaps `base` is meant.',
    );
    assert.equal(
      sentence(schema, { everything: true }, ['base', 'all']),
      'The input: unknown key "everything"; expected one of `base`, `all`.',
    );
    assert.equal(sentence(z.strictObject({}), { x: 1 }), 'The input: unknown key "x"; expected no keys at all.');
  });

  it('stays short, whatever comes', () => {
    const schema = z.strictObject({ a: z.record(z.string(), z.string()) });
    const key = 'k'.repeat(100_000);
    assert.ok(sentence(schema, { a: { [key]: 5 } }).length < 300);
    assert.ok(sentence(schema, { [key]: 5 }, ['a']).length < 300);
  });
});
