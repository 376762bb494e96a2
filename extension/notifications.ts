// The few things worth a notification, each once, each with a way to be spared the next one.
import * as vscode from 'vscode';
import { isWorthNotice, noticeKey } from './alert-notice.ts';
import { commandIds, editorSettings, type EditorSetting } from './ids.ts';
import type { Repositories } from './repositories.ts';
import type { Repository } from './repository.ts';
import { openLocation } from './commands/open-item.ts';
import { approvalNotice } from './approval-notice.ts';

const never = "Don't show again";

export function registerNotifications(extension: vscode.ExtensionContext, repositories: Repositories): void {
  const add = (repository: Repository) => follow(repository);
  repositories.all.forEach(add);
  extension.subscriptions.push(repositories.onAdded(add));
}

function follow(repository: Repository): void {
  const raised = new Set<string>();
  let failing: ReadonlySet<string> | null = null;
  repository.onChange(({ snapshot }) => {
    if (snapshot === null) return;
    const now = new Map(snapshot.failing.map((test) => [test.id, test]));
    const fresh = failing === null ? [] : [...now.values()].filter((test) => failing?.has(test.id) === false);
    const wasGreen = failing?.size === 0;
    failing = new Set(now.keys());
    const [first] = fresh;
    // Only the step from green to red, and only when nobody is looking at this window.
    if (first === undefined || !wasGreen || vscode.window.state.focused) return;
    const more = fresh.length === 1 ? '' : ` and ${fresh.length - 1} more`;
    const at = first.failureAt;
    void tell(
      editorSettings.notifyFirstFailure,
      `${first.name} fails${more}: ${first.message?.split('\n')[0] ?? first.status}`,
      {
        'Go to Test': async () => {
          if (at !== null) await openLocation(repository, at);
        },
        Why: async () => {
          await vscode.commands.executeCommand(commandIds.explain, first.id);
        },
      },
    );
  });
  repository.connection.onEvent((event) => {
    if (event.type !== 'alert.changed' || !isWorthNotice(event.alert) || raised.has(noticeKey(event.alert))) return;
    raised.add(noticeKey(event.alert));
    const { id, message } = event.alert;
    void tell(editorSettings.notifyAlerts, message, {
      Acknowledge: async () => {
        await repository.connection.client?.acknowledgeAlert({ id });
      },
      Dashboard: () => vscode.commands.executeCommand(commandIds.openDashboard),
    });
  });
  repository.connection.onEvent((event) => {
    if (event.type !== 'approval.changed' || event.approval.state !== 'waiting') return;
    const { message, actions } = approvalNotice(event.approval, () => repository.connection.client);
    void tell(editorSettings.notifyApproval, message, actions);
  });
  repository.connection.onEvent((event) => {
    if (event.type !== 'notice.raised' || event.severity === 'info' || raised.has(event.id)) return;
    raised.add(event.id);
    void tell(editorSettings.notifyStateRepaired, event.message, {
      'Show Log': () => vscode.commands.executeCommand(commandIds.showLog),
    });
  });
}

async function tell(
  setting: EditorSetting,
  message: string,
  actions: Readonly<Record<string, () => Thenable<unknown>>>,
): Promise<void> {
  const configuration = vscode.workspace.getConfiguration();
  if (!configuration.get<boolean>(setting, true)) return;
  const chosen = await vscode.window.showWarningMessage(`Noodle: ${message}`, ...Object.keys(actions), never);
  if (chosen === never) await configuration.update(setting, false, vscode.ConfigurationTarget.Global);
  else if (chosen !== undefined) await actions[chosen]?.();
}
