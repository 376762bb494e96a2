// What an agent is told at first, and whenever it changes: whether the workspace is trusted, and the user's settings.
import * as vscode from 'vscode';
import type { ConnectedClient } from '../agent/client/client.ts';
import { settingDeclarations, type SettingDeclaration } from '../agent/protocol/settings.ts';

/** Never rejects: an agent that went away meanwhile is noticed by its connection. */
export async function introduce(client: ConnectedClient, log: (line: string) => void): Promise<void> {
  try {
    const { problems } = await client.configureClient({
      trusted: vscode.workspace.isTrusted,
      settings: userSettings(),
    });
    for (const problem of problems) log(problem);
  } catch (error) {
    log(`the agent could not be told the settings: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Only what somebody set: a default of the manifest must not win over noodle.yaml. */
function userSettings(): Record<string, boolean | number | string> {
  const configuration = vscode.workspace.getConfiguration('noodle');
  const settings: Record<string, boolean | number | string> = {};
  const declarations: readonly SettingDeclaration[] = settingDeclarations;
  for (const { key, isPersonal } of declarations) {
    const inspected = configuration.inspect<unknown>(key);
    // The settings of a workspace come with its files.
    const ofWorkspace =
      isPersonal === true ? undefined : (inspected?.workspaceFolderValue ?? inspected?.workspaceValue);
    const value = ofWorkspace ?? inspected?.globalValue;
    if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string') settings[key] = value;
  }
  return settings;
}
