// Says before a build whether it will fail, where earlier builds show that saying so was right; else that it is not known.
import { counted } from '../protocol/quantities.ts';
import type { JudgedEstimate } from './failure-estimate.ts';

export interface BuildVerdict {
  readonly says: 'fail-likely' | 'fine' | "don't know";
  /** One sentence: how often such a verdict was right here, and how much of its kind it found. */
  readonly because: string;
}

/** What a verdict came to over the recorded builds, each judged by those before it. */
interface Tally {
  said: number;
  right: number;
}

export interface VerdictRecord {
  readonly failLikely: Tally;
  readonly fine: Tally;
  readonly failures: number;
  readonly passes: number;
}

/** Beyond these an estimate is called. */
const likely = 0.5;
const unlikely = 0.1;
/** A verdict has to have been right so often, in so many builds, before it is given. */
const leastSaid = 10;
const leastPrecision = { failLikely: 0.7, fine: 0.9 } as const;

/** What verdicts would have been worth for recorded builds. */
export function verdictRecord(judged: Iterable<JudgedEstimate>): VerdictRecord {
  const record = { failLikely: { said: 0, right: 0 }, fine: { said: 0, right: 0 }, failures: 0, passes: 0 };
  for (const { hasFailed, probability } of judged) {
    record[hasFailed ? 'failures' : 'passes'] += 1;
    if (probability >= likely) add(record.failLikely, hasFailed);
    else if (probability <= unlikely) add(record.fine, !hasFailed);
  }
  return record;
}

function add(tally: Tally, isRight: boolean): void {
  tally.said += 1;
  if (isRight) tally.right += 1;
}

/** The verdict for an estimate. */
export function verdictOf(probability: number, { failLikely, fine, failures, passes }: VerdictRecord): BuildVerdict {
  if (probability >= likely)
    return judged('fail-likely', failLikely, { least: leastPrecision.failLikely, all: failures, kind: 'failure' });
  if (probability <= unlikely)
    return judged('fine', fine, { least: leastPrecision.fine, all: passes, kind: 'success' });
  return { says: "don't know", because: `the estimate ${probability.toFixed(2)} lies between what can be called` };
}

function judged(
  says: 'fail-likely' | 'fine',
  { said, right }: Tally,
  { least, all, kind }: { readonly least: number; readonly all: number; readonly kind: 'failure' | 'success' },
): BuildVerdict {
  const found = `it was right in ${right} of ${counted(said, 'build')} (precision ${(right / Math.max(1, said)).toFixed(2)}), of ${counted(all, kind, kind === 'success' ? 'successes' : 'failures')} that found ${right} (recall ${(right / Math.max(1, all)).toFixed(2)})`;
  if (said < leastSaid)
    return {
      says: "don't know",
      because: `'${says}' was said of only ${counted(said, 'build')} here, ${leastSaid} are needed to know what that is worth`,
    };
  if (right / said < least) return { says: "don't know", because: `'${says}' is not worth saying here: ${found}` };
  return { says, because: found };
}
