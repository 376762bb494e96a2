// Expected against actual: in one line when short, as a line diff when long.
import { diffLines } from 'diff';

const maximumLines = 20;

/** `expected 90, received 100`, or the differing lines with `-` for expected and `+` for received. */
export function differenceLines(expected: string, actual: string): string[] {
  const isShort = !expected.includes('\n') && !actual.includes('\n') && expected.length + actual.length < 120;
  if (isShort) return [`expected ${expected}, received ${actual}`];
  const lines = ['- expected', '+ received'];
  for (const part of diffLines(expected, actual)) {
    const mark = part.removed === true ? '-' : part.added === true ? '+' : ' ';
    const own = part.value.replace(/\n$/, '').split('\n');
    const shown = mark === ' ' && own.length > 4 ? [...own.slice(0, 2), '…', ...own.slice(-2)] : own;
    lines.push(...shown.map((line) => `${mark} ${line}`));
  }
  return lines.length > maximumLines ? [...lines.slice(0, maximumLines), `… ${lines.length - maximumLines} more lines`] : lines;
}
