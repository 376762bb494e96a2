import assert from 'node:assert/strict';
import { PipelinePlan } from '../../../agent/protocol/pipeline.ts';
import { planMarkdown } from '../../../extension/commands/pipeline-markdown.ts';

const step = {
  kind: 'command',
  needs: [],
  decision: 'run',
  why: 'the change can affect it',
  expectedMs: null,
  failureProbability: null,
  isCritical: false,
};
const plan = (change: object) =>
  PipelinePlan.parse({
    pipeline: 'ci',
    changedFiles: 2,
    steps: [],
    expectedMs: null,
    plainMs: null,
    failureProbability: null,
    notes: [],
    planMs: 1,
    ...change,
  });

describe('the plan of a pipeline as a text', () => {
  it('says what runs, for how long, how likely it fails and why', () => {
    const text = planMarkdown(
      plan({
        expectedMs: 4000,
        plainMs: 9000,
        failureProbability: 0.254,
        notes: ['a <note>'],
        steps: [
          { ...step, id: 'build', name: 'build', expectedMs: 3000, failureProbability: 0.1, isCritical: true },
          {
            ...step,
            id: 'docs',
            name: 'docs | more',
            decision: 'pruned',
            why: 'nothing below docs/ changed',
            needs: ['build'],
          },
        ],
      }),
    );
    assert.match(
      text,
      /\*\*1 of 2 steps\*\* would run for 2 changed files\. About 4\.0 s, 9\.0 s in the plain order with nothing left out\. Some step fails with a probability of 25 %\./,
    );
    assert.ok(text.includes('| 1 | **build** | runs | 3.0 s | 10 % | the change can affect it |'), text);
    assert.ok(
      text.includes('| 2 | docs \\| more | left out |  |  | nothing below docs/ changed; after `build` |'),
      text,
    );
    assert.ok(text.includes('- a \\<note\\>'), text);
  });

  it('says that nothing is known before the first run', () => {
    const text = planMarkdown(plan({ steps: [{ ...step, id: 'a', name: 'a', isCritical: true }] }));
    assert.match(text, /How long it takes is not known yet: it has not run\.\n/);
    assert.ok(text.includes('|  | step |  | why |\n| --: | --- | --- | --- |\n| 1 | a | runs |'), text);
    assert.doesNotMatch(text, /longest way/);
  });
});
