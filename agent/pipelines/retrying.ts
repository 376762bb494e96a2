// Trying again: only what may be run twice or failed for a passing reason, after growing pauses with some chance in them.
import type { ProcessExit } from '../platform/processes.ts';

/** How a process ended, with the end of what it printed. */
export interface Attempt {
  readonly exit: ProcessExit;
  readonly lastOutput: string;
}

const firstPauseMs = 1000;
const longestPauseMs = 60_000;
/** EX_TEMPFAIL of sysexits.h. */
const temporaryFailure = 75;
const passingStartErrors: ReadonlySet<string> = new Set(['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE', 'ETXTBSY']);
/** What programs print when a network or a server was gone for a moment. */
const passingOutput =
  /\b(ECONNRESET|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|EPIPE|ENETUNREACH|Temporary failure in name resolution|Connection (?:reset by peer|timed out)|HTTP(?:\/\d\S*)? (?:429|502|503|504)|TLS handshake timeout)\b/;

/** Why the failure may not come again; null when nothing says so. */
export function passingReason({ exit, lastOutput }: Attempt): string | null {
  if (exit.startError !== null)
    return passingStartErrors.has(exit.startError) ? `it could not be started: ${exit.startError}` : null;
  if (exit.exitCode === temporaryFailure) return 'it exited with 75, a temporary failure';
  const found = passingOutput.exec(lastOutput)?.[1];
  return found === undefined ? null : `it printed ${found}`;
}

/** The pause before attempt `attempt` (the second is 2): doubles each time; `chance` from 0 to 1 takes up to half of it away. */
export function pauseBefore(attempt: number, chance: number): number {
  const whole = Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 2));
  return Math.round(whole * (1 - chance / 2));
}
