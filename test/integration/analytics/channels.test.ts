// Alerts on their way to real receivers: Alertmanager, a mail server, webhooks; and to those that do not take them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { Alert } from '../../../agent/protocol/alerts.ts';
import { AgentRig } from '../../rig/agent-rig.ts';
import { eventually, freePort, ReceiverRig, ServiceProcess } from '../../rig/analytics-rig.ts';
import { needDebianTool } from '../../rig/debian-tools.ts';

describe('Channels', function () {
  this.timeout(120_000);

  describe('to Alertmanager', () => {
    before(function () {
      needDebianTool(this, { needs: ['prometheus-alertmanager'], packages: ['prometheus-alertmanager'] });
    });

    it('tell that an alert fires, and that it is resolved', async () => {
      const port = await freePort();
      await using _alertmanager = await ServiceProcess.start('prometheus-alertmanager', {
        files: { 'alertmanager.yml': 'route: { receiver: none }\nreceivers: [{ name: none }]\n' },
        args: (folder) => [
          `--config.file=${folder}/alertmanager.yml`,
          `--storage.path=${folder}/data`,
          `--web.listen-address=127.0.0.1:${port}`,
          '--cluster.listen-address=',
        ],
        ready: /Listening on/,
      });
      await using rig = await rigWith(`type: alertmanager\n      url: http://127.0.0.1:${port}/`);
      const triggered = await rig.client.triggerAlert({
        name: 'deploy',
        severity: 'error',
        message: 'the deployment failed',
        tags: { stage: 'prod' },
      });
      const [firing] = await eventually(
        () => alertsAt(port),
        (found) => found.length > 0,
      );
      assert.equal(firing?.labels['alertname'], 'deploy');
      assert.deepEqual(
        [firing.labels['severity'], firing.labels['stage'], firing.annotations['summary']],
        ['error', 'prod', 'the deployment failed'],
      );
      await rig.client.resolveAlert({ id: triggered.id });
      await eventually(
        () => alertsAt(port),
        (found) => found.length === 0,
      );
    });
  });

  describe('to a mail server', () => {
    before(function () {
      needDebianTool(this, { needs: ['openssl'], packages: ['openssl'] });
    });

    it('say nothing to a server whose certificate nobody vouches for', async () => {
      await using mailbox = await Mailbox.start(selfSigned());
      await using rig = await rigWith(mailbox.channel);
      await assert.rejects(
        rig.client.testAlertChannel({ name: 'team' }),
        /could not be reached \(ESOCKET\)|could not be reached \(ETLS\)/,
      );
      assert.deepEqual(mailbox.mails, []);
    });

    it('do not send a password to a server without TLS', async () => {
      await using mailbox = await Mailbox.start({ disabledCommands: ['STARTTLS'], allowInsecureAuth: true });
      await using rig = await rigWith(
        `${mailbox.channel}\n      userVariable: MAIL_USER\n      secretVariable: MAIL_PASSWORD`,
        { MAIL_USER: 'noodle', MAIL_PASSWORD: 's3cret' },
      );
      await assert.rejects(rig.client.testAlertChannel({ name: 'team' }), /could not be reached \(ETLS\)|answered 5/);
      assert.deepEqual([mailbox.mails, mailbox.users], [[], []]);
    });

    it('hand a mail over, whose subject cannot be made to hold a header', async () => {
      await using mailbox = await Mailbox.start({ disabledCommands: ['STARTTLS', 'AUTH'] });
      await using rig = await rigWith(mailbox.channel);
      await rig.client.triggerAlert({
        name: 'deploy',
        severity: 'error',
        message: 'failed\r\nBcc: everybody@example.com',
      });
      const [mail] = await eventually(
        async () => mailbox.mails,
        (found) => found.length > 0,
      );
      assert.match(mail ?? '', /^To: team@example\.com\r?$/m);
      assert.match(mail ?? '', /^Subject: \[firing\] error: failed/m);
      assert.doesNotMatch(mail?.split('\r\n\r\n', 1)[0] ?? '', /^Bcc:/m);
    });
  });

  describe('to a webhook', () => {
    it('sign what they send', async () => {
      await using receiver = await ReceiverRig.start();
      await using rig = await rigWith(
        `type: webhook\n      url: ${receiver.url}/hook\n      secretVariable: HOOK_SECRET`,
        { HOOK_SECRET: 's3cret' },
      );
      await rig.client.triggerAlert({ name: 'deploy', severity: 'error', message: 'failed' });
      await receiver.until(1);
      const [request] = receiver.received;
      const [, time, given] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(request?.headers['x-noodle-signature'])) ?? [];
      assert.equal(given, createHmac('sha256', 's3cret').update(`${time}.${request?.body}`).digest('hex'));
      const body = JSON.parse(request?.body ?? '') as { alerts: Alert[] };
      assert.deepEqual(
        body.alerts.map(({ rule, state }) => [rule, state]),
        [['deploy', 'firing']],
      );
    });

    it('are as Slack takes them', async () => {
      await using receiver = await ReceiverRig.start();
      await using rig = await rigWith('type: slack\n      urlVariable: SLACK_URL', {
        SLACK_URL: `${receiver.url}/services/x`,
      });
      await rig.client.triggerAlert({ name: 'deploy', severity: 'critical', message: '<script> & more' });
      await receiver.until(1);
      assert.match(
        receiver.received[0]?.body ?? '',
        /"text":":rotating_light: \[firing\] critical: &lt;script&gt; &amp; more \(/,
      );
    });

    it('are not sent below their least severity, nor to what does not want them', async () => {
      await using receiver = await ReceiverRig.start();
      await using rig = await rigWith(`type: webhook\n      url: ${receiver.url}/\n      least: error`);
      await rig.client.triggerAlert({ name: 'small', severity: 'warning', message: 'never mind' });
      await rig.client.triggerAlert({ name: 'large', severity: 'error', message: 'do mind' });
      await receiver.until(1);
      assert.match(receiver.received[0]?.body ?? '', /large/);
    });

    it('wait for one that answers 500, and survive a restart of the agent', async () => {
      await using receiver = await ReceiverRig.start();
      receiver.status = 500;
      await using rig = await rigWith(`type: webhook\n      url: ${receiver.url}/`);
      await rig.client.triggerAlert({ name: 'deploy', severity: 'error', message: 'failed' });
      await receiver.until(1);
      const waiting = await eventually(
        () => rig.client.listAlertChannels({}),
        ({ channels }) => channels[0]?.problem !== null,
      );
      assert.deepEqual(
        waiting.channels.map(({ problem, waiting: count }) => [problem, count]),
        [['it answered 500', 1]],
      );
      receiver.status = 204;
      await rig.restart();
      const status = await rig.client.listAlertChannels({});
      assert.equal(status.channels[0]?.waiting, 1, 'it waits for its time, as before');
    });

    it('do not follow a redirect', async () => {
      await using receiver = await ReceiverRig.start();
      receiver.status = 302;
      receiver.headers = { Location: `${receiver.url}/elsewhere` };
      await using rig = await rigWith(`type: webhook\n      url: ${receiver.url}/`);
      await assert.rejects(rig.client.testAlertChannel({ name: 'team' }), /a redirect, which is not followed/);
      assert.deepEqual(
        receiver.received.map(({ path }) => path),
        ['/'],
      );
    });

    it('are not sent to this machine unless it is allowed', async () => {
      await using receiver = await ReceiverRig.start();
      for (const url of [
        receiver.url,
        receiver.url.replace('127.0.0.1', 'localhost'),
        receiver.url.replace('127.0.0.1', '[::ffff:127.0.0.1]'),
        receiver.url.replace('127.0.0.1', '2130706433'),
      ]) {
        await using rig = await AgentRig.create({
          'noodle.yaml': `alerts:\n  channels:\n    team:\n      type: webhook\n      url: ${url}/\n`,
        });
        await assert.rejects(
          rig.client.testAlertChannel({ name: 'team' }),
          /of this machine or a private network/,
          url,
        );
      }
      assert.deepEqual(receiver.received, []);
    });

    it('are not sent from a repository that is not trusted', async () => {
      await using receiver = await ReceiverRig.start();
      await using rig = await AgentRig.create(
        { 'noodle.yaml': yamlOf(`type: webhook\n      url: ${receiver.url}/`) },
        { isTrusted: false },
      );
      await rig.client.triggerAlert({ name: 'deploy', severity: 'critical', message: 'failed' });
      assert.deepEqual((await rig.client.listAlertChannels({})).channels, []);
      assert.deepEqual(receiver.received, []);
    });
  });
});

