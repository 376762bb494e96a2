// What to run for an item of our trees.
import type { ConnectedClient } from '../../agent/client/client.ts';
import { TargetId, TestId } from '../../agent/protocol/ids.ts';
import type { InputOf } from '../../agent/protocol/operations.ts';

export type RunRequest = Omit<InputOf<'startRun'>, 'trigger'>;

/** Items carry what they stand for; null for what cannot be run. A skipped test is known by its file alone. */
export async function runRequestOf(item: unknown, client: ConnectedClient): Promise<RunRequest | null> {
  const subject = typeof item === 'object' && item !== null && 'subject' in item ? item.subject : null;
  if (typeof subject !== 'object' || subject === null) return null;
  if ('target' in subject) return { targets: [TargetId.parse(subject.target)], buildsOnly: true };
  if (!('test' in subject)) return null;
  const { files } = await client.listTests({});
  const ids = files.filter(({ id, file }) => id === subject.test || file === subject.test).map(({ id }) => id);
  return { tests: ids.length === 0 ? [TestId.parse(subject.test)] : ids };
}
