import assert from 'node:assert/strict';
import type { Builds, BuildPlanInput } from '../../../agent/builds/builds.ts';
import type { Graph, Impact } from '../../../agent/graph/graph.ts';
import { createPlanner, type PlannerOptions } from '../../../agent/pipelines/planner.ts';
import type { ChangeSet, FileChange } from '../../../agent/protocol/change-set.ts';
import { failure, success, type Result } from '../../../agent/protocol/failure.ts';
import { RepoPath, TestId } from '../../../agent/protocol/ids.ts';
import { TestFile } from '../../../agent/protocol/test.ts';
import type { Tests } from '../../../agent/tests/tests.ts';
import type { PendingChanges, Workspace } from '../../../agent/workspace/workspace.ts';
import { FakeClock } from '../../rig/fake-clock.ts';
import { impactWith } from '../../rig/impact.ts';

const aFile = RepoPath.parse('src/a.js');
const bFile = RepoPath.parse('src/b.js');
const aTest = TestFile.parse({
  id: 'mocha:test/a.js',
  file: 'test/a.js',
  framework: 'mocha',
  project: 'packages/a',
  cases: [],
});
const bTest = TestFile.parse({
  id: 'mocha:test/b.js',
  file: 'test/b.js',
  framework: 'mocha',
  project: 'packages/b',
  cases: [],
});

function modified(path: RepoPath): FileChange {
  return { path, kind: 'modified', lines: [[1, 2]] };
}

function changeSet(files: readonly FileChange[], notes: readonly string[] = []): ChangeSet {
  return { base: 'HEAD', head: null, branch: 'main', files: [...files], notes: [...notes] };
}

/** A planner over parts that answer as the test says, and what they were asked. */
class PlannerRig {
  changes: (base?: string) => Promise<Result<ChangeSet>> = async () => success(changeSet([modified(aFile)]));
  update: () => Promise<void> = async () => {};
  pending: PendingChanges | null = { paths: [], everything: false };
  impact: Impact = impactWith({ reached: new Map([[aTest.file, { distance: 1, path: [aFile, aTest.file] }]]) });
  readonly updates: (readonly string[] | undefined)[] = [];
  readonly discoveries: (readonly string[] | undefined)[] = [];
  readonly judged: ChangeSet[] = [];
  readonly buildInputs: BuildPlanInput[] = [];
  readonly clock = new FakeClock();
  readonly planner = createPlanner(this.#options());

  // The planner uses a few functions of each part; the rest of them is left out.
  #options(): PlannerOptions {
    return {
      clock: this.clock,
      configurationNotes: () => ['noodle.yaml:1: a mistake', 'said twice'],
      workspace: {
        changes: (base?: string) => this.changes(base),
        pending: async () => this.pending,
        files: async () => [aFile, aTest.file, bTest.file],
      } as unknown as Workspace,
      graph: {
        update: async (_files: unknown, changed?: readonly RepoPath[]) => {
          this.updates.push(changed);
          await this.update();
          return { parsed: 0, problems: [] };
        },
        compare: async () => new Map(),
        impactOf: (change: ChangeSet) => {
          this.judged.push(change);
          return this.impact;
        },
      } as unknown as Graph,
      builds: {
        filesChanged: () => {},
        targets: async () => ({ targets: [], problems: [] }),
        plan: async (input: BuildPlanInput) => {
          this.buildInputs.push(input);
          return { builds: [], notes: ['said twice'] };
        },
      } as unknown as Builds,
      tests: {
        discover: async (changed?: readonly RepoPath[]) => {
          if (changed === undefined || changed.length > 0) this.discoveries.push(changed);
          return { files: [aTest, bTest], problems: ['vitest is broken'] };
        },
        settled: async () => {},
        plan: async () => ({
          tests: [
            {
              id: aTest.id,
              file: aTest.file,
              framework: 'mocha',
              probability: 0.5,
              expectedMs: 10,
              why: [aFile, aTest.file],
            },
          ],
          reused: [],
          skipped: { count: 3, files: [bTest.file] },
          notes: ['by distance'],
        }),
      } as unknown as Tests,
    };
  }

  async plan(request: Parameters<typeof this.planner.plan>[0] = {}) {
    const planned = await this.planner.plan(request);
    if (!planned.ok) throw new Error(planned.failure.message);
    return planned.value;
  }
}

