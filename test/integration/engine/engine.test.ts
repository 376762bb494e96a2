import assert from 'node:assert/strict';
import { failure, FailureError, success } from '../../../agent/protocol/failure.ts';
import { ExecutionId, StepId } from '../../../agent/protocol/ids.ts';
import { EngineRig, gate, statesOf, step, untilAborted } from '../../rig/engine-rig.ts';
import { FakeClock } from '../../rig/fake-clock.ts';

describe('an execution', () => {
  it('runs its steps in the order of their needs and says how each ended', async () => {
    await using rig = await EngineRig.create();
    const order: string[] = [];
    const noted = (id: string, ...needed: string[]) =>
      step(id, {
        needed,
        run: () => {
          order.push(id);
          return Promise.resolve({ state: 'succeeded', exitCode: 0 });
        },
      });
    const execution = await rig.submit([noted('c', 'b'), noted('b', 'a'), noted('a')]).finished;
    assert.deepEqual(order, ['a', 'b', 'c']);
    assert.equal(execution.state, 'succeeded');
    assert.deepEqual(statesOf(execution), { a: 'succeeded', b: 'succeeded', c: 'succeeded' });
    assert.deepEqual(
      execution.steps.map(({ id, kind, exitCode }) => [id, kind, exitCode]),
      [
        ['plan', 'plan', null],
        ['c', 'command', 0],
        ['b', 'command', 0],
        ['a', 'command', 0],
      ],
    );
  });

  it('is queued when submitted, and prepares nothing before the caller has gone on', async () => {
    await using rig = await EngineRig.create();
    let isPrepared = false;
    const handle = rig.submit([], {
      prepare: () => {
        isPrepared = true;
        return Promise.resolve(success([]));
      },
    });
    assert.equal(handle.current().state, 'queued');
    assert.equal(isPrepared, false);
    await handle.recorded;
    assert.notEqual(rig.engine.get(handle.id), null);
    assert.equal((await handle.finished).state, 'succeeded');
    assert.equal(isPrepared, true);
  });

  it('skips what needs a failed step, with the cause all the way down, and runs the rest', async () => {
    await using rig = await EngineRig.create();
    const notRun: string[] = [];
    const execution = await rig.submit([
      step('core', {
        name: 'core',
        run: () => Promise.resolve({ state: 'failed', reason: 'exit code 2', exitCode: 2 }),
      }),
      step('web', { needed: ['core'], notRun: (_, { state, reason }) => notRun.push(`${state}: ${reason}`) }),
      step('shop', { needed: ['web'] }),
      step('docs'),
      step('tests', { after: [StepId.parse('core')] }),
    ]).finished;
    assert.deepEqual(statesOf(execution), {
      core: 'failed: exit code 2',
      web: 'skipped: core failed',
      shop: 'skipped: core failed',
      docs: 'succeeded',
      tests: 'succeeded',
    });
    assert.deepEqual([execution.state, execution.reason], ['failed', 'core failed: exit code 2']);
    assert.deepEqual(notRun, ['skipped: core failed']);
  });

  it('goes on after a step that had nothing to do', async () => {
    await using rig = await EngineRig.create();
    const nothingToDo = () => Promise.resolve({ state: 'skipped', reason: 'unchanged since run-1' } as const);
    const execution = await rig.submit([step('a', { run: nothingToDo }), step('b', { needed: ['a'] })]).finished;
    assert.deepEqual(statesOf(execution), { a: 'skipped: unchanged since run-1', b: 'succeeded' });
    assert.equal(execution.state, 'succeeded');
  });

  it('fails with the sentence of a plan that could not be made', async () => {
    await using rig = await EngineRig.create();
    const prepare = () => Promise.resolve(failure('unknown_revision', 'there is no revision abc'));
    const execution = await rig.submit([], { prepare }).finished;
    assert.deepEqual([execution.state, execution.reason], ['failed', 'there is no revision abc']);
    assert.equal(execution.firstFailureAtMs, null);
  });

  it('fails when its steps need each other in a circle', async () => {
    await using rig = await EngineRig.create();
    const execution = await rig.submit([step('a', { needed: ['b'] }), step('b', { needed: ['a'] })]).finished;
    assert.deepEqual([execution.state, execution.reason], ['failed', 'steps need each other in a circle: a → b → a']);
  });

  it('survives a step that throws, and one whose listener throws', async () => {
    await using rig = await EngineRig.create();
    const execution = await rig.submit([
      step('a', { run: () => Promise.reject(new Error('a defect')) }),
      step('b', {
        run: async ({ run }) => {
          const onReport = (line: string) => void JSON.parse(line);
          await run({
            command: 'echo garbage >&3; sleep 60',
            shell: true,
            cwd: '/',
            environment: { PATH: '/usr/bin:/bin' },
            onReport,
          });
          return { state: 'succeeded' };
        },
      }),
    ]).finished;
    const states = statesOf(execution);
    assert.equal(states['a'], 'failed: a defect');
    assert.match(states['b'] ?? '', /^failed: .*JSON/);
  });

  it('adds up progress, notes the first failure and tells of it', async () => {
    await using rig = await EngineRig.create({ clock: new FakeClock() });
    const held = gate();
    const handle = rig.submit([step('tests', { kind: 'tests', run: held.run })]);
    const context = await held.entered;
    assert.ok(rig.clock instanceof FakeClock);
    rig.clock.advance(400);
    context.progress({ plannedTests: 9 });
    context.progress({ passed: 3, finishedTests: 1 });
    context.progress({ failed: 1, skipped: 2, finishedTests: 1 });
    rig.clock.advance(600);
    context.progress({ failed: 1 });
    assert.equal(context.elapsedMs(), 1000);
    held.end();
    const { plannedTests, finishedTests, counts, firstFailureAtMs } = await handle.finished;
    assert.deepEqual([plannedTests, finishedTests, counts], [9, 2, { total: 7, passed: 3, failed: 2, skipped: 2 }]);
    assert.equal(firstFailureAtMs, 400);
    assert.deepEqual(rig.all('execution.changed').at(-1)?.execution, await handle.finished);
  });

  it('tells of every step that starts or ends', async () => {
    await using rig = await EngineRig.create();
    const { id } = await rig.submit([step('a')]).finished;
    assert.deepEqual(
      rig.all('step.changed').map((event) => [event.executionId, event.step.id, event.step.state]),
      [
        [id, 'plan', 'running'],
        [id, 'plan', 'succeeded'],
        [id, 'a', 'running'],
        [id, 'a', 'succeeded'],
      ],
    );
  });

  it('is recorded at each change of its state', async () => {
    await using rig = await EngineRig.create();
    const held = gate();
    const handle = rig.submit([step('a', { run: held.run }), step('b', { needed: ['a'] })]);
    await held.entered;
    await rig.store.flush();
    const running = rig.engine.list(10);
    assert.deepEqual(
      running.map(({ id, state }) => [id, state]),
      [[handle.id, 'running']],
    );
    held.end();
    const execution = await handle.finished;
    assert.equal(rig.engine.isIdle(), true);
    assert.deepEqual(rig.engine.get(handle.id), execution);
    assert.deepEqual(rig.engine.list(10), [execution]);
  });
});

