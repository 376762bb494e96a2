// The blocks of code in what a language model answered.

/** So many are looked at, of so many characters each: more is no test of one function. */
const mostBlocks = 12;

/** The fenced blocks; without any fence, all of it. A block that was cut off before its end is none. */
export function blocksIn(answer: string): string[] {
  const lines = answer.replaceAll('\r\n', '\n').split('\n');
  const blocks: string[] = [];
  let open: { fence: string; lines: string[] } | null = null;
  let isFenced = false;
  for (const line of lines) {
    const fence: string | undefined = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
    if (open === null) {
      if (fence !== undefined) [open, isFenced] = [{ fence, lines: [] }, true];
    } else if (fence !== undefined && line.trim() === fence && fence.startsWith(open.fence)) {
      blocks.push(open.lines.join('\n'));
      open = null;
    } else open.lines.push(line);
  }
  const found = isFenced ? blocks : [answer];
  return found.filter((block) => block.trim() !== '').slice(0, mostBlocks);
}
