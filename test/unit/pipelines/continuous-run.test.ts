import assert from 'node:assert/strict';
import type { ExecutionHandle } from '../../../agent/engine/engine.ts';
import { createEventBus } from '../../../agent/events/events.ts';
import { ContinuousRun } from '../../../agent/pipelines/continuous-run.ts';
import type { RunRequest } from '../../../agent/pipelines/main-job.ts';
import type { Planned, Planner } from '../../../agent/pipelines/planner.ts';
import { silentLog } from '../../../agent/platform/log.ts';
import type { NoodleEvent } from '../../../agent/protocol/events.ts';
import type { Execution } from '../../../agent/protocol/execution.ts';
import { failure, success, type Result } from '../../../agent/protocol/failure.ts';
import { ExecutionId, RepoPath, TestId } from '../../../agent/protocol/ids.ts';
import { FakeClock } from '../../rig/fake-clock.ts';
import { anExecution, aPlan } from '../../rig/recorded.ts';

const a = RepoPath.parse('src/a.js');
const b = RepoPath.parse('src/b.js');
const outdatedTest = TestId.parse('mocha:test/a.js');

interface StartedRun {
  readonly request: RunRequest;
  /** Why it was cancelled, if it was. */
  reason: string | null;
  end(state: Execution['state']): Promise<void>;
}

