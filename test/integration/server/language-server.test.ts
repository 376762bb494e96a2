// The language server, by real LSP messages on the connection that carries the operations too.
import assert from 'node:assert/strict';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { createMessageConnection } from 'vscode-jsonrpc/node';
import { BuildResult } from '../../../agent/protocol/build.ts';
import { RepoPath, TestId } from '../../../agent/protocol/ids.ts';
import { TestResult } from '../../../agent/protocol/test.ts';
import type { Diagnostic, LanguageFeatures } from '../../../agent/server/language-features.ts';
import { runId } from '../../rig/contract-examples.ts';
import { LanguageClientRig, ScriptedFeatures } from '../../rig/language-client-rig.ts';
import { ServerRig } from '../../rig/server-rig.ts';

const root = path.resolve('/repository');
const cart = RepoPath.parse('src/cart.ts');
const cartUri = uriOf('src/cart.ts');
const configurationUri = uriOf('noodle.yaml');
const range = { start: { line: 40, character: 9 }, end: { line: 40, character: 20 } };
const failing: Diagnostic = {
  range,
  severity: 'error',
  message: 'total › applies the discount\nexpected 90, received 100',
  code: 'mocha:a',
};

const failedResult = TestResult.parse({
  id: 'mocha:a',
  file: 'test/cart.test.ts',
  framework: 'mocha',
  name: 'total',
  titlePath: [],
  status: 'failed',
  durationMs: 1,
  atMs: 1,
});
const failedBuild = BuildResult.parse({
  target: 'core',
  status: 'failed',
  durationMs: 1,
  cached: false,
  fingerprint: '0'.repeat(64),
  reason: 'changed',
  problems: [{ location: { file: cart, line: 41 }, severity: 'error', message: 'Type error', code: 'TS2322' }],
  changedInputs: [],
});

function uriOf(file: string): string {
  return pathToFileURL(path.join(root, file)).href;
}

async function edit(
  features: LanguageFeatures,
  work: (editor: LanguageClientRig, rig: ServerRig) => Promise<void>,
): Promise<void> {
  await using rig = await ServerRig.start({ language: features, root });
  const { socket } = await rig.greetedSocket();
  socket.removeAllListeners('message');
  await work(new LanguageClientRig(socket, root), rig);
  assert.deepEqual(rig.logLines, []);
}

