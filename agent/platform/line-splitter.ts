// Cuts a stream of text into lines without ever keeping more than one bounded line.

export interface LineSplitter {
  push(text: string): void;
  /** Hands over what stands after the last newline, if anything does. */
  end(): void;
}

/**
 * Calls `onLine` with each line, without its newline or carriage return. Of a line longer than `maximumLength` characters
 * only that much is kept; the rest is dropped up to the next newline.
 */
export function createLineSplitter(onLine: (line: string) => void, maximumLength: number): LineSplitter {
  let parts: string[] = [];
  let length = 0;
  const keep = (text: string) => {
    const room = maximumLength - length;
    if (room <= 0 || text === '') return;
    parts.push(text.length > room ? text.slice(0, room) : text);
    length += Math.min(text.length, room);
  };
  const hand = () => {
    const line = parts.length === 1 ? (parts[0] ?? '') : parts.join('');
    parts = [];
    length = 0;
    onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
  };
  return {
    push(text) {
      let from = 0;
      for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', from)) {
        keep(text.slice(from, at));
        hand();
        from = at + 1;
      }
      keep(from === 0 ? text : text.slice(from));
    },
    end() {
      if (length > 0) hand();
    },
  };
}
