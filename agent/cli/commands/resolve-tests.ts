// What a person names as a test: an id, a file or folder (from where they stand), a case by its title or as pytest names it.
import path from 'node:path';
import { failure, FailureError } from '../../protocol/failure.ts';
import { findTests, idOfFound } from '../../protocol/find-tests.ts';
import { TestId } from '../../protocol/ids.ts';
import { nearest } from '../../protocol/nearest.ts';
import type { TestFile } from '../../protocol/test.ts';
import type { Session } from '../session.ts';

/** Ids of the tests that `names` mean. Throws a FailureError `not_found` with the nearest known name. */
export async function resolveTests(session: Session, names: readonly string[], folder: string): Promise<TestId[]> {
  const { files } = await session.client.listTests({});
  const resolved: TestId[] = [];
  for (const name of names) {
    const place = repositoryPath(session.root, folder, name);
    const known = resolveOne(files, name, place);
    // A title may stand in a file that never ran: then its source tells.
    const found = known.length > 0 ? known : resolveOne(await withCases(session, files), name, place);
    if (found.length === 0) throw unknownTest(files, name, place);
    resolved.push(...found);
  }
  return resolved;
}

async function withCases({ client }: Session, files: readonly TestFile[]): Promise<TestFile[]> {
  const read = async (file: TestFile) => ({ ...file, cases: (await client.listTestCases({ id: file.id })).cases });
  return await Promise.all(files.map(read));
}

function resolveOne(files: readonly TestFile[], name: string, place: string): TestId[] {
  const ofFile = files.filter(
    (file) => file.file === place || file.file === name || file.id === name || file.file.startsWith(`${place}/`),
  );
  if (ofFile.length > 0) return ofFile.map((file) => file.id);
  // `file::test` counts from where the person stands, like a file.
  const found = name.includes('::') ? findTests(files, place) : findTests(files, name);
  return found.map((each) => (name.startsWith(`${each.file.id} > `) ? TestId.parse(name) : idOfFound(each)));
}

function unknownTest(files: readonly TestFile[], name: string, place: string): FailureError {
  const candidate = nearest(
    place,
    files.map((file) => file.file),
  );
  const hint = candidate === null ? '`noodle plan --all` lists the test files' : `did you mean '${candidate}'?`;
  return new FailureError(failure('not_found', `there is no test or test file '${name}'`, { hint }).failure);
}

function repositoryPath(root: string, folder: string, name: string): string {
  return path.relative(root, path.resolve(folder, name)).split(path.sep).join('/');
}
