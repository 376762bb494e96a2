import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';
import { installRunner } from '../../rig/test-runners.ts';
import { TestsRig } from '../../rig/tests-rig.ts';

const mocha = path.dirname(createRequire(import.meta.url).resolve('mocha/package.json'));
const onLinux = process.platform === 'linux' ? it : it.skip;
const busy = `function poll() {
  for (;;) if (Date.now() === 0) return;
}
`;

describe('a test that hangs in a loop', () => {
  onLinux('tells where: mocha', async () => {
    await using rig = await TestsRig.create({
      files: {
        'package.json': JSON.stringify({ scripts: { test: 'mocha' } }),
        'test/a.js': `${busy}it('polls', () => poll());`,
        'test/b.js': `it('passes', () => {});`,
      },
      packages: { mocha },
      settings: { 'test.defaultTimeout': 5 },
    });
    const { results } = await rig.run();
    const hung = results.find(({ status }) => status === 'timed_out');
    assert.equal(hung?.file, 'test/a.js');
    assert.match(hung?.stack ?? '', /at poll \(.*test\/a\.js:2:/);
    assert.deepEqual([hung?.failureAt?.file, hung?.failureAt?.line], ['test/a.js', 2]);
    assert.ok(results.some(({ file, status }) => file === 'test/b.js' && status === 'passed'));
  });

  onLinux('tells where in the source: vitest, which compiles', async () => {
    await using rig = await TestsRig.create({
      files: {
        'package.json': JSON.stringify({ scripts: { test: 'vitest run' } }),
        'src/poll.ts': `interface Unused {\n  readonly a: string;\n}\n\nexport ${busy}`,
        'test/a.test.ts': `import { it } from 'vitest';\nimport { poll } from '../src/poll.ts';\nit('polls', () => poll());`,
      },
      modules: await installRunner('vitest', '4'),
      settings: { 'test.defaultTimeout': 5 },
    });
    const { results } = await rig.run();
    const hung = results.find(({ status }) => status === 'timed_out');
    assert.deepEqual([hung?.file, hung?.failureAt?.file, hung?.failureAt?.line], ['test/a.test.ts', 'src/poll.ts', 6]);
  });

  onLinux('tells where: node:test, whose files run in processes of their own', async () => {
    await using rig = await TestsRig.create({
      files: {
        'package.json': JSON.stringify({ scripts: { test: 'node --test' } }),
        'test/a.test.js': `${busy}require('node:test').test('polls', () => poll());`,
      },
      settings: { 'test.defaultTimeout': 5 },
    });
    const { results } = await rig.run();
    const hung = results.find(({ status }) => status === 'timed_out');
    assert.deepEqual([hung?.failureAt?.file, hung?.failureAt?.line], ['test/a.test.js', 2]);
  });
});