describe('The language server', () => {
  it('underlines what fails, and takes it back when it is mended', async () => {
    const features = new ScriptedFeatures();
    features.found = new Map([[cart, [failing]]]);
    await edit(features, async (editor) => {
      await editor.initialize();
      await editor.until(() => editor.published.length === 1);
      features.change(new Map([[cart, [failing]]]));
      features.change(new Map());
      await editor.until(() => editor.published.length === 2);
      assert.deepEqual(editor.published, [
        {
          uri: cartUri,
          diagnostics: [{ range, severity: 1, source: 'Noodle', message: failing.message, code: 'mocha:a' }],
        },
        { uri: cartUri, diagnostics: [] },
      ]);
    });
  });

  it('takes back what was known of a file when the user saves it, until the same comes out again', async () => {
    const features = new ScriptedFeatures();
    const problem: Diagnostic = { ...failing, message: 'Type error', code: 'TS2322' };
    features.found = new Map([[cart, [failing, problem]]]);
    await edit(features, async (editor, rig) => {
      await editor.initialize();
      await editor.until(() => editor.published.length === 1);
      await editor.connection.sendNotification('textDocument/didSave', { textDocument: { uri: cartUri } });
      await editor.until(() => editor.published.length === 2);
      const other: Diagnostic = { ...failing, code: 'mocha:b' };
      features.change(new Map([[cart, [failing, problem, other]]]));
      await editor.until(() => editor.published.length === 3);
      rig.events.emit({ type: 'test.finished', executionId: runId, result: failedResult });
      features.change(features.found);
      await editor.until(() => editor.published.length === 4);
      rig.events.emit({ type: 'build.finished', executionId: runId, result: failedBuild });
      features.change(features.found);
      await editor.until(() => editor.published.length === 5);
      const codes = editor.published.map(({ diagnostics }) =>
        diagnostics.map((each) => ('code' in each ? each.code : null)),
      );
      assert.deepEqual(codes, [
        ['mocha:a', 'TS2322'],
        [],
        ['mocha:b'],
        ['mocha:a', 'mocha:b'],
        ['mocha:a', 'TS2322', 'mocha:b'],
      ]);
    });
  });

  it('shows above a changed function how many tests it can affect', async () => {
    const features = new ScriptedFeatures();
    const tests = ['mocha:a', 'mocha:b', 'mocha:c'].map((id) => TestId.parse(id));
    features.codeLenses = async (file) => {
      assert.equal(file, cart);
      return [
        { line: 41, name: 'total', tests, failing: 1 },
        { line: 50, name: 'empty', tests: tests.slice(0, 1), failing: 0 },
      ];
    };
    await edit(features, async (editor) => {
      await editor.initialize();
      const lenses = await editor.connection.sendRequest<object[]>('textDocument/codeLens', {
        textDocument: { uri: cartUri },
      });
      const at = (line: number) => ({ start: { line, character: 0 }, end: { line, character: 0 } });
      assert.deepEqual(lenses, [
        {
          range: at(40),
          command: {
            title: '3 impacted tests · 1 failing · why',
            command: 'noodle.explain',
            arguments: [{ file: cart, name: 'total', tests }],
          },
        },
        { range: at(40), command: { title: 'run', command: 'noodle.runRelatedTests', arguments: [{ file: cart, line: 41 }] } },
        { range: at(40), command: { title: 'go to test', command: 'noodle.goToTest', arguments: [{ file: cart, line: 41 }] } },
        {
          range: at(49),
          command: {
            title: '1 impacted test · why',
            command: 'noodle.explain',
            arguments: [{ file: cart, name: 'empty', tests: ['mocha:a'] }],
          },
        },
        { range: at(49), command: { title: 'run', command: 'noodle.runRelatedTests', arguments: [{ file: cart, line: 50 }] } },
        { range: at(49), command: { title: 'go to test', command: 'noodle.goToTest', arguments: [{ file: cart, line: 50 }] } },
      ]);
      assert.deepEqual(
        await editor.connection.sendRequest('textDocument/codeLens', {
          textDocument: { uri: 'file:///elsewhere/a.ts' },
        }),
        [],
      );
    });
  });

  it('has lenses asked for again when they changed', async () => {
    const features = new ScriptedFeatures();
    await edit(features, async (editor) => {
      const refreshed = Promise.withResolvers<void>();
      editor.connection.onRequest('workspace/codeLens/refresh', () => (refreshed.resolve(), null));
      await editor.initialize({ workspace: { codeLens: { refreshSupport: true } } });
      await editor.connection.sendRequest('textDocument/codeLens', { textDocument: { uri: cartUri } });
      for (const listener of features.lensListeners) listener();
      await refreshed.promise;
    });
  });

  describe('on noodle.yaml', () => {
    const start = { line: 0, character: 0 };
    const whole = { start, end: { line: 0, character: 5 } };

    function features(): ScriptedFeatures {
      const scripted = new ScriptedFeatures();
      scripted.configuration = {
        path: RepoPath.parse('noodle.yaml'),
        validate: (text) =>
          text.includes('wrong') ? [{ range: whole, severity: 'error', message: `in ${text}`, code: null }] : [],
        complete: (text, position) => [
          {
            label: `${text}@${position.line}:${position.character}`,
            kind: 'key',
            documentation: 'What it is.',
            insertText: 'targets:',
            replaces: whole,
          },
        ],
        hover: (text) => (text === '' ? null : { text: `**${text}**`, range: whole }),
      };
      return scripted;
    }

    async function open(editor: LanguageClientRig, text: string): Promise<void> {
      await editor.connection.sendNotification('textDocument/didOpen', {
        textDocument: { uri: configurationUri, languageId: 'yaml', version: 1, text },
      });
    }

    it('follows what is typed with what is wrong', async () => {
      await edit(features(), async (editor) => {
        await editor.initialize();
        await open(editor, 'wrong');
        await editor.until(() => editor.published.length === 1);
        const change = (text: string) =>
          editor.connection.sendNotification('textDocument/didChange', {
            textDocument: { uri: configurationUri, version: 2 },
            contentChanges: [{ text }],
          });
        await change('right');
        await editor.until(() => editor.published.length === 2);
        await change('wrong again');
        await editor.until(() => editor.published.length === 3);
        await editor.connection.sendNotification('textDocument/didClose', { textDocument: { uri: configurationUri } });
        await editor.until(() => editor.published.length === 4);
        assert.deepEqual(
          editor.published.map(({ uri, diagnostics }) => [uri, diagnostics.length]),
          [1, 0, 1, 0].map((count) => [configurationUri, count]),
        );
      });
    });

    it('completes and explains', async () => {
      await edit(features(), async (editor) => {
        await editor.initialize();
        await open(editor, 'tar');
        const at = { textDocument: { uri: configurationUri }, position: { line: 0, character: 3 } };
        assert.deepEqual(await editor.connection.sendRequest('textDocument/completion', at), [
          {
            label: 'tar@0:3',
            kind: 10,
            documentation: { kind: 'markdown', value: 'What it is.' },
            textEdit: { range: whole, newText: 'targets:' },
          },
        ]);
        assert.deepEqual(await editor.connection.sendRequest('textDocument/hover', at), {
          contents: { kind: 'markdown', value: '**tar**' },
          range: whole,
        });
      });
    });

    it('leaves other files alone', async () => {
      await edit(features(), async (editor) => {
        await editor.initialize();
        const at = { textDocument: { uri: cartUri }, position: start };
        await editor.connection.sendNotification('textDocument/didOpen', {
          textDocument: { uri: cartUri, languageId: 'yaml', version: 1, text: 'wrong' },
        });
        assert.deepEqual(await editor.connection.sendRequest('textDocument/completion', at), []);
        assert.equal(await editor.connection.sendRequest('textDocument/hover', at), null);
        assert.deepEqual(editor.published, []);
      });
    });

    it('asks for what is typed there alone, where the editor can tell files apart', async () => {
      await edit(features(), async (editor) => {
        const { capabilities } = await editor.initialize({
          textDocument: { synchronization: { dynamicRegistration: true } },
        });
        assert.deepEqual(capabilities['textDocumentSync'], {
          openClose: false,
          change: 0,
          save: { includeText: false },
        });
        await editor.until(() => editor.registered.length === 5);
        assert.deepEqual(
          editor.registered,
          ['didOpen', 'didChange', 'didClose', 'completion', 'hover'].map((name) => `textDocument/${name}`),
        );
      });
    });
  });

  it('shares the connection with the operations: neither gets what belongs to the other', async () => {
    await edit(new ScriptedFeatures(), async (editor, rig) => {
      const { reader, writer } = editor.splitter.open('noodle');
      const operations = createMessageConnection(reader, writer);
      operations.listen();
      const aborted = Promise.withResolvers<void>();
      rig.script('makePlan', async (_input, caller) => {
        caller.signal.addEventListener('abort', () => aborted.reject(new Error('the wrong request was cancelled')));
        return await new Promise(() => {});
      });
      await editor.initialize();
      operations.sendRequest('noodle/makePlan', {}).catch(() => {});
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          index % 2 === 0
            ? operations.sendRequest<{ alerts: unknown[] }>('noodle/listAlerts', {}).then(({ alerts }) => alerts.length)
            : editor.connection.sendRequest('textDocument/codeLens', { textDocument: { uri: cartUri } }),
        ),
      );
      assert.deepEqual(
        answers,
        Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 1 : [])),
      );
      await editor.connection.sendNotification('$/cancelRequest', { id: 0 });
      await operations.sendRequest('noodle/listTests', {});
      aborted.resolve();
      await aborted.promise;
    });
  });

  it('leaves when the client says so, and the agent with its other channel stays', async () => {
    const features = new ScriptedFeatures();
    features.found = new Map([[cart, [failing]]]);
    await edit(features, async (editor, rig) => {
      await editor.initialize();
      await editor.until(() => editor.published.length === 1);
      await editor.connection.sendRequest('shutdown');
      await editor.connection.sendNotification('exit');
      const { reader, writer } = editor.splitter.open('noodle');
      const operations = createMessageConnection(reader, writer);
      operations.listen();
      await operations.sendRequest('noodle/listTests', {});
      assert.equal(features.diagnosticsListeners.size, 0);
      await editor.initialize();
      await editor.until(() => editor.published.length === 2);
      assert.equal(rig.server.clientCount(), 1);
    });
  });

  it('stops listening when the connection closes', async () => {
    const features = new ScriptedFeatures();
    features.found = new Map([[cart, [failing]]]);
    await using rig = await ServerRig.start({ language: features, root });
    const { socket, closed } = await rig.greetedSocket();
    socket.removeAllListeners('message');
    const editor = new LanguageClientRig(socket, root);
    await editor.initialize();
    await editor.until(() => editor.published.length === 1);
    socket.close();
    await closed;
    await rig.server.dispose();
    assert.equal(features.diagnosticsListeners.size, 0);
  });

  for (const [method, params] of [
    ['textDocument/codeLens', {}],
    ['textDocument/completion', { textDocument: { uri: 5 } }],
    ['textDocument/hover', { textDocument: { uri: configurationUri }, position: { line: -1, character: 'x' } }],
  ] as const) {
    it(`answers ${method} with nothing when it does not fit`, async () => {
      await edit(new ScriptedFeatures(), async (editor) => {
        await editor.initialize();
        const answer = await editor.connection.sendRequest(method, params);
        assert.ok(answer === null || (Array.isArray(answer) && answer.length === 0));
        for (const name of ['didOpen', 'didChange', 'didClose', 'didSave']) {
          await editor.connection.sendNotification(`textDocument/${name}`, { textDocument: null });
        }
        assert.deepEqual(await editor.connection.sendRequest('textDocument/codeLens', {}), []);
      });
    });
  }

  it('hides a defect behind a sentence and logs its cause', async () => {
    const features = new ScriptedFeatures();
    features.codeLenses = async () => {
      throw new Error('secret cause');
    };
    await using rig = await ServerRig.start({ language: features, root });
    const { socket } = await rig.greetedSocket();
    socket.removeAllListeners('message');
    const editor = new LanguageClientRig(socket, root);
    await editor.initialize();
    const asked = editor.connection.sendRequest('textDocument/codeLens', { textDocument: { uri: cartUri } });
    await assert.rejects(asked, { code: -32603, message: 'A defect in Noodle; its log has the cause.' });
    assert.match(rig.logLines.join('\n'), /secret cause/);
  });

  it('does not know methods of others', async () => {
    await edit(new ScriptedFeatures(), async (editor) => {
      await editor.initialize();
      await assert.rejects(editor.connection.sendRequest('textDocument/rename', {}), { code: -32601 });
    });
  });
});
