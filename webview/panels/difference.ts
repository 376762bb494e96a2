// Expected against actual: in two lines when short, as a line diff when long.
import { diffLines } from 'diff';
import { html, nothing, type TemplateResult } from 'lit-html';
import { counted } from '../../agent/protocol/quantities.ts';

const maximumCharacters = 20_000;
const maximumLines = 24;
/** Equal lines around a difference that are shown. */
const contextLines = 2;

interface DiffLine {
  readonly sign: '+' | '-' | ' ' | '…';
  readonly text: string;
}

/** The two values side by side; nothing when the framework did not tell them. */
export function difference(expected: string | null, actual: string | null): TemplateResult | typeof nothing {
  if (expected === null || actual === null) return nothing;
  const isShort = !expected.includes('\n') && !actual.includes('\n');
  return isShort ? twoLines(expected, actual) : lineDiff(expected, actual);
}

function twoLines(expected: string, actual: string): TemplateResult {
  return html`<dl class="difference">
    <div class="expected">
      <dt>expected</dt>
      <dd>${shortened(expected)}</dd>
    </div>
    <div class="actual">
      <dt>received</dt>
      <dd>${shortened(actual)}</dd>
    </div>
  </dl>`;
}

function lineDiff(expected: string, actual: string): TemplateResult {
  const lines = diffOf(expected.slice(0, maximumCharacters), actual.slice(0, maximumCharacters));
  const more = lines.length - maximumLines;
  return html`<div class="diff" role="group" aria-label="Difference: minus is expected, plus is received">
    <div class="diff-legend"><span class="expected">− expected</span><span class="actual">+ received</span></div>
    ${lines.slice(0, maximumLines).map(({ sign, text }) => html`<div class="diff-line" data-sign=${sign}><span class="sign">${sign === '-' ? '−' : sign}</span>${text}</div>`)}
    ${more > 0 ? html`<div class="diff-line" data-sign="…">${counted(more, 'more line')}</div>` : nothing}
  </div>`;
}

function diffOf(expected: string, actual: string): DiffLine[] {
  return diffLines(expected, actual).flatMap((part) => {
    const texts = part.value.replace(/\n$/, '').split('\n');
    if (part.removed) return texts.map((text) => ({ sign: '-', text }) as const);
    if (part.added) return texts.map((text) => ({ sign: '+', text }) as const);
    return equalLines(texts);
  });
}

function equalLines(texts: readonly string[]): DiffLine[] {
  const lines = texts.map((text) => ({ sign: ' ', text }) as const);
  if (lines.length <= contextLines * 2 + 1) return lines;
  const hidden = lines.length - contextLines * 2;
  return [
    ...lines.slice(0, contextLines),
    { sign: '…', text: counted(hidden, 'equal line') },
    ...lines.slice(-contextLines),
  ];
}

function shortened(text: string): string {
  return text.length <= 500 ? text : `${text.slice(0, 500)}…`;
}
