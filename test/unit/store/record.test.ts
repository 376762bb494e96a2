import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeTransaction, encodeTransaction, type Change } from '../../../agent/store/record.ts';
import type { SqlValue } from '../../../agent/store/sql.ts';

describe('journal records', () => {
  it('name each SQL text once', () => {
    const insert = 'INSERT INTO t VALUES (?)';
    const line = encodeTransaction([
      { sql: insert, params: [1] },
      { sql: 'DELETE FROM t', params: [] },
      { sql: insert, params: [2] },
    ]);
    assert.equal(line, '{"s":["INSERT INTO t VALUES (?)","DELETE FROM t"],"c":[[0,1],[1],[0,2]]}');
  });

  it('give every parameter back as it was', () => {
    const value: fc.Arbitrary<SqlValue> = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.double({ noNaN: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
      fc.integer(),
      fc.constant(null),
      fc.uint8Array(),
    );
    const change = fc.record({ sql: fc.string(), params: fc.array(value) }, { noNullPrototype: true });
    fc.assert(
      fc.property(fc.array(change), (changes: Change[]) => {
        assert.deepEqual(decodeTransaction(encodeTransaction(changes)), changes);
      }),
    );
  });

  it('are one line', () => {
    assert.equal(encodeTransaction([{ sql: 'a\nb', params: ['c\r\nd\u2028'] }]).includes('\n'), false);
  });

  it('that name no statement are refused', () => {
    assert.throws(() => decodeTransaction('{"s":[],"c":[[0]]}'), /statement 0 of 0/);
  });
});
