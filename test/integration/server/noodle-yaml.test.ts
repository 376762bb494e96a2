// Help with noodle.yaml from end to end: typed in an editor, answered by the knowledge of the configuration.
import assert from 'node:assert/strict';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { RepoPath } from '../../../agent/protocol/ids.ts';
import {
  completeConfiguration,
  describeAt,
  isPipelineFile,
  validateConfiguration,
} from '../../../agent/workspace/configuration-language.ts';
import { LanguageClientRig, ScriptedFeatures } from '../../rig/language-client-rig.ts';
import { ServerRig } from '../../rig/server-rig.ts';

const root = path.resolve('/repository');
const uri = pathToFileURL(path.join(root, 'noodle.yaml')).href;

async function withText(text: string, work: (editor: LanguageClientRig) => Promise<void>): Promise<void> {
  const features = new ScriptedFeatures();
  features.configuration = {
    path: RepoPath.parse('noodle.yaml'),
    complete: completeConfiguration,
    hover: describeAt,
    validate: validateConfiguration,
  };
  await using rig = await ServerRig.start({ language: features, root });
  const { socket } = await rig.greetedSocket();
  socket.removeAllListeners('message');
  const editor = new LanguageClientRig(socket, root);
  await editor.initialize();
  await editor.connection.sendNotification('textDocument/didOpen', {
    textDocument: { uri, languageId: 'yaml', version: 1, text },
  });
  await work(editor);
  assert.deepEqual(rig.logLines, []);
}

describe('noodle.yaml in an editor', () => {
  it('is completed with the keys that can stand there', () =>
    withText('settings:\n  test:\n    par', async (editor) => {
      const items = await editor.connection.sendRequest<{ label: string; textEdit: object }[]>(
        'textDocument/completion',
        {
          textDocument: { uri },
          position: { line: 2, character: 7 },
        },
      );
      const item = items.find(({ label }) => label === 'parallelExecutions');
      assert.deepEqual(item?.textEdit, {
        newText: 'parallelExecutions: ',
        range: { start: { line: 2, character: 4 }, end: { line: 2, character: 7 } },
      });
    }));

  it('is explained where the pointer is', () =>
    withText('settings:\n  test:\n    parallelExecutions: 2\n', async (editor) => {
      const hover = await editor.connection.sendRequest<{ contents: { value: string } }>('textDocument/hover', {
        textDocument: { uri },
        position: { line: 2, character: 8 },
      });
      assert.match(hover.contents.value, /NOODLE_TEST_PARALLEL_EXECUTIONS/);
    }));

  it('is underlined where it is wrong', () =>
    withText('settings:\n  test:\n    paralelExecutions: 2\n', async (editor) => {
      await editor.until(() => editor.published.length === 1);
      const [diagnostic] = editor.published[0]?.diagnostics ?? [];
      assert.ok(diagnostic !== undefined && 'message' in diagnostic && 'range' in diagnostic);
      assert.match(String(diagnostic.message), /parallelExecutions/);
      assert.deepEqual(diagnostic.range, { start: { line: 2, character: 4 }, end: { line: 2, character: 21 } });
    }));
});

describe('a file below .noodle in an editor', () => {
  it('is told of what is wrong in its pipelines', async () => {
    const features = new ScriptedFeatures();
    features.configuration = {
      path: RepoPath.parse('noodle.yaml'),
      others: { pattern: '.noodle/*.{yaml,yml}', includes: isPipelineFile },
      complete: completeConfiguration,
      hover: describeAt,
      validate: validateConfiguration,
    };
    await using rig = await ServerRig.start({ language: features, root });
    const { socket } = await rig.greetedSocket();
    socket.removeAllListeners('message');
    const editor = new LanguageClientRig(socket, root);
    await editor.initialize();
    const own = pathToFileURL(path.join(root, '.noodle/release.yaml')).href;
    const text = 'pipelines:\n  p:\n    steps:\n      a: { command: x, needs: [b] }\n';
    await editor.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri: own, languageId: 'yaml', version: 1, text },
    });
    await editor.until(() => editor.published.length === 1);
    assert.equal(editor.published[0]?.uri, own);
    const [found] = editor.published[0]?.diagnostics ?? [];
    assert.ok(found !== undefined && 'message' in found && 'range' in found);
    assert.equal(found.message, 'pipelines.p.steps.a.needs.0: found "b", which is no step');
    assert.deepEqual(found.range, { start: { line: 3, character: 31 }, end: { line: 3, character: 32 } });
    assert.deepEqual(rig.logLines, []);
  });
});