describe('cancelling', () => {
  it('ends what runs, cancels what waits, and is no failure', async () => {
    await using rig = await EngineRig.create();
    const held = gate();
    const notRun: string[] = [];
    const waiting = step('b', { needed: ['a'], notRun: (_, { state }) => notRun.push(state) });
    const handle = rig.submit([
      step('a', { run: (context) => (void held.run(context), untilAborted(context)) }),
      waiting,
    ]);
    const { signal } = await held.entered;
    const cancelled = rig.engine.cancel(handle.id, 'by the user');
    assert.ok(cancelled.ok);
    assert.ok(signal.reason instanceof FailureError && signal.reason.failure.reason === 'cancelled');
    const execution = await handle.finished;
    assert.deepEqual([execution.state, execution.reason], ['cancelled', 'by the user']);
    assert.deepEqual(statesOf(execution), { a: 'cancelled: by the user', b: 'cancelled: by the user' });
    assert.deepEqual(notRun, ['cancelled']);
  });

  it('takes an execution out of the queue that was not started', async () => {
    await using rig = await EngineRig.create({ limits: { parallelExecutions: 1 } });
    const held = gate();
    const first = rig.submit([step('a', { run: held.run })]);
    const second = rig.submit([step('a')]);
    await held.entered;
    second.cancel('not needed any more');
    const execution = await second.finished;
    assert.deepEqual([execution.state, execution.startedAt, execution.steps], ['cancelled', null, []]);
    held.end();
    assert.equal((await first.finished).state, 'succeeded');
  });

  it('of what has ended or does not exist changes nothing', async () => {
    await using rig = await EngineRig.create();
    const handle = rig.submit([]);
    const execution = await handle.finished;
    handle.cancel('too late');
    assert.deepEqual(rig.engine.cancel(execution.id, 'too late'), success(execution));
    const unknown = rig.engine.cancel(ExecutionId.parse('run-unknown'), 'x');
    assert.equal(unknown.ok ? null : unknown.failure.reason, 'not_found');
  });

  it('twice at once is the same as once', async () => {
    await using rig = await EngineRig.create();
    const held = gate();
    const handle = rig.submit([step('a', { run: (context) => (void held.run(context), untilAborted(context)) })]);
    await held.entered;
    handle.cancel('first');
    handle.cancel('second');
    assert.equal((await handle.finished).reason, 'first');
  });

  it('leaves final steps to run, until somebody insists', async () => {
    const clock = new FakeClock();
    await using rig = await EngineRig.create({ clock });
    const held = gate();
    const tidying = gate();
    const handle = rig.submit([
      step('a', { run: (context) => (void held.run(context), untilAborted(context)) }),
      step('tidy', {
        isFinal: true,
        after: [StepId.parse('a')],
        run: (context) => (void tidying.run(context), untilAborted(context)),
      }),
    ]);
    await held.entered;
    handle.cancel('by the user');
    const { signal } = await tidying.entered;
    handle.cancel('by another one at the same time');
    assert.equal(signal.aborted, false);
    clock.advance(2000);
    handle.cancel('at last');
    assert.deepEqual(statesOf(await handle.finished), { a: 'cancelled: by the user', tidy: 'cancelled: at last' });
  });

  it('leaves a service to the steps that need it, and ends it after them', async () => {
    await using rig = await EngineRig.create();
    const user = gate();
    const order: string[] = [];
    const handle = rig.submit([
      step('service', {
        isService: true,
        kind: 'service',
        async run({ ready, released }) {
          ready();
          await new Promise<void>((resolve) => released.addEventListener('abort', () => resolve()));
          order.push('service ends');
          return { state: 'succeeded' };
        },
      }),
      step('user', { needed: ['service'], run: user.run }),
    ]);
    await user.entered;
    order.push('user ends');
    user.end();
    assert.equal((await handle.finished).state, 'succeeded');
    assert.deepEqual(order, ['user ends', 'service ends']);
  });

  it('gives up a step that does not listen', async () => {
    const clock = new FakeClock();
    await using rig = await EngineRig.create({ clock });
    const held = gate();
    const handle = rig.submit([step('deaf', { run: held.run })]);
    await held.entered;
    handle.cancel('by the user');
    clock.advance(10_000);
    assert.deepEqual(statesOf(await handle.finished), { deaf: 'cancelled: by the user' });
  });

  it('happens to everything on dispose, and to what is submitted afterwards', async () => {
    await using rig = await EngineRig.create();
    const held = gate();
    const handle = rig.submit([step('a', { run: (context) => (void held.run(context), untilAborted(context)) })]);
    await held.entered;
    await rig.engine.dispose();
    assert.equal(handle.current().reason, 'the agent is leaving');
    const late = await rig.submit([step('a')]).finished;
    assert.deepEqual([late.state, late.reason], ['cancelled', 'the agent is leaving']);
  });
});

