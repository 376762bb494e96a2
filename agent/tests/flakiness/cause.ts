// What class of thing makes a test flaky: by how the re-runs went, by what the failure says, and by what its source uses.
import type { FlakinessCause } from '../../protocol/flakiness.ts';

export interface CauseEvidence {
  /** It passes alone and fails again after what ran before it. */
  readonly dependsOnOrder: boolean;
  readonly failure: string;
  readonly source: string;
}

/** In the order of their weight: a failure says more than a source. */
const inFailures: readonly (readonly [FlakinessCause, RegExp])[] = [
  [
    'resource',
    /\b(?:EMFILE|ENFILE|ENOMEM|ENOSPC|EADDRINUSE|EAGAIN|EBUSY)\b|out of memory|too many open files|No space left|address already in use/i,
  ],
  [
    'network',
    /\b(?:ECONN\w+|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPIPE)\b|getaddrinfo|socket hang up|fetch failed|Connection (?:refused|reset|aborted)|Temporary failure in name resolution/i,
  ],
  ['time', /\bETIMEDOUT\b|timed? ?out|timeout of \d+|exceeded \d+ ?ms|deadline/i],
];
const inSources: readonly (readonly [FlakinessCause, RegExp])[] = [
  [
    'randomness',
    /\bMath\.random\b|\brandom(?:UUID|Int|Bytes)\b|\bimport random\b|\bfrom random import\b|\bfaker\b|\buuid4\b|\bsecrets\./,
  ],
  [
    'time',
    /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|\bset(?:Timeout|Interval)\b|\btime\.(?:time|sleep|monotonic|perf_counter)\b|\bdatetime\.(?:now|utcnow|today)\b/,
  ],
  ['network', /\bfetch\(|\bhttps?\.(?:get|request)\b|\brequests\.|\burllib\b|\bsocket\b/],
];

/** The cause, or `unknown`. */
export function causeOf({ dependsOnOrder, failure, source }: CauseEvidence): FlakinessCause {
  if (dependsOnOrder) return 'order';
  const said = inFailures.find(([, pattern]) => pattern.test(failure));
  const used = inSources.find(([, pattern]) => pattern.test(source));
  return said?.[0] ?? used?.[0] ?? 'unknown';
}
