import assert from 'node:assert/strict';
import fc from 'fast-check';
import { asksForOutcome, parseCondition } from '../../../agent/workspace/condition.ts';
import { holds, type ConditionFacts, type Value } from '../../../agent/workspace/condition-value.ts';

const values: Readonly<Record<string, Value>> = {
  branch: 'main',
  'changes.count': 3,
  'env.CI': 'true',
  'matrix.node': 20,
  'steps.build.state': 'succeeded',
};

function facts(outcome: ConditionFacts['outcome'] = 'success'): ConditionFacts {
  return {
    lookUp: (path) => values[path.join('.')],
    changed: (pattern) => pattern === 'src/**',
    matches: (text, pattern) => pattern === 'ma*' && text === 'main',
    outcome,
  };
}

function ask(text: string, outcome?: ConditionFacts['outcome']): boolean {
  const parsed = parseCondition(text);
  assert.ok('condition' in parsed, 'problem' in parsed ? parsed.problem.message : '');
  return holds(parsed.condition, facts(outcome));
}

function problemOf(text: string): string {
  const parsed = parseCondition(text);
  assert.ok('problem' in parsed, `${text} is read`);
  return `${parsed.problem.at}: ${parsed.problem.message}`;
}

describe('a condition', () => {
  for (const [text, expected] of [
    [`branch == 'main' && changed('src/**')`, true],
    [`branch == 'main' && !changed('src/**')`, false],
    [`branch != "main" || matrix.node >= 18`, true],
    [`matrix.node == '20'`, true],
    [`changes.count > 2 && (env.CI == 'true' || false)`, true],
    [`steps['build'].state == 'succeeded'`, true],
    [`steps.deploy.state == null`, true],
    [`matches(branch, 'ma*') && startsWith(branch, 'MA') && endsWith(branch, 'in') && contains(branch, 'ai')`, true],
    [`'3.10' == '3.1'`, false],
    [`'it''s' == "it's"`, true],
    ['!!env.NOTHING', false],
    ['failure()', false],
    ['success()', true],
  ] as const) {
    it(`${text} is ${expected}`, () => assert.equal(ask(text), expected));
  }

  it('knows how what came before has ended', () => {
    assert.equal(ask('failure()', 'failure'), true);
    assert.equal(ask('success()', 'cancelled'), false);
    assert.equal(ask('always() && cancelled()', 'cancelled'), true);
  });

  it('says whether it asks for failures itself', () => {
    const asks = (text: string) => {
      const parsed = parseCondition(text);
      return 'condition' in parsed && asksForOutcome(parsed.condition);
    };
    assert.equal(asks(`branch == 'x' && !always()`), true);
    assert.equal(asks(`success() && branch == 'x'`), false);
  });

  for (const [text, expected] of [
    ['', '0: found the end, expected a value, a name or a call'],
    ['branch = 1', '7: found "=", expected "==" to compare'],
    ['brnch == 1', '0: unknown name "brnch"; did you mean branch?'],
    ['changd("x")', '0: unknown function "changd"; did you mean changed?'],
    ['changed()', '0: changed() takes 1 values, found 0'],
    [`branch == 'main`, "10: the text that begins here has no closing '"],
    ['(branch', '7: found the end, expected ")"'],
    ['branch main', '7: found "main", expected the end, && or ||'],
    ['branch # x', '7: found "#", which means nothing here'],
  ] as const) {
    it(`that does not parse has a place: ${text}`, () => assert.equal(problemOf(text), expected));
  }

  it('nested without end is refused', () => {
    assert.match(problemOf(`${'('.repeat(5000)}1`), /nested more than 50 levels/);
  });

  it('of any text is read or refused, never thrown at', () => {
    const word = fc.constantFrom(
      '(',
      ')',
      '!',
      '&&',
      '||',
      '==',
      'branch',
      '.',
      '[',
      ']',
      "'a'",
      '"',
      '1',
      'changed',
      ',',
      ' ',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word).map((words) => words.join('')),
        ),
        (text) => {
          const parsed = parseCondition(text);
          if ('condition' in parsed) holds(parsed.condition, facts());
          else assert.ok(parsed.problem.at >= 0 && parsed.problem.at <= text.length);
        },
      ),
    );
  });
});
