// How long a plan takes: its builds, the start of its runners, and its tests. Pure.
import type { PlanDuration, PlannedBuild, PlannedTest } from '../protocol/plan.ts';
import { runnerOf, type RunnerStart } from '../store/runner-starts.ts';

export interface Pace {
  /** By `runnerOf`. */
  readonly starts: ReadonlyMap<string, RunnerStart>;
  /** Projects that run at once. */
  readonly testSlots: number;
  readonly buildSlots: number;
}

/** Adds tests up, project by project. */
export class TestTime {
  readonly #pace: Pace;
  readonly #byProject = new Map<string, number>();

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  add(test: PlannedTest): void {
    const project = runnerOf(test);
    this.#byProject.set(project, this.#timeWith(project, test));
  }

  /** What all would take with this one more. */
  totalWith(test: PlannedTest): number {
    const project = runnerOf(test);
    return this.#makespan(new Map([...this.#byProject, [project, this.#timeWith(project, test)]]));
  }

  /** `heldMs`: by project, how long it waits for builds. */
  total(heldMs: (project: string) => number = () => 0): number {
    return this.#makespan(this.#byProject, heldMs);
  }

  #timeWith(project: string, test: PlannedTest): number {
    const start = this.#pace.starts.get(project) ?? unmeasured;
    const before = this.#byProject.get(project);
    return (before === undefined ? start.startMs : before + start.fileMs) + test.expectedMs * start.pace;
  }

  /** The longest first, each into the slot that is free first. */
  #makespan(times: ReadonlyMap<string, number>, heldMs: (project: string) => number = () => 0): number {
    const slots = Array.from({ length: Math.max(1, this.#pace.testSlots) }, () => 0);
    const longest = [...times].toSorted(([, one], [, other]) => other - one);
    for (const [project, time] of longest) {
      const free = slots.indexOf(Math.min(...slots));
      slots[free] = Math.max(slots[free] ?? 0, heldMs(project)) + time;
    }
    return Math.max(...slots);
  }
}

const unmeasured: RunnerStart = { startMs: 0, fileMs: 0, pace: 1 };

/** More of a plan than this that never ran makes any number a guess. */
const mostUnmeasured = 0.2;

export interface PlanDurationInput extends Pace {
  readonly tests: readonly PlannedTest[];
  readonly builds: readonly PlannedBuild[];
  /** Whether the tests of a folder wait for builds. */
  readonly waits: (project: string) => boolean;
}

/** Null where too little of it was measured. */
export function planDuration(input: PlanDurationInput): PlanDuration | null {
  const { tests, starts } = input;
  const buildsMs = buildTime(input);
  const unmeasuredTests = tests.filter(({ p90Ms }) => p90Ms === undefined).length;
  const folders = new Map(tests.map((test) => [runnerOf(test), test.project ?? '']));
  const isMeasured =
    unmeasuredTests <= tests.length * mostUnmeasured && [...folders.keys()].every((project) => starts.has(project));
  if (buildsMs === null || !isMeasured || tests.length + input.builds.length === 0) return null;
  const time = new TestTime(input);
  for (const test of tests) time.add(test);
  const medianMs = Math.max(
    buildsMs,
    time.total((project) => (input.waits(folders.get(project) ?? '') ? buildsMs : 0)),
  );
  return {
    medianMs: Math.round(medianMs),
    p90Ms: Math.round(medianMs + spread([...tests, ...input.builds.filter(({ cached }) => !cached)])),
    buildsMs: Math.round(buildsMs),
    startMs: Math.round(Math.max(0, ...[...folders.keys()].map((project) => starts.get(project)?.startMs ?? 0))),
  };
}

/** Null where a target was never built here. */
function buildTime({ builds, buildSlots }: PlanDurationInput): number | null {
  const times = builds.filter(({ cached }) => !cached).map(({ expectedMs }) => expectedMs);
  let [sum, longest] = [0, 0];
  for (const time of times) {
    if (time === undefined) return null;
    sum += time;
    longest = Math.max(longest, time);
  }
  return Math.max(longest, sum / Math.max(1, buildSlots));
}

/** What takes long does so independently of the others. */
function spread(planned: readonly Pick<PlannedBuild, 'expectedMs' | 'p90Ms'>[]): number {
  return Math.sqrt(
    planned.reduce((sum, { expectedMs = 0, p90Ms = expectedMs }) => sum + Math.max(0, p90Ms - expectedMs) ** 2, 0),
  );
}
