// Settings that would be better, worked out from recorded runs. Pure: nothing is changed here.
import { createHash } from 'node:crypto';
import type { Execution, Step } from '../protocol/execution.ts';
import { counted, formatDuration } from '../protocol/quantities.ts';
import type { SettingKey, Settings } from '../protocol/settings.ts';
import type { TuningProposal } from '../protocol/trends.ts';
import { median } from './statistics/ranks.ts';

export interface TuningInput {
  /** Ended executions, the latest first. */
  readonly executions: readonly Execution[];
  readonly settings: Settings;
  readonly cores: number;
  /** Null where nothing is recorded. */
  readonly tests: SeenDurations | null;
  readonly builds: SeenDurations | null;
  readonly runs: SeenDurations | null;
  readonly medianFirstFailureMs: number | null;
  readonly medianRunMs: number | null;
  readonly now: number;
}

/** How long the slowest of a kind takes. */
export interface SeenDurations {
  /** Of the one whose nine tenths are the longest: nine of ten times it did not take longer. */
  readonly p90Ms: number;
  /** Its name; none where all are alike. */
  readonly name: string | null;
  /** The longest that is recorded of any. */
  readonly longestMs: number;
  /** How many were stopped by the timeout in the last runs that were looked at, and in how many runs that was looked. */
  readonly stopped: { readonly count: number; readonly runs: number };
}

const leastExecutions = 10;
const lookedAt = 30;
/** A gain below this share of the run is not worth a change. */
const leastGain = 0.05;
/** A timeout of so many times what nine of ten do not exceed, and above the longest that ended by itself, catches what hangs. */
const p90Factor = 5;
const longestFactor = 1.5;
/** What took so much of the present timeout was stopped by it, or nearly. */
const stoppedShare = 0.95;
const leastTimeoutSeconds = 60;

/** Proposals with their reasons; none without enough runs. */
export function tuningProposals(input: TuningInput): TuningProposal[] {
  const ended = input.executions.filter(({ state }) => state === 'succeeded' || state === 'failed').slice(0, lookedAt);
  if (ended.length < leastExecutions) return [];
  return [
    ...parallelism(input, ended, { setting: 'test.parallelExecutions', kind: 'tests', most: input.cores }),
    ...parallelism(input, ended, { setting: 'build.parallelBuilds', kind: 'build', most: input.cores }),
    ...order(input),
    ...timeout(input, { setting: 'test.defaultTimeout', seen: input.tests, what: 'test' }),
    ...timeout(input, { setting: 'build.defaultTimeout', seen: input.builds, what: 'build' }),
    ...timeout(input, { setting: 'cicd.defaultTimeout', seen: input.runs, what: 'run' }),
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
  readonly setting: 'test.defaultTimeout' | 'build.defaultTimeout' | 'cicd.defaultTimeout';
  readonly seen: SeenDurations | null;
  readonly what: string;
}

/** A timeout far above what is usual lets what hangs hang for longer than needed; one just above it is a risk. */
function timeout({ settings, now }: TuningInput, { setting, seen, what }: Timeout): TuningProposal[] {
  if (seen === null) return [];
  const { p90Ms, name, longestMs, stopped } = seen;
  const present = settings[setting];
  // One that hung until it was stopped says nothing of how long such a thing takes.
  const ended = longestMs < present * 1000 * stoppedShare ? longestMs : p90Ms;
  const neededMs = Math.max(p90Ms * p90Factor, ended * longestFactor);
  const proposed = Math.max(leastTimeoutSeconds, Math.ceil(neededMs / 60_000) * 60);
  const isTight = present * 1000 < p90Ms * longestFactor;
  if (!isTight && proposed > present / 2) return [];
  const soonerMs = (present - proposed) * 1000;
  const why = isTight
    ? 'the present one may stop it although it does not hang'
    : `what hangs is stopped ${formatDuration(soonerMs)} sooner (${counted(stopped.count, 'time')} in the last ${counted(stopped.runs, 'run')})`;
  const slowest = name === null ? `A ${what} takes` : `The slowest ${what}, ${name}, takes`;
  const reason = `${slowest} at most ${formatDuration(p90Ms)} nine of ten times, the longest that is recorded ${formatDuration(longestMs)}; with a timeout of ${formatDuration(proposed * 1000)} instead of ${formatDuration(present * 1000)}, ${why}.`;
  const pays = !isTight && stopped.count > 0 && stopped.runs > 0;
  const expectedGainMs = pays ? -Math.round((soonerMs * stopped.count) / stopped.runs) : null;
  return [proposal({ setting, present, proposed, expectedGainMs, reason, now })];
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
