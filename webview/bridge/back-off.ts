// How long to wait before trying to connect again.

/** Half a second, doubled with each failed attempt up to 30 s, spread by up to a fifth; `random` is 0 to 1. */
export function retryDelayMs(attempt: number, random: number): number {
  const base = Math.min(500 * 2 ** Math.max(0, attempt - 1), 30_000);
  return Math.round(base * (0.8 + 0.2 * random));
}
