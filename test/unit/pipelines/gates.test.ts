import assert from 'node:assert/strict';
import { approvalRisk } from '../../../agent/pipelines/change-risk.ts';
import { judgeGate, type GateEvidence, type GateWindow } from '../../../agent/pipelines/gates.ts';
import { Gate } from '../../../agent/protocol/gate.ts';

const anyTime: GateWindow = { since: null, words: 'yet' };
const nothing: GateEvidence = { suites: [], comparisons: [], metrics: [], coverage: null };

function judged(gate: Parameters<typeof Gate.parse>[0], evidence: Partial<GateEvidence>, window = anyTime): string[] {
  return judgeGate(Gate.parse(gate), { ...nothing, ...evidence }, window).map(
    ({ outcome, words }) => `${outcome}: ${words}`,
  );
}

describe('a gate', () => {
  const passed = { file: 'a.test.js', hasPassed: true, ranAt: 100 };

  it('asks for the last result of each test file', () => {
    const suite = (...files: (typeof passed | { file: string; hasPassed: boolean; ranAt: null })[]) => ({
      suites: [{ name: 'all tests', files }],
    });
    const kind = 'pre-deployment';
    assert.deepEqual(judged({ kind }, suite(passed)), ['passed: all tests: 1 test file passed']);
    assert.deepEqual(judged({ kind }, suite(passed, { ...passed, file: 'b.test.js', hasPassed: false })), [
      'failed: all tests: b.test.js failed last',
    ]);
    assert.deepEqual(judged({ kind }, suite(passed, { file: 'c.test.js', hasPassed: false, ranAt: null })), [
      'no evidence: all tests: c.test.js never ran',
    ]);
    assert.deepEqual(judged({ kind }, suite()), ['no evidence: all tests has no test']);
    assert.deepEqual(judged({ kind }, { suites: { missing: 'no test suite' } }), ['no evidence: no test suite']);
  });

  it('does not count what is too old', () => {
    const window = { since: 101, words: 'in the last hour' };
    assert.deepEqual(judged({ kind: 'security' }, { suites: [{ name: 'it', files: [passed] }] }, window), [
      'no evidence: it: a.test.js did not run in the last hour',
    ]);
    const coverage = { covered: 1, total: 1, recordedAt: 100 };
    assert.deepEqual(judged({ kind: 'security', coverage: 50 }, { coverage }, window), [
      'no evidence: no coverage was recorded in the last hour',
    ]);
  });

  it('holds metrics against their limits', () => {
    const latency = { type: 'histogram', unit: 'ms', count: 3, figure: 250 } as const;
    const gate = (limit: object) =>
      ({ kind: 'performance', metrics: [{ metric: 'latency', aggregate: 'p95', ...limit }] }) as const;
    const words = (limit: object, figure: typeof latency | null = latency) =>
      judged(gate(limit), { metrics: [figure] });
    assert.deepEqual(words({ below: 300 }), ['passed: p95 of latency is 250 ms, expected below 300 (3 values)']);
    assert.deepEqual(words({ below: 250 }), ['failed: p95 of latency is 250 ms, expected below 250 (3 values)']);
    assert.deepEqual(words({ above: 250, below: 999 }), [
      'failed: p95 of latency is 250 ms, expected below 999 and above 250 (3 values)',
    ]);
    assert.deepEqual(words({ below: 300 }, null), ['no evidence: the metric latency is not declared']);
    assert.deepEqual(judged(gate({ below: 1 }), { metrics: [{ ...latency, count: 0, figure: null }] }), [
      'no evidence: latency has no value yet',
    ]);
    assert.deepEqual(judged(gate({ below: 1 }), { metrics: [{ ...latency, type: 'counter', figure: null }] }), [
      'no evidence: p95 of latency is not known of a counter',
    ]);
  });

  it('holds coverage against the least share', () => {
    const gate = { kind: 'pre-deployment', coverage: 80 } as const;
    const coverage = { covered: 8, total: 10, recordedAt: 1 };
    assert.deepEqual(judged(gate, { coverage }), ['passed: tests run 80 % of 10 lines, expected at least 80 %']);
    assert.match(judged(gate, { coverage: { ...coverage, covered: 7 } })[0] ?? '', /^failed: tests run 70 %/);
    assert.match(judged(gate, {})[0] ?? '', /^no evidence: no coverage is recorded/);
  });
});

describe('the risk in an approval', () => {
  const risk = { commit: null, percentile: 0.92, by: '1', among: 1204, reasons: [{ words: 'many lines', weight: 1 }] };

  it('is a rank among earlier changes, with its reasons', () => {
    assert.deepEqual(approvalRisk(risk), {
      sentence: 'What is not committed is riskier than 92 % of 1,204 earlier changes.',
      percentile: 0.92,
      among: 1204,
      reasons: ['many lines'],
    });
    assert.match(approvalRisk({ ...risk, commit: '9c6a88e32d123' }).sentence, /^Commit 9c6a88e32d is/);
  });

  it('is not known among few, and without a history', () => {
    assert.equal(
      approvalRisk({ ...risk, among: 29 }).sentence,
      'The risk is not known: 29 earlier changes are too few to compare with, expected 30.',
    );
    assert.equal(approvalRisk({ ...risk, among: 29 }).percentile, null);
    assert.equal(approvalRisk(null).sentence, 'The risk is not known: git keeps no history here.');
  });
});
