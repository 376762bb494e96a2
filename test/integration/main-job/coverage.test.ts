// Coverage through the whole agent: recorded by a run, asked for by a client.
import assert from 'node:assert/strict';
import { FailureError } from '../../../agent/protocol/failure.ts';
import { RepoPath } from '../../../agent/protocol/ids.ts';
import { AgentRig } from '../../rig/agent-rig.ts';

const price = RepoPath.parse('src/price.js');

const shop = {
  '.gitignore': 'dist\n',
  'package.json': JSON.stringify({ name: 'shop', type: 'module', scripts: { test: 'node --test' } }),
  'src/price.js':
    'export function total(a, b) {\n  return a + b;\n}\n\nexport function discount(a) {\n  return a * 0.9;\n}\n',
  'dist/made.js': 'export const made = 1;\n',
  'test/price.test.js': `import test from 'node:test';
import '../dist/made.js';
import { total } from '../src/price.js';
test('adds', () => {
  if (total(1, 2) !== 3) throw new Error();
});
`,
};

describe('coverage', () => {
  it('of a run says how much of each source ran, and what to test next', async () => {
    await using rig = await AgentRig.create(shop);
    const ended = await rig.run({ all: true, coverage: true });
    assert.equal(ended.status, 'succeeded');
    const summary = await rig.client.getCoverage({ execution: ended.executionId });
    assert.deepEqual(summary.files, [
      {
        path: price,
        lines: { covered: 4, total: 6 },
        functions: { covered: 1, total: 2 },
        tests: ['node:test:test/price.test.js'],
        isOutdated: false,
      },
    ]);
    const details = await rig.client.getFileCoverage({ path: price });
    assert.deepEqual(details.missed, [[6, 7]]);
    const { text } = await rig.client.exportCoverage({ format: 'lcov' });
    assert.match(text, /^TN:\nSF:src\/price\.js\n/);
    const { suggestions } = await rig.client.suggestTests({ limit: 5 });
    assert.deepEqual(
      suggestions.map(({ path, name, changes }) => [path, name, changes]),
      [[price, 'discount', 1]],
    );

    await rig.repository.write({ 'src/price.js': `// New.\n${shop['src/price.js']}` });
    const later = await rig.client.getCoverage({});
    assert.deepEqual(
      later.files.map(({ isOutdated }) => isOutdated),
      [true],
    );
  });

  it('that was never recorded is asked for after a green selection, once it is there no more', async () => {
    await using rig = await AgentRig.create(shop);
    await rig.repository.write({ 'src/price.js': `// New.\n${shop['src/price.js'].replace('0.9', '0.8')}` });
    const line = /no run has recorded yet what the tests use: `noodle run --all`/;
    assert.match((await rig.run()).notes.join('\n'), line);
    const { executionId } = await rig.client.startRun({ trigger: 'api' });
    assert.doesNotMatch((await rig.ended(executionId)).notes.join('\n'), line);
    await rig.run({ all: true });
    assert.doesNotMatch((await rig.run()).notes.join('\n'), line);
  });

  it('of a file that no test ran is not found', async () => {
    await using rig = await AgentRig.create(shop);
    await assert.rejects(
      rig.client.getFileCoverage({ path: price }),
      (error) => error instanceof FailureError && error.failure.reason === 'not_found',
    );
    const { recorded, notes } = await rig.client.getCoverage({});
    assert.equal(recorded, null);
    const note = '1 test file of node:test: nothing is recorded yet; `noodle run --all --coverage` does';
    assert.deepEqual(notes, [note]);
    assert.deepEqual((await rig.client.suggestTests({ limit: 5 })).notes, [note]);
  });
});
