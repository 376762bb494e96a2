import assert from 'node:assert/strict';
import { AgentRig } from '../../rig/agent-rig.ts';

const source = (operator: string) => `exports.add = (a, b) => a ${operator} b;\n`;

describe('output that is committed', () => {
  it('is built before the tests that load it, which neither a recording nor an earlier result clears', async () => {
    const build = `node -e "fs.mkdirSync('dist', { recursive: true }), fs.copyFileSync('src/index.js', 'dist/index.js')"`;
    await using rig = await AgentRig.create({
      'package.json': JSON.stringify({
        name: 'made-up',
        main: 'dist/index.js',
        scripts: { build, test: 'node --test' },
      }),
      'src/index.js': source('+'),
      'dist/index.js': source('+'),
      'test/a.test.js': `
        const assert = require('node:assert');
        require('node:test')('adds', () => assert.equal(require('../dist/index.js').add(1, 2), 3));
      `,
    });
    assert.equal((await rig.run({ all: true })).status, 'succeeded');
    await rig.repository.write({ 'src/index.js': source('-') });
    const broken = await rig.run();
    assert.deepEqual([broken.status, broken.counts.failed], ['failed', 1]);
    await rig.repository.write({ 'src/index.js': source('+') });
    const mended = await rig.run();
    assert.deepEqual([mended.status, mended.counts.passed], ['succeeded', 1]);
    // Nothing is left to do, and nothing goes round in circles.
    const again = await rig.run();
    assert.equal(again.status, 'succeeded');
    const { plan } = await rig.event('plan.made', (event) => event.executionId === again.executionId);
    assert.deepEqual(
      plan.builds.filter(({ cached }) => !cached),
      [],
    );
  });
});
