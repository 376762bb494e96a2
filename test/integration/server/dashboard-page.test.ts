// The dashboard in a browser: how a page signs in, what it may then do, and that nothing else of the disk is served.
import assert from 'node:assert/strict';
import { symlink } from 'node:fs/promises';
import { protocolVersion } from '../../../agent/protocol/wire.ts';
import { GitRig } from '../../rig/git-rig.ts';
import { ServerRig, tokens } from '../../rig/server-rig.ts';

const html = { Accept: 'text/html' };

async function withDashboard(work: (rig: ServerRig, folder: GitRig) => Promise<void>): Promise<void> {
  await using folder = await GitRig.folder({
    'site/index.html': '<!doctype html><script type="module" src="dashboard.js"></script>',
    'site/dashboard.js': 'export {};',
    'site/fonts/icons.woff2': 'font',
    'site/.hidden.js': 'secret',
    'site/notes.exe': 'secret',
    'secret.json': '"secret"',
  });
  await symlink(folder.path('secret.json'), folder.path('site/link.json'));
  await using rig = await ServerRig.start({ dashboardFolder: folder.path('site') });
  await work(rig, folder);
}

async function signIn(rig: ServerRig): Promise<string> {
  const answer = await rig.http('GET', `/?token=${tokens.developer}`);
  return String(answer.headers['set-cookie']?.[0]).split(';')[0] ?? '';
}

describe('The dashboard page', () => {
  it('trades the token in its address for a cookie that scripts cannot read', () =>
    withDashboard(async (rig) => {
      const answer = await rig.http('GET', `/?token=${tokens.developer}`, { headers: html });
      assert.deepEqual([answer.status, answer.headers.location], [303, '/']);
      const cookie = String(answer.headers['set-cookie']?.[0]);
      assert.match(cookie, new RegExp(`^noodle-${rig.port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/$`));
      assert.doesNotMatch(cookie, new RegExp(tokens.developer));
    }));

  it('refuses a wrong token', () =>
    withDashboard(async (rig) => {
      const answer = await rig.http('GET', '/?token=wrong', { headers: html });
      assert.deepEqual([answer.status, answer.headers['set-cookie']], [401, undefined]);
    }));

  it('tells a person without a cookie how to get one', () =>
    withDashboard(async (rig) => {
      const answer = await rig.http('GET', '/', { headers: html });
      assert.equal(answer.status, 401);
      assert.match(answer.text, /Open the dashboard from the editor/);
      assert.equal((await rig.http('GET', '/dashboard.js')).status, 401);
    }));

  it('says which command makes it where it was not built', async () => {
    await using folder = await GitRig.folder({ 'sources.txt': '' });
    await using rig = await ServerRig.start({ dashboardFolder: folder.path('dist') });
    const answer = await rig.http('GET', '/', { headers: { Cookie: await signIn(rig) } });
    assert.equal(answer.status, 404);
    assert.match(answer.text, /has not been built yet.*Run `npm run build`/);
  });

  it('is served with its files under a strict policy', () =>
    withDashboard(async (rig) => {
      const Cookie = await signIn(rig);
      const page = await rig.http('GET', '/', { headers: { Cookie } });
      assert.deepEqual([page.status, page.headers['content-type']], [200, 'text/html; charset=utf-8']);
      const policy = String(page.headers['content-security-policy']);
      assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self' 'sha256-[^']+';/);
      assert.doesNotMatch(policy, /unsafe|\*/);
      const script = await rig.http('GET', '/dashboard.js', { headers: { Cookie } });
      assert.deepEqual([script.headers['content-type'], script.text], ['text/javascript; charset=utf-8', 'export {};']);
      assert.equal((await rig.http('GET', '/fonts/icons.woff2', { headers: { Cookie } })).text, 'font');
    }));

  for (const path of [
    '/../secret.json',
    '/%2e%2e/secret.json',
    '/..%2fsecret.json',
    '/fonts/..%2f..%2fsecret.json',
    '/.hidden.js',
    '/notes.exe',
    '/link.json',
    '/fonts',
    '/fonts/',
    '/missing.js',
    '/%',
    '/a%00.js',
    '/C:%5csecret.json',
    '/dashboard.js/',
  ]) {
    it(`does not serve ${path}`, () =>
      withDashboard(async (rig) => {
        const answer = await rig.http('GET', path, { headers: { Cookie: await signIn(rig) } });
        assert.equal(answer.status, 404);
        assert.doesNotMatch(answer.text, /"secret"/);
      }));
  }

  it('takes nothing but reading', () =>
    withDashboard(async (rig) => {
      const answer = await rig.http('POST', '/', { headers: { Cookie: await signIn(rig) }, body: '{}' });
      assert.deepEqual([answer.status, answer.headers.allow], [405, 'GET, HEAD']);
    }));

  it('is missing where the agent was started without one', async () => {
    await using rig = await ServerRig.start();
    const answer = await rig.http('GET', '/', { headers: { Cookie: await signIn(rig) } });
    assert.deepEqual(
      [answer.status, (answer.json() as { detail: string }).detail],
      [404, 'This agent was started without a dashboard.'],
    );
  });
});

