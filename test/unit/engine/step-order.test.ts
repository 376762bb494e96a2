import assert from 'node:assert/strict';
import { checkSteps, StepOrder } from '../../../agent/engine/step-order.ts';
import { StepId } from '../../../agent/protocol/ids.ts';
import { step } from '../../rig/engine-rig.ts';

function sentence(...steps: Parameters<typeof checkSteps>[0]): string | null {
  const checked = checkSteps(steps);
  return checked.ok ? null : checked.failure.message;
}

describe('the order of steps', () => {
  it('is accepted when the steps form a DAG', () => {
    assert.equal(sentence(step('c', { needed: ['a', 'b'] }), step('a'), step('b', { needed: ['a'] })), null);
    assert.equal(sentence(), null);
  });

  it('is refused with the place that does not fit', () => {
    assert.equal(sentence(step('a'), step('a')), 'two steps are called a');
    assert.ok(!checkSteps([step('plan')], StepId.parse('plan')).ok);
    assert.equal(sentence(step('a', { needed: ['b'] })), 'a needs b, which does not exist');
    assert.equal(sentence(step('a', { after: [StepId.parse('b')] })), 'a needs b, which does not exist');
    assert.equal(sentence(step('a', { needed: ['a'] })), 'steps need each other in a circle: a → a');
  });

  it('names a circle without what merely leads into it', () => {
    const steps = [
      step('x', { needed: ['a'] }),
      step('a', { needed: ['b'] }),
      step('b', { after: [StepId.parse('c')] }),
      step('c', { needed: ['a'] }),
    ];
    assert.equal(sentence(...steps), 'steps need each other in a circle: a → b → c → a');
  });

  it('lets a step go when the last that it waits for has ended, one that is named twice included', () => {
    const order = new StepOrder([step('a'), step('b'), step('c', { needed: ['a', 'b'], after: [StepId.parse('a')] })]);
    assert.deepEqual(order.ready(), ['a', 'b']);
    assert.deepEqual(order.ended(StepId.parse('a')), []);
    assert.deepEqual(order.ended(StepId.parse('b')), ['c']);
    assert.deepEqual(order.ended(StepId.parse('c')), []);
  });

  it('is found for a chain of 10,000 steps', () => {
    const chain = Array.from({ length: 10_000 }, (_, index) =>
      step(`s${index}`, { needed: index === 0 ? [] : [`s${index - 1}`] }),
    );
    assert.equal(sentence(...chain.toReversed()), null);
    assert.match(
      sentence(...chain.with(0, step('s0', { needed: ['s9999'] }))) ?? '',
      /^steps need each other in a circle/,
    );
  });
});
