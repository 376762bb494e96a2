import assert from 'node:assert/strict';
import { bottlenecks, criticalPath } from '../../../agent/analytics/bottlenecks.ts';
import { capacity } from '../../../agent/analytics/capacity.ts';
import { makespan, tuningProposals } from '../../../agent/analytics/tuning.ts';
import type { Execution, Step } from '../../../agent/protocol/execution.ts';
import { StepId } from '../../../agent/protocol/ids.ts';
import { settingDeclarations, type Settings } from '../../../agent/protocol/settings.ts';
import { anExecution } from '../../rig/recorded.ts';

describe('bottlenecks', () => {
  const slow = run('1', [
    step('plan', 0, 10),
    step('build', 10, 100, ['plan']),
    step('lint', 10, 20, ['plan']),
    step('tests', 130, 200, ['build'], 'tests'),
    step('docs', 100, 120, ['build']),
  ]);

  it('lie on the path that decides when a run ends', () => {
    assert.deepEqual(
      criticalPath(slow).map(({ step: { id }, durationMs, waitMs }) => [id, durationMs, waitMs]),
      [
        ['plan', 10, 0],
        ['build', 90, 0],
        ['tests', 70, 30],
      ],
    );
    assert.deepEqual(criticalPath(anExecution('none')), []);
  });

  it('are told with their share, the waiting in them, and what waiting for runs costs', () => {
    const found = bottlenecks({
      executions: [{ ...slow, trigger: 'command', queuedAt: -20, finishedAt: 200, firstFailureAtMs: 150 }],
      from: 0,
      now: 86_400_000,
      saved: { testsMs: 1, buildsMs: 2 },
    });
    assert.deepEqual(
      found.steps.map(({ id, share, medianWaitMs }) => [id, share, medianWaitMs]),
      [
        ['tests', 0.5, 30],
        ['build', 0.45, 0],
        ['plan', 0.05, 0],
      ],
    );
    assert.equal(found.queue.medianMs, 20);
    assert.deepEqual([found.waiting.totalMs, found.waiting.runs], [170, 1]);
  });

  it('do not go round in circles', () => {
    assert.equal(criticalPath(run('1', [step('a', 0, 1, ['b']), step('b', 0, 2, ['a'])])).length, 2);
  });
});

describe('capacity', () => {
  it('is what steps used of the processors, and how long the disk lasts', () => {
    const dayMs = 86_400_000;
    const stateHistory = Array.from({ length: 30 }, (_, day) => ({ at: day * dayMs, value: 1e6 + day * 1e5 }));
    const found = capacity({
      executions: [run('1', [step('a', 0, dayMs), step('b', 0, dayMs / 2)])],
      days: 1,
      cores: 2,
      stateBytes: 4e6,
      freeBytes: 1e7,
      stateHistory,
      forecasts: [],
    });
    assert.deepEqual([found.utilization, found.peakParallelSteps], [0.75, 2]);
    assert.ok(Math.abs((found.disk.daysUntilFull ?? 0) - 100) < 1);
  });
});

describe('tuning', () => {
  const parallel = (id: string) =>
    run(id, [
      step('plan', 0, 1000),
      ...['a', 'b', 'c', 'd'].map((name, index) =>
        step(name, 1000 + index * 10_000, 11_000 + index * 10_000, ['plan'], 'tests'),
      ),
    ]);

  it('places steps anew for another number of slots', () => {
    assert.deepEqual(
      [1, 2, 4].map((slots) => makespan(parallel('1').steps, 'tests', slots)),
      [41_000, 21_000, 11_000],
    );
  });

  it('proposes more slots where that pays and processors are left, with the gain', () => {
    const proposals = tuningProposals(input({ 'test.parallelExecutions': 1 }, 4));
    const [proposal] = proposals;
    assert.deepEqual(
      [proposal?.setting, proposal?.present, proposal?.proposed, proposal?.expectedGainMs],
      ['test.parallelExecutions', 1, 4, -30_000],
    );
    assert.deepEqual(
      tuningProposals(input({ 'test.parallelExecutions': 4 }, 4)).filter(
        ({ setting }) => setting === 'test.parallelExecutions',
      ),
      [],
    );
    assert.deepEqual(tuningProposals(input({ 'test.parallelExecutions': 1 }, 1)), [], 'no processors are left');
  });

  it('proposes timeouts that fit what was seen, with what they save of what hung', () => {
    const seen = { name: 'a.test.ts', p90Ms: 4000, longestMs: 5000, stopped: { count: 0, runs: 12 } };
    const [proposal] = tuningProposals({ ...input({}, 1), tests: seen });
    assert.deepEqual(
      [proposal?.setting, proposal?.proposed, proposal?.expectedGainMs],
      ['test.defaultTimeout', 60, null],
      'nothing hung, so nothing is gained',
    );
    const [build] = tuningProposals({ ...input({}, 1), builds: { ...seen, stopped: { count: 3, runs: 12 } } });
    assert.deepEqual(
      [build?.setting, build?.present, build?.proposed, build?.expectedGainMs],
      ['build.defaultTimeout', 3600, 60, -885_000],
    );
    const [tight] = tuningProposals({
      ...input({ 'test.defaultTimeout': 10 }, 1),
      tests: { ...seen, p90Ms: 9000, longestMs: 9100 },
    });
    assert.match(tight?.reason ?? '', /may stop it although it does not hang/);
    assert.equal(tight?.expectedGainMs, null);
  });

  it('does not take a build that hung until it was stopped for a long one', () => {
    const seen = { name: 'app', p90Ms: 10_000, longestMs: 3_600_000, stopped: { count: 1, runs: 12 } };
    const [proposal] = tuningProposals({ ...input({}, 1), builds: seen });
    assert.equal(proposal?.proposed, 60);
    const [long] = tuningProposals({ ...input({}, 1), builds: { ...seen, longestMs: 1_000_000 } });
    assert.equal(long?.proposed, 1500, 'one that ended by itself may take as long again, and half more');
  });

  it('proposes the order of likelihood where it is switched off', () => {
    const [proposal] = tuningProposals({
      ...input({ 'test.intelligentPrioritization': false }, 1),
      medianFirstFailureMs: 8000,
      medianRunMs: 10_000,
    });
    assert.deepEqual([proposal?.proposed, proposal?.expectedGainMs], [true, -4000]);
  });

  it('proposes nothing without enough runs', () => {
    assert.deepEqual(
      tuningProposals({ ...input({ 'test.parallelExecutions': 1 }, 4), executions: [parallel('1')] }),
      [],
    );
  });

  function input(settings: Partial<Settings>, cores: number) {
    // One entry a declaration.
    const defaults = Object.fromEntries(
      settingDeclarations.map(({ key, default: value }) => [key, value]),
    ) as unknown as Settings;
    const executions = Array.from({ length: 12 }, (_, index) => parallel(String(index)));
    return {
      executions,
      settings: { ...defaults, ...settings },
      cores,
      tests: null,
      builds: null,
      runs: null,
      medianFirstFailureMs: null,
      medianRunMs: null,
      now: 1,
    };
  }
});

function run(id: string, steps: Step[]): Execution {
  return anExecution(id, { startedAt: 0, queuedAt: 0, steps });
}

function step(
  id: string,
  ...[startedAt, finishedAt, needs = [], kind = 'build']: [number, number, string[]?, Step['kind']?]
): Step {
  return {
    id: StepId.parse(id),
    name: id,
    kind,
    state: 'succeeded',
    needs: needs.map((need) => StepId.parse(need)),
    startedAt,
    finishedAt,
    exitCode: 0,
    reason: null,
  };
}
