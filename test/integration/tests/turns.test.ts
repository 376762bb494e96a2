import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';
import { RepoPath, TestId } from '../../../agent/protocol/ids.ts';
import type { PlannedTest } from '../../../agent/protocol/plan.ts';
import { TestsRig } from '../../rig/tests-rig.ts';

const mocha = path.dirname(createRequire(import.meta.url).resolve('mocha/package.json'));

function planned(project: string, name: string): PlannedTest {
  const file = RepoPath.parse(`${project}/test/${name}.js`);
  return {
    id: TestId.parse(`mocha:${file}`),
    file,
    framework: 'mocha',
    probability: 0.5,
    expectedMs: 60_000,
    project,
    why: ['changed'],
  };
}

const manifest = JSON.stringify({ scripts: { test: 'mocha' } });

describe('the order of a run', () => {
  it('holds across projects: a likely failure does not wait for the rest of another project', async () => {
    await using rig = await TestsRig.create({
      files: {
        'a/package.json': manifest,
        'a/test/1.js': `it('fails', () => { throw new Error('no'); }); it('passes', () => {});`,
        'a/test/3.js': `it('passes', () => {});`,
        'b/package.json': manifest,
        'b/test/2.js': `it('fails', () => { throw new Error('no'); });`,
        'b/test/4.js': `it('passes', () => {});`,
      },
      packages: { mocha },
    });
    rig.engine.limits = { ...rig.engine.limits, tests: 1 };
    await rig.tests.discover();
    const order: string[] = [];
    rig.engine.events.on('test.finished', ({ result }) => order.push(`${result.file} ${result.status}`));
    const steps = rig.tests.steps({
      planned: [planned('a', '1'), planned('b', '2'), planned('a', '3'), planned('b', '4')],
      request: {},
      after: () => [],
    });
    const execution = await rig.engine.submit(steps).finished;
    assert.deepEqual(order, [
      'a/test/1.js failed',
      'a/test/1.js passed',
      'b/test/2.js failed',
      'b/test/4.js passed',
      'a/test/3.js passed',
    ]);
    assert.deepEqual(
      execution.steps.map(({ id, state }) => `${id} ${state}`),
      ['plan succeeded', 'tests:mocha:a failed', 'tests:mocha:b failed'],
    );
    assert.deepEqual([execution.counts.passed, execution.counts.failed], [3, 2]);
  });
});