describe('limits of time', () => {
  it('end a step that takes too long, and skip what needs it', async () => {
    const clock = new FakeClock();
    await using rig = await EngineRig.create({ clock });
    const held = gate();
    const slow = step('slow', { timeoutMs: 5000, run: (context) => (void held.run(context), untilAborted(context)) });
    const handle = rig.submit([slow, step('next', { needed: ['slow'] })]);
    await held.entered;
    clock.advance(5000);
    const execution = await handle.finished;
    assert.deepEqual(statesOf(execution), {
      slow: 'timed_out: took longer than 5.0 s',
      next: 'skipped: slow timed out',
    });
    assert.deepEqual([execution.state, execution.reason], ['failed', 'slow timed out: took longer than 5.0 s']);
  });

  it('end a step that gets nowhere, counted from its last achievement', async () => {
    const clock = new FakeClock();
    await using rig = await EngineRig.create({ clock });
    const held = gate();
    const stuck = step('stuck', {
      idleTimeoutMs: 1000,
      run: (context) => (void held.run(context), untilAborted(context)),
    });
    const handle = rig.submit([stuck]);
    const context = await held.entered;
    clock.advance(900);
    context.touch();
    clock.advance(900);
    assert.equal(context.signal.aborted, false);
    clock.advance(100);
    assert.deepEqual(statesOf(await handle.finished), { stuck: 'timed_out: no progress for 1.0 s' });
  });

  it('end a whole execution', async () => {
    const clock = new FakeClock();
    await using rig = await EngineRig.create({ clock });
    const held = gate();
    const slow = step('slow', { run: (context) => (void held.run(context), untilAborted(context)) });
    const handle = rig.submit([slow, step('next', { needed: ['slow'] })], { timeoutMs: 30_000 });
    await held.entered;
    clock.advance(30_000);
    const execution = await handle.finished;
    assert.deepEqual([execution.state, execution.reason], ['timed_out', 'the run took longer than 30 s']);
    assert.equal(execution.steps.at(-1)?.state, 'cancelled');
  });

  it('leave no timer behind', async () => {
    const clock = new FakeClock();
    await using rig = await EngineRig.create({ clock });
    await rig.submit([step('a', { idleTimeoutMs: 1000 })]).finished;
    assert.equal(clock.pending, 0);
  });
});

