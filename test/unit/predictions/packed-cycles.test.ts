import assert from 'node:assert/strict';
import { packCycles, unpackCycles } from '../../../agent/predictions/packed-cycles.ts';
import { ExecutionId, TestId } from '../../../agent/protocol/ids.ts';

const test = (file: string, distance: number | null, hasFailed: boolean) => ({
  ...{
    id: TestId.parse(`mocha:${file}`),
    probability: 0.25,
    expectedMs: 12.5,
    durationMs: 0,
    p90Ms: distance,
    distance,
    hasFailed,
  },
});

describe('recorded cycles as numbers', () => {
  it('come back as they were, empty ones and repeated tests among them', () => {
    const cycles = [
      {
        executionId: ExecutionId.parse('one'),
        at: 1_700_000_000_123,
        tests: [test('a.js', 0, true), test('b.js', null, false)],
      },
      { executionId: ExecutionId.parse('two'), at: 5, tests: [] },
      { executionId: ExecutionId.parse('three'), at: 6, tests: [test('b.js', 4, true)] },
    ];
    const packed = packCycles(cycles);
    assert.deepEqual(packed.names, ['mocha:a.js', 'mocha:b.js']);
    assert.deepEqual(unpackCycles(packed), cycles);
    assert.deepEqual(unpackCycles(packCycles([])), []);
  });
});
