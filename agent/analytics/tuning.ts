// Settings that would be better, worked out from recorded runs. Pure: nothing is changed here.
import { createHash } from 'node:crypto';
import type { Execution, Step } from '../protocol/execution.ts';
import { formatDuration } from '../protocol/quantities.ts';
import type { SettingKey, Settings } from '../protocol/settings.ts';
import type { TuningProposal } from '../protocol/trends.ts';
import { median } from './statistics/ranks.ts';

export interface TuningInput {
  /** Ended executions, the latest first. */
  readonly executions: readonly Execution[];
  readonly settings: Settings;
  readonly cores: number;
  /** The longest test and the longest run of the last weeks; null where nothing is recorded. */
  readonly longestTestMs: number | null;
  readonly longestRunMs: number | null;
  readonly medianFirstFailureMs: number | null;
  readonly medianRunMs: number | null;
  readonly now: number;
}

const leastExecutions = 10;
const lookedAt = 30;
/** A gain below this share of the run is not worth a change. */
const leastGain = 0.05;
/** A timeout of so many times the longest that was seen still catches what hangs. */
const timeoutFactor = 5;
const leastTimeoutSeconds = 60;

/** Proposals with their reasons; none without enough runs. */
export function tuningProposals(input: TuningInput): TuningProposal[] {
  const ended = input.executions.filter(({ state }) => state === 'succeeded' || state === 'failed').slice(0, lookedAt);
  if (ended.length < leastExecutions) return [];
  return [
    ...parallelism(input, ended, { setting: 'test.parallelExecutions', kind: 'tests', most: input.cores }),
    ...parallelism(input, ended, { setting: 'build.parallelBuilds', kind: 'build', most: input.cores }),
    ...order(input),
    ...timeout(input, { setting: 'test.defaultTimeout', longestMs: input.longestTestMs, what: 'test' }),
    ...timeout(input, { setting: 'cicd.defaultTimeout', longestMs: input.longestRunMs, what: 'run' }),
  ];
}

interface Slots {
  readonly setting: 'test.parallelExecutions' | 'build.parallelBuilds';
  readonly kind: Step['kind'];
  readonly most: number;
}

/** More slots, where steps waited for one and processors are left; the recorded steps are placed anew for each number. */
function parallelism(
  { settings, now }: TuningInput,
  executions: readonly Execution[],
  { setting, kind, most }: Slots,
): TuningProposal[] {
  const present = settings[setting];
  const effective = Math.min(present, most);
  const lengthWith = (slots: number) => median(executions.map(({ steps }) => makespan(steps, kind, slots)));
  const before = lengthWith(effective);
  const choices = Array.from({ length: most - effective }, (_, index) => effective + 1 + index).map((slots) => ({
    slots,
    after: lengthWith(slots),
  }));
  const best = Math.min(before, ...choices.map(({ after }) => after));
  // The least number that is about as good as the best one.
  const choice = choices.find(({ after }) => after <= best + before * leastGain);
  if (choice === undefined || before - choice.after < before * leastGain) return [];
  const { slots, after } = choice;
  const reason = `With ${slots} instead of ${effective} at once, the median of the last ${executions.length} runs would take ${formatDuration(after)} instead of ${formatDuration(before)}, if steps take as long as they did; the machine has ${most} processors.`;
  return [proposal({ setting, present, proposed: slots, expectedGainMs: after - before, reason, now })];
}

/** How long steps take when each starts as soon as its needs have ended and, if of this kind, a slot is free. */
export function makespan(steps: readonly Step[], kind: Step['kind'], slots: number): number {
  const ends = new Map<string, number>();
  const free = Array.from({ length: slots }, () => 0);
  const inOrder = steps
    .filter(({ startedAt, finishedAt }) => startedAt !== null && finishedAt !== null)
    .toSorted((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0));
  for (const step of inOrder) {
    const ready = Math.max(0, ...step.needs.map((id) => ends.get(id) ?? 0));
    const durationMs = (step.finishedAt ?? 0) - (step.startedAt ?? 0);
    if (step.kind !== kind) {
      ends.set(step.id, ready + durationMs);
      continue;
    }
    const slot = free.indexOf(Math.min(...free));
    const end = Math.max(ready, free[slot] ?? 0) + durationMs;
    free[slot] = end;
    ends.set(step.id, end);
  }
  return Math.max(0, ...ends.values());
}

function order({ settings, medianFirstFailureMs, medianRunMs, now }: TuningInput): TuningProposal[] {
  if (settings['test.intelligentPrioritization'] || medianFirstFailureMs === null || medianRunMs === null) return [];
  const reason = `The first failure comes after ${formatDuration(medianFirstFailureMs)} of runs of ${formatDuration(medianRunMs)}; with the likeliest failure first it can only come sooner. The gain is what half of that time is.`;
  return [
    proposal({
      setting: 'test.intelligentPrioritization',
      present: false,
      proposed: true,
      expectedGainMs: -medianFirstFailureMs / 2,
      reason,
      now,
    }),
  ];
}

interface Timeout {
  readonly setting: 'test.defaultTimeout' | 'cicd.defaultTimeout';
  readonly longestMs: number | null;
  readonly what: string;
}

/** A timeout far above the longest that was seen lets what hangs hang for longer than needed; one just above it is a risk. */
function timeout({ settings, now }: TuningInput, { setting, longestMs, what }: Timeout): TuningProposal[] {
  if (longestMs === null) return [];
  const present = settings[setting];
  const proposed = Math.max(leastTimeoutSeconds, Math.ceil((longestMs * timeoutFactor) / 60_000) * 60);
  const isTight = present * 1000 < longestMs * 1.5;
  if (!isTight && proposed > present / 2) return [];
  const why = isTight
    ? 'the present one may stop it although it does not hang'
    : `what hangs is stopped ${formatDuration((present - proposed) * 1000)} sooner`;
  const reason = `The longest ${what} that is recorded took ${formatDuration(longestMs)}; with a timeout of ${formatDuration(proposed * 1000)} instead of ${formatDuration(present * 1000)}, ${why}.`;
  return [proposal({ setting, present, proposed, expectedGainMs: null, reason, now })];
}

interface Parts extends Pick<TuningProposal, 'present' | 'proposed' | 'expectedGainMs' | 'reason'> {
  readonly setting: SettingKey;
  readonly now: number;
}

/** The same proposal has the same id. */
function proposal({ now, ...parts }: Parts): TuningProposal {
  const id = createHash('sha256')
    .update(`${parts.setting}=${String(parts.proposed)}`)
    .digest('hex')
    .slice(0, 12);
  return { id, ...parts, state: 'proposed', at: now };
}