describe('many at once', () => {
  it('keep to the number of executions and of slots, and all come to an end', async () => {
    await using rig = await EngineRig.create({ limits: { parallelExecutions: 4, builds: 2, tests: 3 } });
    const running = { build: 0, test: 0, none: 0 };
    const most = { build: 0, test: 0, none: 0 };
    const busy = (slot: 'build' | 'test') => async () => {
      running[slot]++;
      most[slot] = Math.max(most[slot], running[slot]);
      await new Promise(setImmediate);
      running[slot]--;
      return { state: 'succeeded' } as const;
    };
    const steps = [
      ...['b1', 'b2', 'b3'].map((id) => step(id, { slot: 'build', run: busy('build') })),
      ...['t1', 't2', 't3', 't4'].map((id) => step(id, { slot: 'test', needed: ['b1'], run: busy('test') })),
    ];
    let started = 0;
    let mostStarted = 0;
    rig.events.on('execution.changed', ({ execution }) => {
      const state = rig.engine.list(100).filter((each) => each.state === 'running').length;
      if (execution.state === 'running') started++;
      mostStarted = Math.max(mostStarted, state);
    });
    const handles = Array.from({ length: 20 }, () => rig.submit(steps));
    const executions = await Promise.all(handles.map((handle) => handle.finished));
    assert.ok(executions.every(({ state }) => state === 'succeeded'));
    assert.equal(new Set(executions.map(({ id }) => id)).size, 20);
    assert.deepEqual([most.build, most.test, mostStarted], [2, 3, 4]);
    assert.ok(started >= 20);
    assert.equal(rig.engine.list(100).length, 20);
  });

  it('are 10,000 steps of one execution', async () => {
    await using rig = await EngineRig.create();
    const steps = Array.from({ length: 10_000 }, (_, index) =>
      step(`s${index}`, {
        slot: index % 2 === 0 ? 'build' : 'none',
        needed: index === 0 ? [] : [`s${Math.floor((index - 1) / 4)}`],
      }),
    );
    const execution = await rig.submit(steps).finished;
    assert.equal(execution.state, 'succeeded');
    assert.equal(execution.steps.filter(({ state }) => state === 'succeeded').length, 10_001);
  });
});
