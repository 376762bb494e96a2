import assert from 'node:assert/strict';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ExecutionHandle } from '../../../agent/engine/engine.ts';
import { createEventBus } from '../../../agent/events/events.ts';
import { IdleAudit } from '../../../agent/pipelines/idle-audit.ts';
import type { RunRequest } from '../../../agent/pipelines/main-job.ts';
import { silentLog } from '../../../agent/platform/log.ts';
import { isOnBattery } from '../../../agent/platform/power.ts';
import { success } from '../../../agent/protocol/failure.ts';
import { ExecutionId, RepoPath } from '../../../agent/protocol/ids.ts';
import { settingDeclarations, type Settings } from '../../../agent/protocol/settings.ts';
import { FakeClock } from '../../rig/fake-clock.ts';
import { aPlan } from '../../rig/recorded.ts';

// Made of the declarations themselves.
const defaults = Object.fromEntries(settingDeclarations.map((each) => [each.key, each.default])) as Settings;
const run = ExecutionId.parse('run-1');

class Rig {
  readonly clock = new FakeClock();
  readonly events = createEventBus(() => {});
  readonly started: RunRequest[] = [];
  readonly cancelled: string[] = [];
  readonly audit: IdleAudit;

  constructor({
    settings = {},
    skippedMs = 1000,
    battery = false,
  }: { settings?: Partial<Settings>; skippedMs?: number; battery?: boolean } = {}) {
    this.audit = new IdleAudit({
      events: this.events,
      clock: this.clock,
      log: silentLog,
      settings: () => ({ ...defaults, 'test.idleAudit': true, ...settings }),
      skippedMs: () => skippedMs,
      isOnBattery: () => battery,
      start: (request) => {
        this.started.push(request);
        // Of a handle only these are used.
        const handle = {
          id: ExecutionId.parse('audit-1'),
          finished: new Promise(() => {}),
          cancel: (reason: string) => this.cancelled.push(reason),
        };
        return success(handle as unknown as ExecutionHandle);
      },
    });
  }

  /** A run ends that left a test out. */
  end(status: 'succeeded' | 'cancelled' = 'succeeded', skipped: readonly string[] = ['b.test.ts']): void {
    const plan = aPlan({ skipped: { count: skipped.length, files: skipped.map((file) => RepoPath.parse(file)) } });
    this.events.emit({ type: 'plan.made', executionId: run, plan });
    const counts = { total: 0, passed: 0, failed: 0, skipped: 0 };
    const ended = {
      reason: null,
      counts,
      firstFailureAtMs: null,
      durationMs: 1,
      saved: { testsMs: 0, buildsMs: 0 },
      notes: [],
    };
    // The fields that nobody here looks at are left as they are.
    this.events.emit({ type: 'run.finished', executionId: run, status, ...ended } as unknown as Parameters<
      typeof this.events.emit
    >[0]);
  }
}

describe('checking selections when idle', () => {
  it('begins two minutes after a run that left tests out', () => {
    const rig = new Rig();
    rig.end();
    rig.clock.advance(119_999);
    assert.deepEqual(rig.started, []);
    rig.clock.advance(1);
    assert.deepEqual(rig.started, [{ trigger: 'watch', audit: true }]);
  });

  it('does not begin when it is off, on battery, over its budget, or after a run that left nothing out or was cancelled', () => {
    for (const rig of [
      new Rig({ settings: { 'test.idleAudit': false } }),
      new Rig({ battery: true }),
      new Rig({ skippedMs: 301_000 }),
    ]) {
      rig.end();
      rig.clock.advance(120_000);
      assert.deepEqual(rig.started, []);
    }
    const rig = new Rig();
    rig.end('succeeded', []);
    rig.end('cancelled');
    rig.clock.advance(120_000);
    assert.deepEqual(rig.started, []);
  });

  it('waits for quiet, and makes room for work', () => {
    const rig = new Rig();
    rig.end();
    rig.clock.advance(60_000);
    rig.audit.filesChanged();
    rig.clock.advance(120_000);
    assert.deepEqual(rig.started, []);
    rig.end();
    rig.clock.advance(120_000);
    rig.audit.filesChanged();
    assert.deepEqual(rig.cancelled, ['a file changed while the selection was checked']);
  });
});

describe('the battery', () => {
  it('is seen where Linux shows it', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'noodle-power-'));
    try {
      const supply = async (name: string, files: Record<string, string>) => {
        await mkdir(path.join(folder, name), { recursive: true });
        for (const [file, text] of Object.entries(files)) await writeFile(path.join(folder, name, file), `${text}\n`);
      };
      assert.equal(isOnBattery(folder), false);
      await supply('BAT0', { type: 'Battery' });
      assert.equal(isOnBattery(folder), true);
      await supply('AC', { type: 'Mains', online: '1' });
      assert.equal(isOnBattery(folder), false);
      assert.equal(isOnBattery(path.join(folder, 'none')), false);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
