import assert from 'node:assert/strict';
import { criticalPath, longestFirst, pathWeights } from '../../../agent/builds/critical-path.ts';
import { estimateFromHistory } from '../../../agent/builds/failure-estimate.ts';
import { Fingerprint, TargetId } from '../../../agent/protocol/ids.ts';
import type { PlannedBuild } from '../../../agent/protocol/plan.ts';

const id = (name: string) => TargetId.parse(name);

function targets(needs: Readonly<Record<string, readonly string[]>>) {
  return new Map(Object.entries(needs).map(([name, list]) => [id(name), { needs: list.map(id) }]));
}

function planned(name: string, expectedMs?: number, cached = false): PlannedBuild {
  return {
    target: id(name),
    reason: '',
    fingerprint: Fingerprint.parse('0'.repeat(64)),
    cached,
    ...(expectedMs === undefined ? {} : { expectedMs }),
  };
}

const graph = targets({ core: [], docs: [], lib: ['core'], app: ['lib'], tool: [] });

describe('the longest chain of builds', () => {
  it('begins first, however long its first part takes', () => {
    const builds = [
      planned('docs', 500),
      planned('core', 10),
      planned('lib', 300),
      planned('app', 400),
      planned('tool', 600),
    ];
    assert.deepEqual(Object.fromEntries(pathWeights(builds, graph)), {
      docs: 500,
      core: 710,
      lib: 700,
      app: 400,
      tool: 600,
    });
    assert.deepEqual(
      longestFirst(builds, graph).map(({ target }) => target),
      ['core', 'lib', 'tool', 'docs', 'app'],
    );
  });

  it('counts nothing for what is cached, and little for what is not known', () => {
    const builds = [planned('docs', 500, true), planned('core'), planned('lib'), planned('tool')];
    assert.deepEqual(
      longestFirst(builds, graph).map(({ target }) => target),
      ['core', 'lib', 'tool', 'docs'],
    );
  });

  it('is the critical path of all targets', () => {
    const durations = new Map([
      [id('core'), 10],
      [id('lib'), 300],
      [id('app'), 400],
      [id('tool'), 600],
    ]);
    assert.deepEqual(criticalPath(graph, durations), ['core', 'lib', 'app']);
    assert.deepEqual(criticalPath(graph, new Map()), []);
  });

  it('of 5,000 targets is found without recursion', () => {
    const long = targets(
      Object.fromEntries(
        Array.from({ length: 5000 }, (_, index) => [`t${index}`, index === 0 ? [] : [`t${index - 1}`]]),
      ),
    );
    assert.equal(criticalPath(long, new Map([[id('t4999'), 1]])).length, 5000);
  });
});

describe('the probability that a build fails', () => {
  const outcome = (hasFailed: boolean, fingerprint = 'x') => ({ hasFailed, fingerprint });

  it('rests on the last builds of the target, later ones counting more', () => {
    const lately = estimateFromHistory([outcome(true), outcome(false), outcome(false)], 'new');
    const once = estimateFromHistory([outcome(false), outcome(false), outcome(true)], 'new');
    assert.ok(lately.probability > once.probability && once.probability > 0.1 && lately.probability < 0.5);
    assert.equal(lately.reason, 'it failed 1 of its last 3 times');
  });

  it('is low for what never failed, and near certain for what failed with the same inputs', () => {
    const fine = estimateFromHistory(
      Array.from({ length: 20 }, () => outcome(false)),
      'new',
    );
    assert.ok(fine.probability < 0.05);
    assert.equal(estimateFromHistory([outcome(true, 'same'), outcome(false)], 'same').probability, 0.95);
    assert.equal(estimateFromHistory([outcome(false, 'same'), outcome(true, 'same')], 'same').probability < 0.95, true);
    assert.deepEqual(estimateFromHistory([], 'x'), { probability: 0.1, reason: 'it was never built here' });
  });
});
