import assert from 'node:assert/strict';
import { AlertRule, type Silence } from '../../../agent/protocol/alerts.ts';
import {
  deleteAlertRule,
  deleteDelivery,
  deleteSilence,
  getAlert,
  latestAlert,
  listAlertRules,
  listAlerts,
  listDeliveries,
  listSilences,
  openAlerts,
  saveAlert,
  saveAlertRule,
  saveDelivery,
  saveSilence,
} from '../../../agent/store/alerts.ts';
import { MemoryDatabase } from '../../rig/memory-database.ts';
import { anAlert } from '../../rig/recorded.ts';

describe('recorded alerts', () => {
  let db: MemoryDatabase;
  beforeEach(async () => (db = await MemoryDatabase.create()));
  afterEach(() => db[Symbol.dispose]());

  it('come firing first, then the resolved ones, the latest first', () => {
    const alerts = [
      anAlert('old', { firedAt: 1 }),
      anAlert('new', { firedAt: 9 }),
      anAlert('mended', { state: 'resolved', firedAt: 20, resolvedAt: 21 }),
    ];
    for (const each of alerts) db.transact((tx) => saveAlert(tx, each));
    assert.deepEqual(
      listAlerts(db, 9).map(({ id }) => id),
      ['new', 'old', 'mended'],
    );
    assert.deepEqual(
      openAlerts(db).map(({ id }) => id),
      ['old', 'new'],
    );
    assert.deepEqual(getAlert(db, 'mended'), alerts[2]);
    assert.deepEqual(latestAlert(db, 'fingerprint')?.id, 'mended');
    assert.equal(getAlert(db, 'none'), null);
  });

  it('of a version that knew less are read with what they had', () => {
    db.transact((tx) =>
      tx.run(
        `INSERT INTO alerts (id, rule, severity, state, message, fired_at, resolved_at) VALUES ('a', 'r', 'info', 'firing', 'm', 5, NULL)`,
      ),
    );
    assert.deepEqual(getAlert(db, 'a'), {
      ...anAlert('a', {
        rule: 'r',
        severity: 'info',
        message: 'm',
        firedMessage: null,
        firedAt: 5,
        startedAt: 5,
        metricId: null,
      }),
      fingerprint: '',
    });
  });

  it('have rules; those that nobody understands are left out', () => {
    const rule = AlertRule.parse({
      id: 'slow',
      name: 'Slow',
      metricId: 'run.duration',
      severity: 'warning',
      condition: { kind: 'no_data', windowSeconds: 60 },
      inhibitedBy: ['disk'],
    });
    db.transact((tx) => {
      saveAlertRule(tx, { ...rule, isEnabled: false });
      saveAlertRule(tx, rule);
      tx.run(
        `INSERT INTO alert_rules (id, metric_id, severity, condition, is_enabled) VALUES ('strange', 'm', 'info', '{"kind":"from the future"}', 1)`,
      );
    });
    assert.deepEqual(listAlertRules(db), [rule]);
    assert.deepEqual(
      [db.transact((tx) => deleteAlertRule(tx, 'slow')), db.transact((tx) => deleteAlertRule(tx, 'slow'))],
      [true, false],
    );
  });

  it('have silences until they end', () => {
    const silence: Silence = {
      id: 's',
      rule: 'slow',
      metricId: null,
      severity: null,
      tags: {},
      reason: '',
      createdBy: 'me',
      startsAt: 1,
      endsAt: 10,
    };
    db.transact((tx) => saveSilence(tx, silence));
    assert.deepEqual([listSilences(db, 9), listSilences(db, 10)], [[silence], []]);
    assert.deepEqual(
      [db.transact((tx) => deleteSilence(tx, 's')), db.transact((tx) => deleteSilence(tx, 's'))],
      [true, false],
    );
  });

  it('wait for a channel once, in their latest state', () => {
    const delivery = {
      channel: 'team',
      alert: anAlert('a'),
      group: 'g',
      createdAt: 1,
      dueAt: 1,
      attempts: 0,
      problem: null,
    };
    const later = { ...delivery, alert: anAlert('a', { state: 'resolved', resolvedAt: 2 }), createdAt: 2 };
    db.transact((tx) => [delivery, later].forEach((each) => saveDelivery(tx, each)));
    assert.deepEqual(listDeliveries(db), [later]);
    db.transact((tx) => deleteDelivery(tx, 'team', 'a'));
    assert.deepEqual(listDeliveries(db), []);
  });

  it('replay to the same rows', () => {
    db.transact((tx) => saveAlert(tx, anAlert('a', { tags: { os: 'linux' } })));
    const { original, replay } = db.replayed();
    assert.deepEqual(replay, original);
  });
});