describe('the planner', () => {
  it('puts the plan together from the change, its impact, the tests and the builds, each note once', async () => {
    const rig = new PlannerRig();
    rig.changes = async () => success(changeSet([modified(aFile)], ['no history']));
    const { plan, impact } = await rig.plan();
    assert.deepEqual(plan.changes, [modified(aFile)]);
    assert.deepEqual(
      plan.tests.map(({ id }) => id),
      [aTest.id],
    );
    assert.deepEqual(plan.skipped, { count: 3, files: [bTest.file] });
    assert.deepEqual(plan.notes, [
      'noodle.yaml:1: a mistake',
      'said twice',
      'no history',
      'vitest is broken',
      'by distance',
    ]);
    assert.equal(impact, rig.impact);
    assert.deepEqual(
      rig.buildInputs.map(({ testFolders }) => testFolders),
      [['packages/a']],
      'the folders of the selected tests alone',
    );
  });

  it('plans no test when only builds are wanted', async () => {
    const rig = new PlannerRig();
    assert.deepEqual((await rig.plan({ buildsOnly: true })).plan.tests, []);
    assert.deepEqual(rig.buildInputs[0]?.testFolders, []);
  });

  it('skips nothing where the caller said what to run: nobody judged the rest', async () => {
    const rig = new PlannerRig();
    const none = { count: 0, files: [] };
    assert.deepEqual((await rig.plan({ tests: [aTest.id] })).plan.skipped, none);
    assert.deepEqual((await rig.plan({ failed: true })).plan.skipped, none);
    assert.deepEqual((await rig.plan({ paths: [aFile] })).plan.skipped.files, [bTest.file]);
  });

  it('looks at everything at first, then at what changed, and at nothing when nothing did', async () => {
    const rig = new PlannerRig();
    await rig.plan();
    await rig.plan();
    rig.planner.filesChanged([aFile], false);
    rig.planner.filesChanged([bFile], false);
    await rig.plan();
    rig.planner.filesChanged([], true);
    await rig.plan();
    assert.deepEqual(rig.updates, [undefined, [aFile, bFile], undefined]);
    assert.deepEqual(rig.discoveries, rig.updates);
  });

  it('looks at what has changed before the watching tells of it, and at everything where nothing is watched', async () => {
    const rig = new PlannerRig();
    await rig.plan();
    rig.pending = { paths: [aFile], everything: false };
    await rig.plan();
    rig.pending = { paths: [], everything: false };
    await rig.plan();
    rig.pending = { paths: [], everything: true };
    await rig.plan();
    rig.pending = null;
    await rig.plan();
    assert.deepEqual(rig.updates, [undefined, [aFile], undefined, undefined]);
  });

  it('brings the graph up to date once for several who ask at the same time', async () => {
    const rig = new PlannerRig();
    await Promise.all([rig.plan(), rig.planner.refresh(), rig.plan()]);
    assert.deepEqual(rig.updates, [undefined]);
  });

  it('looks at everything again after a look that failed', async () => {
    const rig = new PlannerRig();
    await rig.plan();
    rig.planner.filesChanged([aFile], false);
    rig.update = async () => {
      throw new Error('the disk is full');
    };
    await assert.rejects(rig.plan(), /the disk is full/);
    rig.update = async () => {};
    await rig.plan();
    assert.deepEqual(rig.updates, [undefined, [aFile], undefined]);
  });

  it('fails alone when the look fails before the change is known', async () => {
    const rig = new PlannerRig();
    const known = Promise.withResolvers<Result<ChangeSet>>();
    rig.changes = () => known.promise;
    rig.update = async () => {
      throw new Error('the disk is full');
    };
    const planned = assert.rejects(rig.plan(), /the disk is full/);
    // Rejections that nobody handles are reported after the microtasks, and end the process.
    await new Promise((resolve) => setImmediate(resolve));
    known.resolve(success(changeSet([])));
    await planned;
  });

  it('tells of the change before the plan is ready, and hands on why there is none', async () => {
    const rig = new PlannerRig();
    const heard: ChangeSet[] = [];
    await rig.planner.plan({}, (changes) => heard.push(changes));
    assert.deepEqual(heard, rig.judged);
    rig.changes = async () => failure('unknown_revision', 'there is no nowhere');
    const refused = await rig.planner.plan({ base: 'nowhere' }, (changes) => heard.push(changes));
    assert.deepEqual(refused, failure('unknown_revision', 'there is no nowhere'));
    assert.equal(heard.length, 1);
  });

  it('judges only the paths that it is told, also those that no longer differ or are gone', async () => {
    const rig = new PlannerRig();
    const gone = RepoPath.parse('src/gone.js');
    rig.changes = async () => success(changeSet([modified(aFile), modified(bFile)]));
    const { changes } = await rig.plan({ paths: [aFile, aTest.file, gone] });
    assert.deepEqual(changes.files, [
      modified(aFile),
      { path: aTest.file, kind: 'modified', lines: [] },
      { path: gone, kind: 'deleted', lines: [] },
    ]);
  });

  it('takes the whole change where there is no HEAD to compare with', async () => {
    const rig = new PlannerRig();
    rig.changes = async (base) =>
      base === 'HEAD' ? failure('unknown_revision', 'no commit yet') : success(changeSet([modified(aFile)]));
    const changes = await rig.planner.changesOf([aFile]);
    assert.deepEqual(changes.ok && changes.value.files, [modified(aFile)]);
  });

  it('names the tests that paths can reach', async () => {
    const rig = new PlannerRig();
    assert.deepEqual(await rig.planner.testsReachedBy([aFile]), [TestId.parse('mocha:test/a.js')]);
    rig.changes = async () => failure('not_a_repository', 'gone');
    assert.deepEqual(await rig.planner.testsReachedBy([aFile]), []);
  });
});
