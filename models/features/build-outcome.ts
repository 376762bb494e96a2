// What is known when a build starts: how builds of the same change, branch and project ended. Nothing of a build counts before its end.
import type { Feature } from './feature.ts';

export interface BuildStart {
  /** The change that is built: a pull request, a branch, a target. */
  readonly change: string;
  readonly branch: string;
  /** How many builds of the change its numbering tells of, this one included. */
  readonly number: number;
  /** The revision that is built, and the one that it is based on. Empty when unknown. */
  readonly head: string;
  readonly trunk: string;
  /** Seconds since 1970. */
  readonly startedAt: number;
}

export interface BuildEnd extends BuildStart {
  readonly endedAt: number;
  /** Null: stopped by somebody, which tells nothing. */
  readonly hasFailed: boolean | null;
}

/** The inputs of the build-outcome model. Rates are drawn towards the project's own while little is known. */
export const buildOutcomeFeatures: readonly Feature[] = [
  { name: 'lastOfChange', meaning: 'how the last build of this change ended' },
  { name: 'rateOfChange', meaning: 'how often builds of this change failed' },
  { name: 'streakOfChange', meaning: 'how many builds of this change failed in a row' },
  { name: 'passesOfChange', meaning: 'how many builds of this change passed in a row' },
  { name: 'buildsOfChange', meaning: 'how many builds of this change are known' },
  { name: 'number', meaning: 'the number of the build' },
  { name: 'sinceLastOfChange', meaning: 'time since the last build of this change' },
  { name: 'lastOfProject', meaning: 'how the last build of the project ended' },
  { name: 'rateFast', meaning: 'how often the latest five builds or so failed' },
  { name: 'rateSlow', meaning: 'how often the latest thirty builds or so failed' },
  { name: 'rateAll', meaning: 'how often builds of the project failed' },
  { name: 'rateOfOthers', meaning: 'how often the latest builds of other changes failed' },
  { name: 'rateOfTrunk', meaning: 'how often builds on the same base failed' },
  { name: 'rateOfBranch', meaning: 'how often builds for this branch failed' },
  { name: 'isRepeat', meaning: 'whether this very revision was built before' },
  { name: 'durationOfLast', meaning: 'how long the last build of this change took, beside the usual' },
  { name: 'sinceLastBuild', meaning: 'time since the last build of the project' },
];

interface Tally {
  failures: number;
  builds: number;
}

interface ChangeRecord extends Tally {
  last: number;
  streak: number;
  passes: number;
  lastEnd: number;
  lastDuration: number;
}

/** A project's builds, fed with their ends; asked at a start. The caller sees to the order of time. */
export class BuildHistory {
  readonly #changes = new Map<string, ChangeRecord>();
  readonly #trunks = new Map<string, Tally>();
  readonly #branches = new Map<string, Tally>();
  readonly #heads = new Map<string, Tally>();
  #all: Tally = { failures: 1, builds: 2 };
  #fast = 0.5;
  #slow = 0.5;
  #last = 0.5;
  #lastChange = '';
  #rateOfOthers = 0.5;
  #lastEnd = 0;
  #usualDuration = 0;

  /** The features of a build that starts now, from the builds that ended before. */
  features(start: BuildStart): Float32Array {
    const rate = this.#all.failures / this.#all.builds;
    const isKnown = this.#changes.has(start.change);
    const change = this.#changes.get(start.change) ?? newRecord();
    return Float32Array.from([
      change.last,
      smoothed(change, rate, 2),
      Math.log1p(change.streak),
      Math.log1p(change.passes),
      Math.log1p(change.builds),
      Math.log1p(Math.max(0, start.number)),
      isKnown ? hours(start.startedAt - change.lastEnd) : -1,
      this.#last,
      this.#fast,
      this.#slow,
      rate,
      this.#rateOfOthers,
      smoothed(start.trunk === '' ? undefined : this.#trunks.get(start.trunk), this.#slow, 2),
      smoothed(this.#branches.get(start.branch), rate, 5),
      repeated(start.head === '' ? undefined : this.#heads.get(start.head)),
      isKnown ? Math.log((change.lastDuration + 60) / (this.#usualDuration + 60)) : 0,
      this.#lastEnd === 0 ? -1 : hours(start.startedAt - this.#lastEnd),
    ]);
  }

  /** Makes an ended build part of what is known. */
  add(end: BuildEnd): void {
    this.#lastEnd = Math.max(this.#lastEnd, end.endedAt);
    if (end.hasFailed === null) return;
    const failed = Number(end.hasFailed);
    const duration = Math.max(0, end.endedAt - end.startedAt);
    this.#usualDuration += (duration - this.#usualDuration) * (this.#all.builds === 2 ? 1 : 0.1);
    this.#fast += 0.13 * (failed - this.#fast);
    this.#slow += 0.023 * (failed - this.#slow);
    if (end.change !== this.#lastChange) this.#rateOfOthers += 0.1 * (failed - this.#rateOfOthers);
    this.#last = failed;
    this.#lastChange = end.change;
    tallied(this.#all, failed);
    for (const [map, key] of [
      [this.#trunks, end.trunk],
      [this.#branches, end.branch],
      [this.#heads, end.head],
    ] as const) {
      if (key !== '') map.set(key, tallied(map.get(key) ?? { failures: 0, builds: 0 }, failed));
    }
    this.#addToChange(end, failed, duration);
  }

  #addToChange(end: BuildEnd, failed: number, duration: number): void {
    const record = this.#changes.get(end.change) ?? newRecord();
    tallied(record, failed);
    record.last = failed;
    record.streak = failed === 1 ? record.streak + 1 : 0;
    record.passes = failed === 1 ? 0 : record.passes + 1;
    record.lastEnd = Math.max(record.lastEnd, end.endedAt);
    record.lastDuration = duration;
    this.#changes.set(end.change, record);
  }
}

function newRecord(): ChangeRecord {
  return { failures: 0, builds: 0, last: 0.5, streak: 0, passes: 0, lastEnd: 0, lastDuration: 0 };
}

function tallied(tally: Tally, failed: number): Tally {
  tally.failures += failed;
  tally.builds += 1;
  return tally;
}

function smoothed(tally: Tally | undefined, prior: number, weight: number): number {
  return ((tally?.failures ?? 0) + prior * weight) / ((tally?.builds ?? 0) + weight);
}

/** -1: never built; else the share of failures. */
function repeated(tally: Tally | undefined): number {
  return tally === undefined ? -1 : tally.failures / tally.builds;
}

/** A clock that jumped back counts as no time at all. */
function hours(seconds: number): number {
  return Math.log1p(Math.max(0, seconds) / 3600);
}
