// The agent's own log: one line an entry, never secrets, never the output of what it runs.
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface Log {
  debug(message: string, details?: Readonly<Record<string, unknown>>): void;
  info(message: string, details?: Readonly<Record<string, unknown>>): void;
  warn(message: string, details?: Readonly<Record<string, unknown>>): void;
  error(message: string, details?: Readonly<Record<string, unknown>>): void;
}

/** A log that hands each finished line to `write`. */
export function createLog(write: (line: string, level: LogLevel) => void, least: LogLevel = 'info'): Log {
  const order: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
  const at = (level: LogLevel) => (message: string, details?: Readonly<Record<string, unknown>>) => {
    if (order.indexOf(level) < order.indexOf(least)) return;
    const more = details === undefined ? '' : ` ${JSON.stringify(details, plain)}`;
    write(`${new Date().toISOString()} ${level} ${message}${more}`, level);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** Swallows everything; for one-shot commands and tests. */
export const silentLog: Log = createLog(() => {}, 'error');

function plain(_key: string, value: unknown): unknown {
  return value instanceof Error ? (value.stack ?? value.message) : value;
}
