import assert from 'node:assert/strict';
import { listAlertRules, saveAlertRule } from '../../../agent/store/alerts.ts';
import { AlertsRig, failing, minuteMs, slow } from '../../rig/alerts-rig.ts';

describe('alert rules', () => {
  let rig: AlertsRig;
  beforeEach(async () => {
    rig = await AlertsRig.create();
  });
  afterEach(() => rig[Symbol.dispose]());

  describe('and their default rules', () => {
    it('are there once, and what was changed in one is left', async () => {
      rig.db.transact((tx) => tx.run('DELETE FROM alert_rules'));
      await rig.open().install();
      const [first, ...others] = listAlertRules(rig.db);
      assert.ok(first !== undefined && others.length >= 5);
      rig.db.transact((tx) => saveAlertRule(tx, { ...first, isEnabled: false }));
      await rig.open().install();
      assert.deepEqual(listAlertRules(rig.db), [{ ...first, isEnabled: false }, ...others]);
    });

    it('stay quiet over a hundred ordinary runs', async () => {
      rig.db.transact((tx) => tx.run('DELETE FROM alert_rules'));
      await rig.open().install();
      for (let run = 0; run < 100; run += 1) {
        rig.record('run.duration', [20_000 + ((run * 7919) % 9000)]);
        rig.record('run.failed', [run % 5 === 0 ? 1 : 0]);
        rig.record('disk.free', [1e11]);
        rig.clock.advance(10 * minuteMs);
        await rig.alerts.evaluate();
      }
      assert.deepEqual(rig.said, []);
    });
  });

  describe('as people make them', () => {
    it('come back after a default one was deleted only as switched off', async () => {
      rig.db.transact((tx) => tx.run('DELETE FROM alert_rules'));
      await rig.alerts.install();
      assert.equal((await rig.administration().deleteRule('regret')).ok, true);
      await rig.open().install();
      assert.equal(listAlertRules(rig.db).find(({ id }) => id === 'regret')?.isEnabled, false);
      const wrong = await rig.administration().deleteRule('regrets');
      assert.match(wrong.ok ? '' : wrong.failure.message, /did you mean 'regret'/);
    });

    it('say of a threshold that the past would always have been beyond it', async () => {
      for (let hour = 0; hour < 20; hour += 1) {
        rig.record('run.duration', [60_000]);
        rig.clock.advance(60 * minuteMs);
      }
      const created = await rig.administration().createRule(slow());
      assert.match(
        created.ok ? created.value.notes.join() : '',
        /held all the time over the last 14 days: it would always fire/,
      );
    });

    it('are not silenced altogether', async () => {
      const silence = await rig.administration().createSilence({ tags: {}, durationSeconds: 60, reason: '' }, 'me');
      assert.equal(silence.ok, false);
    });
  });

  describe('in noodle.yaml', () => {
    it('are judged beside the others, and count where they have the id of another', async () => {
      rig.onlyRules(failing, slow({ severity: 'info' }));
      rig.declared = [slow({ severity: 'critical' })];
      await rig.duration(60_000);
      assert.equal(rig.only().severity, 'critical');
      assert.deepEqual(
        rig
          .administration()
          .rules()
          .map(({ id, source }) => `${id} ${source}`),
        ['failing api', 'slow noodle.yaml'],
      );
    });

    it('leave the one of the API in force when they are taken out', async () => {
      rig.onlyRules(slow({ severity: 'info' }));
      rig.declared = [slow({ severity: 'critical' })];
      await rig.duration(60_000);
      rig.declared = [];
      assert.deepEqual(
        rig
          .administration()
          .rules()
          .map(({ severity, source }) => `${severity} ${source}`),
        ['info api'],
      );
    });

    it('resolve what fired of them when they are taken out', async () => {
      rig.declared = [slow()];
      await rig.duration(60_000);
      rig.declared = [];
      await rig.alerts.evaluate();
      assert.deepEqual(rig.said, ['slow: firing', 'slow: resolved']);
    });

    it('are changed and removed there alone', async () => {
      rig.declared = [slow()];
      for (const answer of [
        await rig.administration().createRule(slow()),
        await rig.administration().deleteRule('slow'),
      ])
        assert.match(answer.ok ? '' : answer.failure.message, /slow is declared in noodle\.yaml, which counts/);
    });
  });

  describe('and silences', () => {
    const silence = (rule: string) =>
      rig.administration().createSilence({ rule, tags: {}, durationSeconds: 60, reason: '' }, 'me');

    it('of a rule that is not known are refused with the nearest', async () => {
      rig.onlyRules(failing);
      const refused = await silence('failling');
      assert.match(refused.ok ? '' : refused.failure.message, /no rule 'failling'; did you mean 'failing'\?/);
      assert.deepEqual(rig.administration().silences(), []);
    });

    it('of what a program raised are taken, and say what fits now', async () => {
      const none = await rig
        .administration()
        .createSilence({ tags: { branch: 'main' }, durationSeconds: 60, reason: '' }, 'me');
      assert.match(none.ok ? none.value.notes.join() : '', /^Nothing that fits fires now/);
      await rig.alerts.trigger({ name: 'deploy', severity: 'error', message: 'failed', tags: {} });
      const some = await silence('deploy');
      assert.deepEqual(some.ok && some.value.notes, []);
    });
  });
});
