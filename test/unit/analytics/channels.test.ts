import assert from 'node:assert/strict';
import { isAllowedAddress, networkOf } from '../../../agent/analytics/channels/addresses.ts';
import { Outbox } from '../../../agent/analytics/channels/outbox.ts';
import { pinnedAddress } from '../../../agent/analytics/channels/outbound.ts';
import { silentLog } from '../../../agent/platform/log.ts';
import { AlertRule, type Alert } from '../../../agent/protocol/alerts.ts';
import type { ChannelDefinition } from '../../../agent/protocol/notifications.ts';
import { listDeliveries } from '../../../agent/store/alerts.ts';
import { FakeClock } from '../../rig/fake-clock.ts';
import { MemoryDatabase } from '../../rig/memory-database.ts';
import { anAlert } from '../../rig/recorded.ts';

describe('addresses', () => {
  it('of this machine and of private networks are refused, in whatever clothes', () => {
    const refused = [
      '127.0.0.1',
      '127.8.9.1',
      '0.0.0.0',
      '10.1.2.3',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '::1',
      '::',
      'fe80::1',
      'fe80::1%eth0',
      'fd00::1',
      'ff02::1',
      '::ffff:127.0.0.1',
      '::ffff:7f00:1',
      '::ffff:10.0.0.1',
      '64:ff9b::7f00:1',
      '2002:7f00:1::',
    ];
    assert.deepEqual(
      refused.filter((address) => isAllowedAddress(address, [])),
      [],
    );
  });

  it('of everybody are allowed, and so are those that somebody names', () => {
    assert.deepEqual(
      ['8.8.8.8', '172.32.0.1', '2606:4700::1111', '::ffff:8.8.8.8'].filter(
        (address) => !isAllowedAddress(address, []),
      ),
      [],
    );
    assert.equal(isAllowedAddress('10.1.2.3', ['10.1.0.0/16']), true);
    assert.equal(isAllowedAddress('10.2.2.3', ['10.1.0.0/16', 'hooks.example.com']), false);
    assert.equal(isAllowedAddress('::1', ['::1']), true);
  });

  it('are read as networks, or not at all', () => {
    assert.deepEqual(
      ['10.0.0.0/8', '1.2.3.4', '::1/128', '10.0.0.0/33', 'name', '1.2.3.4/x'].map(
        (text) => networkOf(text)[0] ?? null,
      ),
      [['10.0.0.0', 8], ['1.2.3.4', 32], ['::1', 128], null, null, null],
    );
  });

  it('of a name all have to be allowed; the one that was checked is the one that is used', async () => {
    const resolve = async () => ['93.184.216.34', '127.0.0.1'];
    const mixed = await pinnedAddress('rebind.example.com', { allowed: [], resolve });
    assert.match(!mixed.ok ? mixed.problem : '', /127\.0\.0\.1 of this machine/);
    const named = await pinnedAddress('rebind.example.com', { allowed: ['rebind.example.com'], resolve });
    assert.deepEqual(named, { ok: true, address: '93.184.216.34' });
    const none = await pinnedAddress('gone.example.com', {
      allowed: [],
      resolve: () => Promise.reject(new Error('ENOTFOUND')),
    });
    assert.deepEqual(!none.ok && none.isFinal, false);
  });
});

describe('the outbox', () => {
  let db: MemoryDatabase;
  let clock: FakeClock;
  let exitCodes: (number | null)[];
  let sent: string[];
  let outbox: Outbox;

  beforeEach(async () => {
    db = await MemoryDatabase.create();
    clock = new FakeClock();
    [exitCodes, sent] = [[], []];
    outbox = open();
  });
  afterEach(async () => {
    await outbox.dispose();
    db[Symbol.dispose]();
  });

  it('tells alerts of one moment in one message', async () => {
    put(anAlert('a', { message: 'one' }), anAlert('b', { message: 'two' }));
    outbox.send();
    await settled();
    assert.deepEqual(sent, ['[firing] warning: one (shop)\n[firing] warning: two (shop)']);
    assert.deepEqual([listDeliveries(db), clock.pending], [[], 0]);
  });

  it('tells each group by itself', async () => {
    const rule = (group: string) =>
      AlertRule.parse({
        id: 'r',
        name: 'R',
        metricId: 'm',
        severity: 'info',
        condition: { kind: 'no_data', windowSeconds: 60 },
        group,
      });
    db.transact((tx) =>
      outbox.put(
        tx,
        ['disk', 'tests', 'disk'].map((group, index) => ({
          alert: anAlert(`a${index}`, { message: `${group} ${index}` }),
          rule: rule(group),
        })),
      ),
    );
    outbox.send();
    for (let message = 0; message < 2; message += 1) await settled();
    assert.deepEqual(sent, [
      '[firing] warning: disk 0 (shop)\n[firing] warning: disk 2 (shop)',
      '[firing] warning: tests 1 (shop)',
    ]);
  });

  it('tells nobody below the least severity, and only the channels that a rule names', async () => {
    put(anAlert('a', { severity: 'info' }));
    assert.deepEqual(listDeliveries(db), []);
  });

  it('waits longer and longer for a channel that does not take messages, and gives up after a day', async () => {
    const slack: ChannelDefinition = { type: 'slack', least: 'info', urlVariable: 'NOT_SET' };
    await outbox.dispose();
    outbox = open({ team: slack });
    put(anAlert('a'));
    outbox.send();
    const attempts: number[] = [];
    for (let minute = 0; minute < 25 * 60; minute += 1) {
      await settled();
      const [delivery] = listDeliveries(db);
      if (delivery === undefined) break;
      if (attempts.at(-1) !== delivery.attempts) attempts.push(delivery.attempts);
      clock.advance(60_000);
    }
    await settled();
    assert.deepEqual(listDeliveries(db), []);
    const last = attempts.at(-1) ?? 0;
    assert.ok(last >= 20 && last <= 40, `${last} attempts in a day`);
    assert.match(outbox.statuses()[0]?.problem ?? '', /the environment variable NOT_SET is not set/);
  });

  it('tells the latest state of an alert, not each', async () => {
    put(anAlert('a'));
    clock.advance(1);
    put(anAlert('a', { state: 'resolved', resolvedAt: 5 }));
    outbox.send();
    await settled();
    assert.deepEqual(sent, ['[resolved] warning: runs take 12 s (shop)']);
  });

  it('drops what a channel will never take', async () => {
    exitCodes = [null];
    put(anAlert('a'));
    outbox.send();
    await settled();
    assert.deepEqual([listDeliveries(db), outbox.statuses()[0]?.problem], [[], 'notify-send is not installed']);
  });

  it('says which channel is meant when one is tested that is not there', async () => {
    const tested = await outbox.test('taem', anAlert('a'));
    assert.equal(!tested.ok && tested.failure.message, 'There is no channel taem; perhaps team is meant.');
  });

  function open(
    channels: Readonly<Record<string, ChannelDefinition>> = { team: { type: 'desktop', least: 'warning' } },
  ): Outbox {
    return new Outbox({
      store: db.store,
      clock,
      log: silentLog,
      repository: 'shop',
      channels: () => channels,
      allowed: () => [],
      secret: () => undefined,
      run: async (_command, args) => {
        sent.push(args.at(-1) ?? '');
        return exitCodes.length === 0 ? 0 : (exitCodes.shift() ?? null);
      },
    });
  }

  function put(...alerts: readonly Alert[]): void {
    db.transact((tx) =>
      outbox.put(
        tx,
        alerts.map((alert) => ({ alert, rule: null })),
      ),
    );
  }

  async function settled(): Promise<void> {
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }
});
