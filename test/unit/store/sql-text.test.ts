import assert from 'node:assert/strict';
import { kindOf, type SqlKind } from '../../../agent/store/sql-text.ts';

const cases: readonly [string, SqlKind][] = [
  ['SELECT 1', 'query'],
  ['\n  select random()', 'query'],
  ['VALUES (1)', 'query'],
  ['WITH a AS (SELECT 1) SELECT * FROM a', 'query'],
  ['WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a', 'change'],
  ['INSERT INTO t (date) VALUES (?)', 'change'],
  ['PRAGMA noodle.user_version = 3', 'change'],
  ["INSERT INTO t VALUES (date('now'))", 'unrepeatable'],
  ['UPDATE t SET a = random()', 'unrepeatable'],
  ['UPDATE t SET at = CURRENT_TIMESTAMP', 'unrepeatable'],
  ['UPDATE t SET at = unixepoch()', 'unrepeatable'],
  ['INSERT INTO t SELECT hex(randomblob(4))', 'unrepeatable'],
];

describe('a SQL text', () => {
  for (const [sql, kind] of cases) {
    it(`is a ${kind}: ${sql.trim()}`, () => {
      assert.equal(kindOf(sql), kind);
    });
  }
});
