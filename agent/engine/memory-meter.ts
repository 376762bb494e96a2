// How much memory steps take: looked at while they run, as no system tells it afterwards of a whole group of processes.
import type { Clock } from '../platform/clock.ts';

/** Bytes that each of these processes takes with everything below it; empty where it cannot be told. */
export type MeasureMemory = (leaders: readonly number[]) => Promise<ReadonlyMap<number, number>>;

export interface MemoryMeterOptions {
  readonly clock: Clock;
  readonly measure: MeasureMemory;
}

/** One step under observation. */
export interface MemoryWatch {
  started(pid: number): void;
  ended(pid: number): void;
  /** The most that was seen at once; null while nothing was. */
  readonly peakBytes: number | null;
}

/** What is over sooner takes too little to count. */
const betweenMs = 1000;

export class MemoryMeter {
  readonly #options: MemoryMeterOptions;
  readonly #watches = new Set<Watch>();
  #isScheduled = false;

  constructor(options: MemoryMeterOptions) {
    this.#options = options;
  }

  watch(): MemoryWatch {
    return new Watch({
      busy: (watch) => {
        this.#watches.add(watch);
        this.#schedule();
      },
      idle: (watch) => this.#watches.delete(watch),
    });
  }

  /** Nothing is looked at while no process of a step runs. */
  #schedule(): void {
    if (this.#isScheduled || this.#watches.size === 0) return;
    this.#isScheduled = true;
    this.#options.clock.schedule(betweenMs, () => {
      void this.#look()
        .catch(() => {})
        .then(() => {
          this.#isScheduled = false;
          this.#schedule();
        });
    });
  }

  async #look(): Promise<void> {
    const watches = [...this.#watches];
    if (watches.length === 0) return;
    const bytes = await this.#options.measure(watches.flatMap(({ pids }) => [...pids]));
    for (const watch of watches) watch.saw(bytes);
  }
}

interface Attendance {
  busy(watch: Watch): void;
  idle(watch: Watch): void;
}

class Watch implements MemoryWatch {
  readonly pids = new Set<number>();
  readonly #attendance: Attendance;
  #peakBytes: number | null = null;

  constructor(attendance: Attendance) {
    this.#attendance = attendance;
  }

  get peakBytes(): number | null {
    return this.#peakBytes;
  }

  started(pid: number): void {
    this.pids.add(pid);
    this.#attendance.busy(this);
  }

  ended(pid: number): void {
    this.pids.delete(pid);
    if (this.pids.size === 0) this.#attendance.idle(this);
  }

  saw(bytes: ReadonlyMap<number, number>): void {
    const taken = [...this.pids].reduce((sum, pid) => sum + (bytes.get(pid) ?? 0), 0);
    if (taken > 0) this.#peakBytes = Math.max(this.#peakBytes ?? 0, taken);
  }
}
