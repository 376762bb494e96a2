import assert from 'node:assert/strict';
import { contactIn } from '../../../extension/agent-contact.ts';
import { explanationMarkdown } from '../../../extension/commands/explanation-markdown.ts';
import { locationOf } from '../../../extension/commands/openable.ts';
import { describePlan } from '../../../extension/test-explorer/planned-reason.ts';
import { historyMarkdown } from '../../../extension/test-explorer/history-markdown.ts';
import { executionId, failingTest, plan, testId } from '../../rig/dashboard-data.ts';

const explanation = {
  subject: 'mocha:test/cart.test.ts',
  subjectKind: 'test',
  decision: 'selected',
  summary: 'it was selected, 1 of 3 test files in order',
  path: ['src/cart.ts', 'test/cart.test.ts'],
  facts: ['order: probability 0.82', 'history: a_b * c'],
  executionId: null,
  at: null,
} as const;

describe('an explanation', () => {
  it('has the answer, the way and the facts', () => {
    assert.equal(
      explanationMarkdown([{ ...explanation, path: [...explanation.path], facts: [...explanation.facts] }]),
      [
        '# mocha:test/cart.test.ts',
        '',
        '**selected**: it was selected, 1 of 3 test files in order',
        '',
        '`src/cart.ts` → `test/cart.test.ts`',
        '',
        '- order: probability 0.82',
        '- history: a\\_b \\* c',
        '',
      ].join('\n'),
    );
  });

  it('says which run decided it', () => {
    const text = explanationMarkdown([
      { ...explanation, path: [], facts: [], executionId: executionId('run-1'), at: 0 },
    ]);
    assert.match(text, /Decided .* in `run-1`\./);
    assert.doesNotMatch(text, /→/);
  });

  it('shows names with backticks as they are', () => {
    const text = explanationMarkdown([{ ...explanation, path: ['a`b.ts'], facts: [] }]);
    assert.match(text, /`` a`b\.ts ``/);
  });
});

describe('the history of a test', () => {
  it('is a row of dots, told apart by their shape, with the reason of the plan', () => {
    const [planned] = plan().tests;
    assert.ok(planned);
    const text = historyMarkdown(failingTest().history, planned) ?? '';
    assert.equal(text.replace(/<[^>]*>/g, '').split('\n')[0], '✗ ● ● ✗ ● ● ○ ● ● ● &nbsp;newest first');
    assert.match(text, /failed in 4 ms · failed in 2 of its last 10 runs/);
    assert.match(text, /planned: `cart\.ts` → `cart\.test\.ts` · probability 0\.82 that it fails/);
  });

  it('is nothing for a test that never ran and is not planned', () => {
    assert.equal(historyMarkdown([], null), null);
  });
});

describe('beside a planned file', () => {
  it('stands what affects it', () => {
    const [first] = plan().tests;
    assert.ok(first);
    const reasons = describePlan(
      plan({
        tests: [first, { ...first, id: testId('b'), why: ['test/b.test.ts'] }, { ...first, id: testId('c'), why: [] }],
      }),
    );
    assert.deepEqual([...reasons.values()], ['affected by cart.ts', 'changed', 'planned']);
  });
});

describe('the place of an item', () => {
  it('is found in a location, a line of a tree and a failing test', () => {
    const location = { file: 'a.ts', line: 3 };
    for (const item of [location, { location, label: 'x' }, { failureAt: location }])
      assert.deepEqual(locationOf(item), location);
    for (const item of [null, 'a.ts', { location: null }, { file: 'a.ts', line: 0 }])
      assert.equal(locationOf(item), null);
  });
});

describe("the agent's first word", () => {
  const line = {
    type: 'agent.started',
    root: '/r',
    pid: 7,
    address: 'http://127.0.0.1:4000/?token=secret',
    adopted: false,
  };

  it('tells how to reach it', () => {
    assert.deepEqual(contactIn(JSON.stringify(line)), { root: '/r', pid: 7, port: 4000, token: 'secret' });
  });

  it('is told from everything else', () => {
    for (const other of ['', 'listening', '{}', JSON.stringify({ ...line, address: 'nowhere' })])
      assert.equal(contactIn(other), null);
  });
});
