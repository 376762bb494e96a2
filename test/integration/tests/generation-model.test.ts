// Tests that a language model writes: an endpoint on this machine answers, and real runners try them.
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import type { GeneratedTests } from '../../../agent/protocol/generated-tests.ts';
import { RepoPath } from '../../../agent/protocol/ids.ts';
import type { InputOf } from '../../../agent/protocol/operations.ts';
import { AgentRig } from '../../rig/agent-rig.ts';
import type { Files } from '../../rig/git-rig.ts';
import { completion, serveModel } from '../../rig/model-endpoint.ts';

/** What only a model can call: its parameter is a function. */
const javascript: Files = {
  'package.json': '{"type":"module","scripts":{"test":"node --test test/a.test.js"}}',
  'src/apply.js': `export function apply(change, value) {
  if (typeof change !== 'function') throw new TypeError('change: expected a function');
  return value > 10 ? change(value) + 1 : value;
}
`,
  'test/a.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apply } from '../src/apply.js';
test('small', () => assert.equal(apply((each) => each, 3), 3));
`,
};

const written = `Here are the tests:

\`\`\`js
// changes large values
assert.strictEqual(apply((each) => each * 2, 11), 23);
\`\`\`

\`\`\`js
// expects too much
assert.strictEqual(apply((each) => each, 11), 11);
\`\`\`

\`\`\`js
// does nothing
const unused = 1;
\`\`\`

\`\`\`js
// ends the process
process.exit(0);
\`\`\`

\`\`\`js
import test from 'node:test';
test('refuses what is no function', () => {
  assert.throws(() => apply(1, 2), { message: 'change: expected a function' });
});
\`\`\`
That is all.
`;

async function make(
  rig: AgentRig,
  request: Omit<InputOf<'generateTests'>, 'file'> & { file: string },
): Promise<GeneratedTests | string> {
  const { executionId } = await rig.client.generateTests({ ...request, file: RepoPath.parse(request.file) });
  const { execution } = await rig.event(
    'execution.changed',
    (event) => event.execution.id === executionId && event.execution.finishedAt !== null,
  );
  if (execution.state !== 'succeeded') return execution.steps[0]?.reason ?? execution.state;
  return await rig.client.getGeneratedTests({ id: executionId });
}

function offer(made: GeneratedTests | string): GeneratedTests {
  if (typeof made === 'string') assert.fail(made);
  return made;
}

describe('generated tests of a language model', function () {
  this.timeout(240_000);

  async function asked(
    files: Files,
    reply: (response: ServerResponse) => void,
    request: Omit<InputOf<'generateTests'>, 'file'> & { file: string },
  ) {
    await using endpoint = await serveModel(reply);
    await using rig = await AgentRig.create(files, {
      environment: {
        NOODLE_TEST_MODEL_URL: endpoint.url,
        NOODLE_TEST_MODEL_NAME: 'small',
        NOODLE_TEST_MODEL_KEY: 'sk-secret',
      },
    });
    const made = await make(rig, request);
    assert.equal(await rig.repository.git('status', '--porcelain'), '');
    return { made, asked: endpoint.asked };
  }

  it('are kept when they find what no other does, and only then', async () => {
    const { made, asked: requests } = await asked(javascript, (response) => response.end(completion(written)), {
      file: 'src/apply.js',
      mutants: 8,
    });
    const { tests, text, notes } = offer(made);
    assert.deepEqual(tests.map(({ title, origin }) => `${title} (${origin})`).toSorted(), [
      'changes large values (model)',
      'refuses what is no function (model)',
    ]);
    assert.match(
      text,
      /\/\/ .*Written by a language model\.\n {2}test\('changes large values', \(\) => \{\n {4}assert/,
    );
    assert.match(
      notes[0] ?? '',
      /^Of 5 tests that small wrote, 3 passed by themselves\. One of the others: 'expects too much' failed: /,
    );
    assert.deepEqual(
      requests.map(({ authorization, body }) => [authorization, body.model]),
      [['Bearer sk-secret', 'small']],
    );
    const sent = requests[0]?.body.messages[1]?.content ?? '';
    assert.match(sent, /Write tests of the function apply in src\/apply\.js \(lines 1 to 4\)/);
    assert.match(sent, /test\('small'/);
  });

  it('come beside others, which stay when the model is away, refuses or talks', async () => {
    const files = {
      ...javascript,
      'src/apply.js': 'export function apply(change, value = 1) {\n  return value > 10;\n}\n',
      'test/a.test.js': String(javascript['test/a.test.js']).replace(
        /test\('small.*/,
        "test('runs', () => { apply(1, 3); });",
      ),
    };
    const request = { file: 'src/apply.js', mutants: 4 };
    const notes = async (reply: (response: ServerResponse) => void, more: object = {}) => {
      const { made } = await asked(files, reply, { ...request, ...more });
      const offered = offer(made);
      assert.ok(offered.tests.length > 0);
      return (offered.notes[0] ?? '').replace(/127\.0\.0\.1:\d+/, 'HOST');
    };
    assert.equal(
      await notes((response) => response.writeHead(503).end()),
      'No tests of a language model: HOST answered 503.',
    );
    assert.match(
      await notes((response) => response.end(completion('I would rather not.'))),
      /^Of 1 test that small wrote, 0 passed by themselves\. One of the others: a test without a title was not tried: it does not parse\.$/,
    );
    assert.equal(
      await notes((response) => void response.destroy()),
      'No tests of a language model: HOST could not be reached (UND_ERR_SOCKET).',
    );
    assert.match(await notes(() => assert.fail('it was asked'), { asksModel: false }), /^Examples hold/);
  });

  it('are tried, too, where a model of the editor has answered', async () => {
    await using rig = await AgentRig.create(javascript);
    const file = RepoPath.parse('src/apply.js');
    const prompt = await rig.client.promptForTests({ file });
    assert.equal(prompt.endpoint, null);
    assert.match(prompt.user, /import \{ apply \} from '\.\.\/src\/apply\.js';/);
    const made = offer(await make(rig, { file, mutants: 8, answer: { text: written, by: 'Editor' } }));
    assert.equal(made.tests.length, 2);
    assert.match(made.notes[0] ?? '', /^Of 5 tests that Editor wrote/);
  });

  it('are written for pytest', async () => {
    const answer = `\`\`\`python
# changes large values
import math
assert apply(lambda each: each * 2, 11) == 23
assert math.isclose(apply(lambda each: each, 3), 3)
\`\`\`
\`\`\`python
from shop.change import apply
import pytest

def test_refuses_what_is_no_function():
    with pytest.raises(TypeError):
        apply(1, 2)
\`\`\`
\`\`\`python
import os
os.remove("pytest.ini")
\`\`\`
`;
    const { made } = await asked(
      {
        'pytest.ini': '[pytest]\n',
        'conftest.py': '',
        'shop/__init__.py': '',
        'shop/change.py':
          'def apply(change, value):\n    if not callable(change):\n        raise TypeError("change")\n    return change(value) + 1 if value > 10 else value\n',
        'tests/test_a.py':
          'from shop.change import apply\n\n\ndef test_small():\n    assert apply(lambda each: each, 3) == 3\n',
      },
      (response) => response.end(completion(answer)),
      { file: 'shop/change.py', mutants: 8 },
    );
    const { tests, text, notes } = offer(made);
    assert.deepEqual(tests.map(({ title }) => title).toSorted(), [
      'test_apply_changes_large_values',
      'test_apply_refuses_what_is_no_function',
    ]);
    assert.match(text, /^import pytest\n\nfrom shop\.change import apply\n/);
    assert.match(
      notes[0] ?? '',
      /2 passed by themselves\. One of the others: a test without a title was not tried: it imports os\.$/,
    );
  });
});
