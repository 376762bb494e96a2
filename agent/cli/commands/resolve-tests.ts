// What a person names as a test: an id, a file (from where they stand), or a case by its id.
import path from 'node:path';
import { failure, FailureError } from '../../protocol/failure.ts';
import { TestId } from '../../protocol/ids.ts';
import { nearest } from '../../protocol/nearest.ts';
import type { TestFile } from '../../protocol/test.ts';
import type { Session } from '../session.ts';

/** Ids of the tests that `names` mean. Throws a FailureError `not_found` with the nearest known name. */
export async function resolveTests(session: Session, names: readonly string[], folder: string): Promise<TestId[]> {
  const { files } = await session.client.listTests({});
  return names.flatMap((name) => resolveOne(files, name, repositoryPath(session.root, folder, name)));
}

function resolveOne(files: readonly TestFile[], name: string, place: string): TestId[] {
  const ofFile = files.filter((file) => file.file === place || file.file === name || file.id === name || file.file.startsWith(`${place}/`));
  if (ofFile.length > 0) return ofFile.map((file) => file.id);
  const owner = files.find((file) => name.startsWith(`${file.id} > `));
  if (owner !== undefined) return [TestId.parse(name)];
  const candidate = nearest(place, files.map((file) => file.file));
  const hint = candidate === null ? '`noodle plan --all` lists the test files' : `did you mean '${candidate}'?`;
  throw new FailureError(failure('not_found', `there is no test or test file '${name}'`, { hint }).failure);
}

function repositoryPath(root: string, folder: string, name: string): string {
  return path.relative(root, path.resolve(folder, name)).split(path.sep).join('/');
}