/** A real mail server on loopback, with what it took. */
class Mailbox implements AsyncDisposable {
  readonly mails: string[] = [];
  readonly users: string[] = [];
  readonly #server: SMTPServer;

  private constructor(options: SMTPServerOptions) {
    this.#server = new SMTPServer({
      authOptional: true,
      ...options,
      onAuth: (auth, _session, callback) => {
        this.users.push(auth.username ?? '');
        callback(null, { user: auth.username });
      },
      onData: (stream, _session, callback) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          this.mails.push(Buffer.concat(chunks).toString());
          callback();
        });
      },
    });
    // A client that hangs up in the middle is what some tests are about.
    this.#server.on('error', () => {});
  }

  static async start(options: SMTPServerOptions): Promise<Mailbox> {
    const mailbox = new Mailbox(options);
    await new Promise<void>((resolve) => mailbox.#server.listen(0, '127.0.0.1', resolve));
    return mailbox;
  }

  get channel(): string {
    // A TCP server that listens has an address with a port.
    const { port } = this.#server.server.address() as AddressInfo;
    return `type: email\n      host: 127.0.0.1\n      port: ${port}\n      from: noodle@example.com\n      to: [team@example.com]`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(resolve));
  }
}

function selfSigned(): Pick<SMTPServerOptions, 'key' | 'cert'> {
  const made = spawnSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=mail', '-keyout', '-', '-out', '-'],
    { encoding: 'utf8' },
  );
  return { key: made.stdout, cert: made.stdout };
}

function yamlOf(channel: string): string {
  return `alerts:\n  allow: [127.0.0.1]\n  channels:\n    team:\n      ${channel}\n`;
}

async function rigWith(channel: string, environment: Readonly<Record<string, string>> = {}): Promise<AgentRig> {
  return await AgentRig.create({ 'noodle.yaml': yamlOf(channel) }, { environment });
}

interface AlertmanagerAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

async function alertsAt(port: number): Promise<readonly AlertmanagerAlert[]> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v2/alerts?active=true`);
  // The shape of Alertmanager's own API.
  return (await response.json()) as readonly AlertmanagerAlert[];
}
