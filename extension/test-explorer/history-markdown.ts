// The last results of a test as a row of dots.
import type { PlannedTest } from '../../agent/protocol/plan.ts';
import { formatDuration } from '../../agent/protocol/quantities.ts';
import type { TestHistoryEntry, TestStatus } from '../../agent/protocol/test.ts';

/** Told apart by shape as well as by colour. */
const dots: { readonly [S in TestStatus]: readonly [shape: string, colour: string] } = {
  passed: ['●', 'testing-iconPassed'],
  failed: ['✗', 'testing-iconFailed'],
  errored: ['✗', 'testing-iconErrored'],
  timed_out: ['⧖', 'testing-iconFailed'],
  skipped: ['○', 'testing-iconSkipped'],
  todo: ['○', 'testing-iconSkipped'],
};

/** The latest result stands first; null when there is nothing to tell. `history`: newest first. */
export function historyMarkdown(history: readonly TestHistoryEntry[], planned: PlannedTest | null): string | null {
  const lines = [...historyLines(history), ...(planned === null ? [] : [plannedLine(planned)])];
  return lines.length === 0 ? null : lines.join('\n\n');
}

function historyLines(history: readonly TestHistoryEntry[]): string[] {
  const [latest] = history;
  if (latest === undefined) return [];
  const row = history.map(({ status }) => dot(status)).join(' ');
  const failures = history.filter(
    ({ status }) => status !== 'passed' && status !== 'skipped' && status !== 'todo',
  ).length;
  const ran = history.length === 1 ? 'ran once' : `failed in ${failures} of its last ${history.length} runs`;
  return [
    `${row} &nbsp;newest first`,
    `${latest.status.replace('_', ' ')} in ${formatDuration(latest.durationMs)} · ${ran}`,
  ];
}

function dot(status: TestStatus): string {
  const [shape, colour] = dots[status];
  return `<span style="color:var(--vscode-${colour});">${shape}</span>`;
}

function plannedLine({ probability, why }: PlannedTest): string {
  const way = why.map((node) => `\`${node.slice(node.lastIndexOf('/') + 1)}\``).join(' → ');
  return `planned: ${way} · probability ${probability.toFixed(2)} that it fails`;
}
