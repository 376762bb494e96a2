// Hides parts of a text without moving the rest.

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The text with the spans replaced by blanks, so that positions stay. */
export function blank(text: string, spans: readonly Span[]): string {
  if (spans.length === 0) return text;
  const parts: string[] = [];
  let at = 0;
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) {
    if (start < at) continue;
    parts.push(text.slice(at, start), ' '.repeat(end - start));
    at = end;
  }
  parts.push(text.slice(at));
  return parts.join('');
}
