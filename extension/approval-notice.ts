// What is said of an approval that waits: the question, the change, and an answer that has to be confirmed.
import * as vscode from 'vscode';
import type { ConnectedClient } from '../agent/client/client.ts';
import type { Approval } from '../agent/protocol/pipeline.ts';

export interface ApprovalNotice {
  readonly message: string;
  readonly actions: Readonly<Record<string, () => Thenable<unknown>>>;
}

/** `client`: null while the agent cannot be reached. */
export function approvalNotice(approval: Approval, client: () => ConnectedClient | null): ApprovalNotice {
  const { executionId: id, stepId, pipeline, question, risk } = approval;
  const answer = async (decision: 'approve' | 'reject') => {
    const word = decision === 'approve' ? 'Approve' : 'Reject';
    const effect = decision === 'approve' ? 'the pipeline goes on' : 'the pipeline fails';
    const kept = `${pipeline}, step ${stepId}: ${effect}. The answer is kept with your name.`;
    const detail = risk === null ? kept : [kept, '', risk.sentence, ...risk.reasons].join('\n');
    if (!(await isWaiting())) return;
    const confirmed = await vscode.window.showWarningMessage(question, { modal: true, detail }, word);
    if (confirmed === word) await client()?.decideApproval({ id, stepId, decision });
  };
  // Nothing takes a notification away whose question was answered elsewhere.
  const isWaiting = async () => {
    const waiting = await client()?.listApprovals({ waiting: true });
    if (waiting === undefined) return false;
    if (waiting.approvals.some((other) => other.executionId === id && other.stepId === stepId)) return true;
    await vscode.window.showInformationMessage(`Noodle: ${pipeline} does not wait any more for: ${question}`);
    return false;
  };
  const showChange = async () => {
    const document = await vscode.workspace.openTextDocument({ content: approval.diff, language: 'diff' });
    await vscode.window.showTextDocument(document, { preview: true });
  };
  return {
    message: `${pipeline} waits for an approval: ${question}${risk === null ? '' : ` ${risk.sentence}`}`,
    actions: { 'Show Change': showChange, 'Approve…': () => answer('approve'), 'Reject…': () => answer('reject') },
  };
}
