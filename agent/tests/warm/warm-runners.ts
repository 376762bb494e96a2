// Runner processes that are kept ready while somebody works: at most so many, so big and for so long.
import { createHash } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { ProcessHandle, ProcessSpec, Processes } from '../../platform/processes.ts';
import { memoryOfGroup } from './process-memory.ts';
import { Standby } from './standby.ts';
import type { StandbyUse } from './standby-use.ts';

export interface WarmRunnersOptions {
  readonly processes: Processes;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether somebody works in the repository: else nothing is kept ready. */
  readonly isWanted: () => boolean;
  /** A hash of the names of all files of the repository. */
  readonly names: () => string;
  /** Modules that processes of this start have loaded, from earlier. */
  readonly recall: (key: string) => readonly string[];
  readonly remember: (key: string, modules: readonly string[]) => void;
}

export interface WarmCost {
  readonly count: number;
  readonly memoryBytes: number;
  /** How many runs were served by one so far. */
  readonly served: number;
}

/** At most so many processes, and together so much memory; the least recently used one goes first. */
const mostRunners = 4;
export const mostMemoryBytes = 1024 * 1024 * 1024;
/** Nobody needed it for so long: it goes. */
const idleMs = 10 * 60_000;
/** A run that was replaced is followed by the next one: it would compete with what is made ready. */
const quietMs = 150;

interface Place {
  readonly key: string;
  use: StandbyUse;
  standby: Standby | null;
  /** Why this project cannot have one; tried again when what it is started with changes. */
  unfit: string | null;
  usedAtMs: number;
  cancelIdle: () => void;
}

export class WarmRunners {
  readonly #options: WarmRunnersOptions;
  readonly #places = new Map<string, Place>();
  readonly #ending = new Set<Promise<unknown>>();
  #cancelPreparing: (() => void) | null = null;
  #served = 0;
  #isDisposed = false;

  constructor(options: WarmRunnersOptions) {
    this.#options = options;
  }

  /** A way for `ProcessSpec.instead`: the process that stands by for this use, where there is one that still fits. */
  instead(use: StandbyUse): NonNullable<ProcessSpec['instead']> {
    return (spec) => this.#serve(use, spec);
  }

  /** The next run may need one for this use. */
  expect(use: StandbyUse): void {
    if (!this.#isDisposed) this.#placeOf(use).usedAtMs = this.#options.clock.monotonicMs();
  }

  /** A run is over: unless the next one begins at once, processes for it are made ready. */
  prepareSoon(): void {
    this.#cancelPreparing?.();
    this.#cancelPreparing = this.#options.clock.schedule(quietMs, () => this.#prepare());
  }

  #prepare(): void {
    this.#cancelPreparing?.();
    this.#cancelPreparing = null;
    if (this.#isDisposed || !this.#options.isWanted()) return;
    const places = [...this.#places.values()].toSorted((one, other) => other.usedAtMs - one.usedAtMs);
    for (const place of places.slice(mostRunners)) this.#forget(place);
    for (const place of places.slice(0, mostRunners)) this.#makeReady(place);
  }

  /** What stands by now, read when asked. */
  cost(): WarmCost {
    const standbys = [...this.#places.values()].flatMap(({ standby }) => standby ?? []);
    return {
      count: standbys.length,
      memoryBytes: standbys.reduce((sum, { pid }) => sum + (pid === null ? 0 : memoryOfGroup(pid)), 0),
      served: this.#served,
    };
  }

  /** Resolves when those that are being made ready are, or cannot be. */
  async settled(): Promise<void> {
    if (this.#cancelPreparing !== null) this.#prepare();
    await Promise.all([...this.#places.values()].flatMap(({ standby }) => standby?.settled ?? []));
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    this.#cancelPreparing?.();
    for (const place of this.#places.values()) this.#forget(place);
    await Promise.all(this.#ending);
  }

  #serve(use: StandbyUse, spec: ProcessSpec): ProcessHandle | null {
    if (this.#isDisposed) return null;
    const place = this.#placeOf(use);
    const { standby } = place;
    this.#cancelPreparing?.();
    this.#cancelPreparing = null;
    place.usedAtMs = this.#options.clock.monotonicMs();
    place.cancelIdle();
    if (standby === null || !standby.isWaiting) return null;
    const stale = standby.staleBecause(this.#options.names(), use.watched);
    if (stale !== null) {
      this.#options.log.debug('a warm runner is thrown away', { changed: stale });
      this.#drop(place);
      return null;
    }
    this.#served++;
    return standby.serve(spec, use);
  }

  #placeOf(use: StandbyUse): Place {
    const key = createHash('sha256').update(JSON.stringify(use.start)).digest('hex');
    const known = this.#places.get(key);
    if (known !== undefined) {
      known.use = use;
      return known;
    }
    const place: Place = { key, use, standby: null, unfit: null, usedAtMs: 0, cancelIdle() {} };
    this.#places.set(key, place);
    return place;
  }

  #makeReady(place: Place): void {
    const { clock } = this.#options;
    place.cancelIdle();
    const restMs = place.usedAtMs + idleMs - clock.monotonicMs();
    if (restMs <= 0) return this.#forget(place);
    place.cancelIdle = clock.schedule(restMs, () => this.#forget(place));
    if (place.standby !== null || place.unfit !== null) return;
    const standby: Standby = new Standby({
      ...this.#options,
      use: place.use,
      names: this.#options.names(),
      modules: this.#options.recall(place.key),
      learned: (modules) => this.#options.remember(place.key, modules),
      changed: (state, unfit) => this.#changed({ place, standby, state, unfit }),
    });
    place.standby = standby;
    this.#follow(standby);
  }

  #changed({
    place,
    standby,
    state,
    unfit,
  }: {
    place: Place;
    standby: Standby;
    state: 'waiting' | 'ended';
    unfit: string | null;
  }): void {
    if (state === 'waiting') return this.#keepWithinMemory();
    if (unfit !== null)
      this.#options.log.info('no warm runner for this project', { folder: place.use.start.cwd, because: unfit });
    place.unfit = unfit;
    if (place.standby === standby) place.standby = null;
  }

  #keepWithinMemory(): void {
    const waiting = [...this.#places.values()]
      .filter(({ standby }) => standby?.isWaiting === true)
      .toSorted((one, other) => one.usedAtMs - other.usedAtMs);
    for (const place of waiting) {
      if (this.cost().memoryBytes <= mostMemoryBytes) return;
      this.#drop(place);
    }
  }

  #forget(place: Place): void {
    place.cancelIdle();
    this.#drop(place);
    this.#places.delete(place.key);
  }

  #drop(place: Place): void {
    const { standby } = place;
    // One that serves ends with its run.
    if (standby === null || (standby.isServing && !this.#isDisposed)) return;
    place.standby = null;
    standby.kill();
  }

  #follow(standby: Standby): void {
    const ending = standby.exited.finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}
