// What answers the operations on flaky and quarantined tests.
import type { Clock } from '../platform/clock.ts';
import { failure, success } from '../protocol/failure.ts';
import { nearest } from '../protocol/nearest.ts';
import type { Handlers } from '../server/server.ts';
import { listFlakyTests, removeQuarantine, saveQuarantine } from '../store/flakiness.ts';
import type { Store } from '../store/store.ts';
import type { Tests } from '../tests/tests.ts';

const dayMs = 86_400_000;
/** A quarantine that is not looked at for so long is a test that nobody has. */
const longestDays = 90;

export interface FlakinessParts {
  readonly store: Store;
  readonly tests: Tests;
  readonly clock: Clock;
}

/** One handler for each of their operations. */
export function flakinessHandlers({ store, tests, clock }: FlakinessParts) {
  return {
    listFlakyTests: async () => success({ tests: listFlakyTests(store, clock.now()) }),
    quarantineTest: async ({ test, until, reason }) => {
      const now = clock.now();
      if (until <= now || until > now + longestDays * dayMs) {
        const found = new Date(until).toISOString().slice(0, 10);
        return failure(
          'invalid_input',
          `until is ${found}: a quarantine ends after today, and within ${longestDays} days`,
          { place: 'until' },
        );
      }
      const known = await knownIds(tests, test);
      if (!known.includes(test)) {
        const near = nearest(test, known);
        return failure('not_found', `there is no test '${test}'`, {
          place: 'test',
          ...(near === null ? {} : { hint: `Did you mean '${near}'?` }),
        });
      }
      await store.transact((tx) => saveQuarantine(tx, test, { since: now, until, reason }));
      return success({ tests: listFlakyTests(store, now).filter((each) => each.test === test) });
    },
    liftQuarantine: async ({ test }) => {
      const now = clock.now();
      const isQuarantined = listFlakyTests(store, now).some((each) => each.test === test && each.quarantine !== null);
      if (!isQuarantined) return failure('not_found', `the test '${test}' is not quarantined`, { place: 'test' });
      await store.transact((tx) => removeQuarantine(tx, test));
      return success({ lifted: test });
    },
  } satisfies Partial<Handlers>;
}

/** The files, and the cases of the file that the id is about. */
async function knownIds(tests: Tests, id: string): Promise<string[]> {
  const { files } = await tests.discover([]);
  const file = files.find((each) => id.startsWith(`${each.id} > `));
  const cases = file === undefined ? [] : await tests.casesIn(file.id);
  return [...cases.map((each) => each.id), ...files.map((each) => each.id)];
}
