// Where the command line writes, and how a terminal is told from a file.
import { styleText } from 'node:util';

export type Style = 'red' | 'green' | 'yellow' | 'dim' | 'bold' | 'cyan';

export interface Output {
  /** Writes a line to standard output. */
  line(text?: string): void;
  /** Writes a line to standard error. */
  complain(text: string): void;
  /** Replaces the progress line at the bottom of a terminal; does nothing elsewhere. */
  progress(text: string | null): void;
  style(style: Style, text: string): string;
  /** Resolves when everything written has left the process. */
  flushed(): Promise<void>;
}

/** A stream that is shown to a person or read by a program, in this process or at the other end of a connection. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  /** `written` is called when the text has left the process. */
  write(text: string, written?: () => void): unknown;
}

export interface Streams {
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Colours and progress only on a terminal; `NO_COLOR`, `FORCE_COLOR` and `CI` are respected. */
export function createOutput({ stdout, stderr, environment }: Streams): Output {
  const isTerminal = stdout.isTTY === true && isUnset(environment.CI) && environment.TERM !== 'dumb';
  const hasColour = isUnset(environment.NO_COLOR) && (isTerminal || !isUnset(environment.FORCE_COLOR));
  let shown = '';
  const clear = () => {
    if (shown !== '') stdout.write('\r\u001b[2K');
    shown = '';
  };
  return {
    line(text = '') {
      const again = shown;
      clear();
      stdout.write(`${text}\n`);
      if (again !== '') stdout.write(again);
      shown = again;
    },
    complain(text) {
      clear();
      stderr.write(`${text}\n`);
    },
    progress(text) {
      if (!isTerminal) return;
      const fitting = text === null ? '' : text.slice(0, Math.max(10, (stdout.columns ?? 80) - 1));
      if (fitting === shown) return;
      clear();
      stdout.write(fitting);
      shown = fitting;
    },
    style: (style, text) => (hasColour ? styleText(style, text, { validateStream: false }) : text),
    flushed: () => new Promise((resolve) => stdout.write('', () => resolve())),
  };
}

function isUnset(value: string | undefined): boolean {
  return value === undefined || value === '' || value === '0' || value === 'false';
}
