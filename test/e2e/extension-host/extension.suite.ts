import assert from 'node:assert/strict';
import * as vscode from 'vscode';

const extensionId = 'noodle-cicd.noodle';

/** What every window must offer, whatever folder it shows. */
export function describeExtension(): void {
  describe('the extension', () => {
    const extension = vscode.extensions.getExtension(extensionId);

    it('activates', async () => {
      assert.ok(extension !== undefined, `${extensionId} is not installed`);
      await extension.activate();
      assert.equal(extension.isActive, true);
    });

    it('registers every command of its manifest', async () => {
      const registered = new Set(await vscode.commands.getCommands(true));
      assert.deepEqual(
        declaredCommands(extension?.packageJSON).filter((command) => !registered.has(command)),
        [],
      );
    });
  });
}

function declaredCommands(manifest: unknown): string[] {
  // The manifest was checked by VS Code when it installed the extension.
  const { contributes } = manifest as { contributes?: { commands?: readonly { command: string }[] } };
  return (contributes?.commands ?? []).map(({ command }) => command);
}