/** A continuous run over an engine that starts nothing, and a planner that answers as the test says. */
class ContinuousRig {
  readonly runs: StartedRun[] = [];
  readonly said: NoodleEvent[] = [];
  refusal: Result<never> | null = null;
  isObserved = true;
  plans = 0;
  plan: () => Promise<Result<Planned>> = async () => success(planned);
  testsReachedBy: () => Promise<TestId[]> = async () => [outdatedTest];
  readonly clock = new FakeClock();
  /** What the files hold. */
  readonly contents = new Map<RepoPath, string>();
  readonly run: ContinuousRun;
  readonly #events = createEventBus((error) => {
    throw error;
  });

  constructor() {
    const events = this.#events;
    events.onAny((event) => this.said.push(event));
    const planner: Partial<Planner> = {
      filesChanged: () => {},
      plan: () => {
        this.plans++;
        return this.plan();
      },
      testsReachedBy: () => this.testsReachedBy(),
    };
    // The functions above are all that it uses of the planner.
    const options = {
      planner: planner as Planner,
      events,
      log: silentLog,
      clock: this.clock,
      read: (file: RepoPath) => this.contents.get(file) ?? null,
      isObserved: () => this.isObserved,
    };
    this.run = new ContinuousRun({ ...options, start: (request) => this.refusal ?? success(this.#start(request)) });
  }

  change(...paths: readonly RepoPath[]): void {
    this.run.filesChanged({ paths, headMoved: false, everything: false });
  }

  /** The latest run knows what it runs. */
  async planMade(): Promise<void> {
    const executionId = ExecutionId.parse(`run-${this.runs.length}`);
    this.#events.emit({ type: 'plan.made', executionId, plan: planned.plan });
    await settled();
  }

  /** The paths that each run was started for. */
  get paths(): (readonly RepoPath[] | undefined)[] {
    return this.runs.map(({ request }) => request.paths);
  }

  types(): string[] {
    return this.said.map(({ type }) => type);
  }

  #start(request: RunRequest): ExecutionHandle {
    const id = ExecutionId.parse(`run-${this.runs.length + 1}`);
    const finished = Promise.withResolvers<Execution>();
    const run: StartedRun = {
      request,
      reason: null,
      async end(state) {
        finished.resolve(anExecution(id, { state }));
        await settled();
      },
    };
    this.runs.push(run);
    const cancel = (reason: string) => void (run.reason ??= reason);
    return { id, finished: finished.promise, recorded: Promise.resolve(), cancel, current: () => anExecution(id) };
  }
}

const planned: Planned = {
  plan: aPlan({ changes: [{ path: a, kind: 'modified', lines: [] }] }),
  changes: { base: 'HEAD', head: null, branch: 'main', files: [], notes: [] },
  impact: {
    reached: new Map(),
    reachedByTypes: new Map(),
    unbounded: [],
    notes: [],
    changed: new Map(),
    beyondRecordings: new Set(),
    typeChecked: new Set(),
    bounded: new Set(),
    madeOf: () => null,
    reachedFrom: () => new Map(),
    contentOf: () => null,
  },
};

/** Everything that was waiting for promises has gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('continuous runs', () => {
  it('plan at a change, and run nothing, while nobody asked for them', async () => {
    const rig = new ContinuousRig();
    rig.change(a);
    await settled();
    assert.deepEqual(rig.runs, []);
    assert.deepEqual(rig.types(), ['workspace.changed', 'plan.updated', 'tests.outdated']);
    assert.deepEqual(rig.run.latest, { plan: planned.plan, branch: 'main' });
  });

  it('do not even plan while nobody would see it', async () => {
    const rig = new ContinuousRig();
    rig.isObserved = false;
    rig.change(a);
    await settled();
    assert.equal(rig.plans, 0);
  });

  it('plan when somebody looks again what changed while nobody did', async () => {
    const rig = new ContinuousRig();
    rig.change(a);
    await settled();
    assert.notEqual(rig.run.latest, null);
    rig.isObserved = false;
    rig.change(b);
    rig.run.catchUp();
    await settled();
    assert.deepEqual([rig.run.latest, rig.plans], [null, 1]);
    rig.isObserved = true;
    rig.run.catchUp();
    await settled();
    assert.equal(rig.plans, 2);
    assert.notEqual(rig.run.latest, null);
  });

  it('run what changed since somebody asked for them', async () => {
    const rig = new ContinuousRig();
    rig.change(a);
    rig.run.watch('window 1');
    rig.change(b);
    assert.deepEqual(rig.paths, [[b]]);
    assert.equal(rig.runs[0]?.request.trigger, 'watch');
  });

  it('replace a run by one for both changes when it does not come to its end', async () => {
    const rig = new ContinuousRig();
    rig.run.watch('window 1');
    rig.change(b);
    rig.change(a);
    rig.change(a);
    assert.equal(rig.runs[0]?.reason, 'replaced by a run for a newer change');
    assert.equal(rig.runs.length, 1, 'one at a time');
    await rig.runs[0].end('cancelled');
    assert.deepEqual(rig.paths, [[b], [a, b]]);
  });

  it('run only the newer change after one that came to its end all the same', async () => {
    const rig = new ContinuousRig();
    rig.run.watch('window 1');
    rig.change(b);
    rig.change(a);
    await rig.runs[0]?.end('failed');
    assert.deepEqual(rig.paths, [[b], [a]]);
    await rig.runs[1]?.end('succeeded');
    assert.equal(rig.runs.length, 2);
  });

  it('run for everything when it is not known what changed', async () => {
    const rig = new ContinuousRig();
    rig.run.watch('window 1');
    rig.change(a);
    rig.run.filesChanged({ paths: [], headMoved: true, everything: true });
    await rig.runs[0]?.end('cancelled');
    assert.deepEqual(rig.paths, [[a], undefined]);
  });

  it('run nothing for a commit, which changes no file', () => {
    const rig = new ContinuousRig();
    rig.run.watch('window 1');
    rig.run.filesChanged({ paths: [], headMoved: true, everything: false });
    assert.deepEqual(rig.runs, []);
  });

  it('go on while one of two windows watches, and stop with the last', async () => {
    const rig = new ContinuousRig();
    rig.run.watch('window 1');
    rig.run.watch('window 2');
    rig.change(a);
    rig.run.unwatch('window 1');
    rig.run.unwatch('window 1');
    assert.equal(rig.runs[0]?.reason, null);
    rig.run.unwatch('window 2');
    assert.equal(rig.runs[0].reason, 'nobody watches any more');
    await rig.runs[0].end('cancelled');
    assert.equal(rig.runs.length, 1);
  });

  it('keep for the next run what one that could not be started was about', () => {
    const rig = new ContinuousRig();
    rig.run.watch('window 1');
    rig.refusal = failure('not_trusted', 'not yet');
    rig.change(a);
    rig.refusal = null;
    rig.change(b);
    assert.deepEqual(rig.paths, [[a, b]]);
  });

  it('go on while the window that watched reloads', async () => {
    const rig = new ContinuousRig();
    rig.run.watch('window 1');
    rig.change(a);
    rig.run.lose('window 1');
    assert.equal(rig.run.isWatching, false);
    assert.equal(rig.runs[0]?.reason, null);
    rig.run.watch('window 1, reloaded');
    rig.change(b);
    await rig.runs[0].end('cancelled');
    assert.deepEqual(rig.paths, [[a], [a, b]]);
  });
});

describe('the plan of the working tree', () => {
  it('is made once more, however much changes while one is made', async () => {
    const rig = new ContinuousRig();
    const first = Promise.withResolvers<Result<Planned>>();
    rig.plan = () => first.promise;
    rig.change(a);
    rig.change(b);
    rig.run.replan();
    rig.plan = async () => success(planned);
    first.resolve(success(planned));
    await settled();
    assert.equal(rig.plans, 2);
  });

  it('is made again at the next change after one that failed, and says then what is outdated', async () => {
    const rig = new ContinuousRig();
    rig.plan = async () => {
      throw new Error('the disk is full');
    };
    rig.change(a);
    await settled();
    rig.plan = async () => failure('not_a_repository', 'gone');
    rig.run.replan();
    await settled();
    assert.deepEqual(rig.said, []);
    rig.plan = async () => success(planned);
    rig.run.replan();
    await settled();
    assert.deepEqual(rig.types(), ['workspace.changed', 'plan.updated', 'tests.outdated']);
  });

  it('is made for a change that came while one failed', async () => {
    const rig = new ContinuousRig();
    const first = Promise.withResolvers<Result<Planned>>();
    rig.plan = () => first.promise;
    rig.change(a);
    rig.change(b);
    rig.plan = async () => success(planned);
    first.resolve(failure('not_a_repository', 'gone for a moment'));
    await settled();
    assert.equal(rig.plans, 2);
    assert.deepEqual(rig.types(), ['workspace.changed', 'plan.updated', 'tests.outdated']);
  });

  it('is made when the run for the change has its own, and at once for what changes then', async () => {
    const rig = new ContinuousRig();
    rig.run.watch('window 1');
    rig.change(a);
    await settled();
    assert.equal(rig.plans, 0);
    await rig.planMade();
    assert.equal(rig.plans, 1);
    await rig.runs[0]?.end('succeeded');
    assert.equal(rig.plans, 1);
    rig.change(b);
    rig.change(a);
    await rig.runs[1]?.end('cancelled');
    assert.equal(rig.plans, 1, 'the run that replaces it comes first');
    await rig.planMade();
    assert.equal(rig.plans, 2);
  });

  it('is made when the run ended without one, or could not be started', async () => {
    const rig = new ContinuousRig();
    rig.run.watch('window 1');
    rig.change(a);
    await rig.runs[0]?.end('failed');
    assert.equal(rig.plans, 1);
    rig.refusal = failure('conflict', 'not now');
    rig.change(b);
    await settled();
    assert.equal(rig.plans, 2);
  });

  it('holds when what is outdated cannot be told', async () => {
    const rig = new ContinuousRig();
    rig.testsReachedBy = async () => {
      throw new Error('the disk is full');
    };
    rig.change(a);
    await settled();
    rig.testsReachedBy = async () => [outdatedTest];
    rig.change(a);
    await settled();
    assert.deepEqual(rig.types().filter((type) => type === 'plan.updated').length, 2);
  });
});

describe('a file that tests write', () => {
  /** Three runs are replaced because the file changes in each; the fourth goes on. */
  async function restless(): Promise<ContinuousRig> {
    const rig = new ContinuousRig();
    rig.contents.set(a, 'one');
    rig.run.watch('window 1');
    rig.change(a);
    for (let run = 0; run < 3; run++) {
      rig.change(a);
      await rig.runs[run]?.end('cancelled');
    }
    assert.equal(rig.runs.length, 4);
    return rig;
  }

  it('replaces no run any more, and starts none when it is as it was', async () => {
    const rig = await restless();
    rig.contents.set(a, 'two');
    rig.change(a);
    rig.contents.set(a, 'one');
    rig.change(a);
    assert.equal(rig.runs[3]?.reason, null);
    await rig.runs[3]?.end('succeeded');
    rig.clock.advance(120_000);
    assert.equal(rig.runs.length, 4);
    assert.equal(rig.clock.pending, 0);
  });

  it('is tested once more when it differs, after a pause that grows', async () => {
    const rig = await restless();
    rig.contents.set(a, 'two');
    rig.change(a);
    await rig.runs[3]?.end('succeeded');
    rig.clock.advance(1999);
    assert.equal(rig.runs.length, 4);
    rig.clock.advance(1);
    assert.deepEqual(rig.paths[4], [a]);
    rig.contents.set(a, 'three');
    rig.change(a);
    await rig.runs[4]?.end('succeeded');
    rig.clock.advance(3999);
    assert.equal(rig.runs.length, 5);
    rig.clock.advance(1);
    assert.equal(rig.runs.length, 6);
  });

  it('holds up no change of another file', async () => {
    const rig = await restless();
    rig.contents.set(a, 'two');
    rig.change(a);
    await rig.runs[3]?.end('succeeded');
    rig.change(b);
    assert.deepEqual(rig.paths[4], [a, b]);
    rig.change(b);
    assert.equal(rig.runs[4]?.reason, 'replaced by a run for a newer change');
  });

  it('is one like any other after a run in which it rested', async () => {
    const rig = await restless();
    await rig.runs[3]?.end('succeeded');
    rig.change(a);
    assert.equal(rig.runs.length, 5);
    rig.change(a);
    assert.notEqual(rig.runs[4]?.reason, null);
  });
});
