// Budgets through the agent: what is left out, what is said of it, and what it would have missed.
import assert from 'node:assert/strict';
import { FailureError } from '../../../agent/protocol/failure.ts';
import { AgentRig } from '../../rig/agent-rig.ts';

const passing =
  "import test from 'node:test';\nimport { value } from './value.mjs';\ntest('passes', () => { if (value < 1) throw new Error('low') });\n";
const failing =
  "import test from 'node:test';\nimport { value } from './value.mjs';\ntest('fails', () => { if (value > 1) throw new Error('high') });\n";
const files = {
  'package.json': JSON.stringify({ type: 'module', scripts: { test: 'node --test' } }),
  'value.mjs': 'export const value = 1;\n',
  'a.test.mjs': passing,
  'b.test.mjs': failing,
  'c.test.mjs': passing,
};

describe('a run within a budget', () => {
  it('runs what fits, names the rest with the reason, and measures what that would have missed', async () => {
    await using rig = await AgentRig.create(files, { environment: { NOODLE_TEST_RECORD_EVIDENCE: 'false' } });
    await rig.run({ all: true });
    await rig.repository.write({ 'value.mjs': 'export const value = 2;\n' });
    const plan = await rig.client.makePlan({ budgetMs: 1 });
    assert.equal(plan.tests.length, 1);
    assert.equal(plan.budget?.leftOut.length, 2);
    assert.equal(plan.budget?.expectedMissed, null);
    assert.match(plan.notes.join('\n'), /2 test files of 3 left out; what that may miss is not known/);
    assert.ok((plan.expected?.startMs ?? 0) > 0, 'the start of the runner was measured');
    const ended = await rig.run({ budgetMs: 1 });
    assert.match(ended.notes.join('\n'), /the budget left out 2 test files: this is no answer for them/);
    const left = plan.budget?.leftOut[0]?.file ?? '';
    const { explanations } = await rig.client.explain({ subject: left });
    assert.equal(explanations[0]?.decision, 'skipped');
    assert.match(explanations[0]?.summary ?? '', /^skipped by budget: the change can affect it/);
  });

  it('with an audit runs what it left out behind the rest, and keeps how much it missed', async () => {
    // Which file fits is a matter of measured time, so every one of them fails.
    const all = { ...files, 'a.test.mjs': failing, 'c.test.mjs': failing };
    await using rig = await AgentRig.create(all, { environment: { NOODLE_TEST_RECORD_EVIDENCE: 'false' } });
    await rig.run({ all: true });
    await rig.repository.write({ 'value.mjs': 'export const value = 2;\n' });
    const ended = await rig.run({ budgetMs: 1, audit: true });
    assert.equal(rig.results(ended.executionId).length, 3);
    assert.match(
      ended.notes.join('\n'),
      /the budget was checked: of 2 test files that it left out node:test:[abc]\.test\.mjs/,
    );
    const { here } = await rig.client.listModels({});
    assert.deepEqual(here.budgets, { checks: 1, leftOut: 2, expectedMissed: null, missed: 2 });
  });

  it('promises no share while nothing is recorded, and refuses two budgets at once', async () => {
    await using rig = await AgentRig.create(files);
    const plan = await rig.client.makePlan({ all: true, share: 0.5 });
    assert.deepEqual(plan.budget?.leftOut, []);
    assert.match(plan.budget?.basis ?? '', /too few results with failures/);
    assert.equal(plan.expected, undefined);
    await assert.rejects(
      rig.client.makePlan({ share: 0.5, confidence: 0.9 }),
      (error) => error instanceof FailureError && error.failure.reason === 'invalid_input',
    );
  });
});