describe("The dashboard's cookie", () => {
  it('opens the API with the role of the token', () =>
    withDashboard(async (rig) => {
      const Cookie = await signIn(rig);
      const Origin = `http://127.0.0.1:${rig.port}`;
      assert.equal((await rig.rest('GET', '/status', { role: null, headers: { Cookie } })).status, 200);
      assert.equal((await rig.rest('POST', '/runs', { role: null, headers: { Cookie, Origin } })).status, 202);
      assert.equal((await rig.rest('POST', '/stop', { role: null, headers: { Cookie, Origin } })).status, 403);
    }));

  for (const [name, headers, isTaken] of [
    ['the same origin', { 'Sec-Fetch-Site': 'same-origin' }, true],
    ['another port of this machine', { 'Sec-Fetch-Site': 'same-site' }, false],
    ['another site', { 'Sec-Fetch-Site': 'cross-site' }, false],
    ['an address typed by hand', { 'Sec-Fetch-Site': 'none' }, false],
    ['a webview', { Origin: 'vscode-webview://abc' }, false],
    ['nobody knows where', {}, false],
  ] as const) {
    it(`${isTaken ? 'changes' : 'does not change'} something for a request from ${name}`, () =>
      withDashboard(async (rig) => {
        const answer = await rig.rest('POST', '/runs', {
          role: null,
          headers: { Cookie: await signIn(rig), ...headers },
        });
        assert.equal(answer.status, isTaken ? 202 : 403);
      }));
  }

  it('does not let another page read', () =>
    withDashboard(async (rig) => {
      const Cookie = await signIn(rig);
      for (const site of ['same-site', 'cross-site']) {
        const answer = await rig.rest('GET', '/status', { role: null, headers: { Cookie, 'Sec-Fetch-Site': site } });
        assert.equal(answer.status, 403);
      }
    }));

  it('takes the place of the token in the hello, for the page alone', () =>
    withDashboard(async (rig) => {
      const Cookie = await signIn(rig);
      const hello = {
        id: 1,
        method: 'noodle/hello',
        params: { protocolVersion, client: 'page', clientVersion: '', token: '' },
      };
      const own = await rig.socket({ Cookie, Origin: `http://127.0.0.1:${rig.port}` });
      own.send(hello);
      assert.equal((await own.next()).error, undefined);
      for (const headers of [{ Cookie }, { Cookie, Origin: 'vscode-webview://abc' }]) {
        const foreign = await rig.socket(headers);
        foreign.send(hello);
        assert.equal((await foreign.next()).error?.data?.reason, 'unauthorized');
      }
    }));

  it('of a session that was pushed out by many others is refused', () =>
    withDashboard(async (rig) => {
      const first = await signIn(rig);
      for (let count = 0; count < 64; count++) await signIn(rig);
      assert.equal((await rig.rest('GET', '/status', { role: null, headers: { Cookie: first } })).status, 401);
    }));
});
