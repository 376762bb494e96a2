// Recorded cycles as numbers, so that a worker gets hundreds of thousands of results without anybody waiting for a copy.
import type { ExecutionId, TestId } from '../protocol/ids.ts';
import type { RecordedCycle, RecordedTest } from './recorded-cycles.ts';

export interface PackedCycles {
  readonly executions: readonly ExecutionId[];
  readonly at: Float64Array;
  /** Where the tests of each cycle end. */
  readonly ends: Int32Array;
  readonly names: readonly TestId[];
  /** Of each test, the place of its id in `names`. */
  readonly ids: Int32Array;
  /** Of each test `columns` numbers: probability, expected and real duration, its bound and distance (-1: none), whether it failed. */
  readonly tests: Float64Array;
}

const columns = 6;

/** In the same order. */
export function packCycles(cycles: readonly RecordedCycle[]): PackedCycles {
  const count = cycles.reduce((sum, { tests }) => sum + tests.length, 0);
  const [ids, tests, ends] = [new Int32Array(count), new Float64Array(count * columns), new Int32Array(cycles.length)];
  const places = new Map<TestId, number>();
  let at = 0;
  cycles.forEach((cycle, index) => {
    for (const { id, probability, expectedMs, p90Ms, durationMs, distance, hasFailed } of cycle.tests) {
      const place = places.get(id) ?? places.size;
      places.set(id, place);
      ids[at] = place;
      tests.set([probability, expectedMs, durationMs, p90Ms ?? -1, distance ?? -1, Number(hasFailed)], at * columns);
      at += 1;
    }
    ends[index] = at;
  });
  const executions = cycles.map(({ executionId }) => executionId);
  return { executions, at: Float64Array.from(cycles, (each) => each.at), ends, names: [...places.keys()], ids, tests };
}

/** What was packed. */
export function unpackCycles(packed: PackedCycles): RecordedCycle[] {
  const { executions, at, ends } = packed;
  return executions.map((executionId, index) => {
    const start = ends[index - 1] ?? 0;
    const length = (ends[index] ?? 0) - start;
    const tests = Array.from({ length }, (_, test) => unpackTest(packed, start + test));
    return { executionId, at: at[index] ?? 0, tests: tests.filter((test) => test !== null) };
  });
}

/** Null where no id was packed. */
function unpackTest({ names, ids, tests }: PackedCycles, test: number): RecordedTest | null {
  const id = names[ids[test] ?? -1];
  if (id === undefined) return null;
  const numbers = tests.subarray(test * columns, (test + 1) * columns);
  const [probability = 0, expectedMs = 0, durationMs = 0, p90Ms = -1, distance = -1, failed = 0] = numbers;
  const known = { id, probability, expectedMs, durationMs, hasFailed: failed === 1 };
  return { ...known, p90Ms: orNull(p90Ms), distance: orNull(distance) };
}

function orNull(value: number): number | null {
  return value < 0 ? null : value;
}
