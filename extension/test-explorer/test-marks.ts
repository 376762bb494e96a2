// What is known of tests besides their results: whether the change affects them, fail by chance, or take long.
import type { FlakyTest } from '../../agent/protocol/flakiness.ts';
import type { TestId } from '../../agent/protocol/ids.ts';
import type { TestFile } from '../../agent/protocol/test.ts';

/** In the Test Explorer's filter: `@noodle:flaky`. */
export const tagNames = ['impacted', 'flaky', 'slow', 'quarantined'] as const;
export type TagName = (typeof tagNames)[number];

/** The last run of a slow case took at least this long. */
export const slowMs = 1000;

/** What a case shows; a file shows what its cases show, and whether it is planned. */
export class TestMarks {
  #impacted: ReadonlySet<TestId> = new Set();
  /** By file, its cases that took long. */
  readonly #slow = new Map<TestId, Set<TestId>>();
  /** By file, its cases that fail by chance; a file may be one itself. */
  readonly #flaky = new Map<TestId, Map<TestId, FlakyTest>>();

  /** The files whose marks may be others now. */
  planned(files: ReadonlySet<TestId>): TestId[] {
    const before = this.#impacted;
    this.#impacted = files;
    return [...[...files].filter((id) => !before.has(id)), ...[...before].filter((id) => !files.has(id))];
  }

  /** `fileOf` finds the file that a test is in; null when it is not known. */
  flaky(tests: readonly FlakyTest[], fileOf: (test: TestId) => TestId | null): TestId[] {
    const before = [...this.#flaky.keys()];
    this.#flaky.clear();
    for (const each of tests) {
      const file = fileOf(each.test);
      if (file !== null) this.#flaky.set(file, (this.#flaky.get(file) ?? new Map()).set(each.test, each));
    }
    return [...new Set([...before, ...this.#flaky.keys()])];
  }

  /** What is on record of a file's cases. */
  recorded({ id, cases }: TestFile): void {
    const slow = cases.filter(({ lastDurationMs }) => (lastDurationMs ?? 0) >= slowMs).map((each) => each.id);
    if (slow.length === 0) this.#slow.delete(id);
    else this.#slow.set(id, new Set(slow));
  }

  /** A case ran; true when that makes a difference. */
  ran(file: TestId, test: TestId, durationMs: number): boolean {
    const slow = this.#slow.get(file) ?? new Set<TestId>();
    const isSlow = durationMs >= slowMs;
    if (slow.has(test) === isSlow) return false;
    if (isSlow) this.#slow.set(file, slow.add(test));
    else slow.delete(test);
    return true;
  }

  forget(file: TestId): void {
    this.#slow.delete(file);
  }

  ofFile(file: TestId): TagName[] {
    const flaky = [...(this.#flaky.get(file)?.values() ?? [])];
    return namesOf({
      impacted: this.#impacted.has(file),
      flaky: flaky.some(isFlaky),
      slow: (this.#slow.get(file)?.size ?? 0) > 0,
      quarantined: flaky.some(({ quarantine }) => quarantine !== null),
    });
  }

  ofCase(file: TestId, test: TestId): TagName[] {
    const flaky = this.#flaky.get(file)?.get(test);
    return namesOf({
      impacted: this.#impacted.has(file),
      flaky: flaky !== undefined && isFlaky(flaky),
      slow: this.#slow.get(file)?.has(test) === true,
      quarantined: flaky !== undefined && flaky.quarantine !== null,
    });
  }

  /** `fails by chance 1 in 4`, beside a case's name; empty for all others. */
  descriptionOf(file: TestId, test: TestId): string {
    const flaky = this.#flaky.get(file)?.get(test);
    if (flaky === undefined) return '';
    const { quarantine } = flaky;
    const until = quarantine === null ? [] : [`quarantined until ${dayOf(quarantine.until)}`];
    return [...(isFlaky(flaky) ? [`fails by chance, ${Math.round(flaky.probability * 100)} %`] : []), ...until].join(
      ' · ',
    );
  }
}

/** Without a trial it is quarantined alone. */
function isFlaky({ trials }: FlakyTest): boolean {
  return trials > 0;
}

function namesOf(marks: Readonly<Record<TagName, boolean>>): TagName[] {
  return tagNames.filter((name) => marks[name]);
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
