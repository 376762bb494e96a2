// Which test file, case or target a person means.
import type { TestCase, TestFile } from '../protocol/test.ts';

export interface FoundTest {
  readonly file: TestFile;
  /** Null: the whole file is meant. */
  readonly testCase: TestCase | null;
}

/** Test files and cases that `subject` names: an id, a file, a case's title, or a part of a file's path. Exact ones win. */
export function findTests(files: readonly TestFile[], subject: string): FoundTest[] {
  const whole = (file: TestFile): FoundTest => ({ file, testCase: null });
  const exact = files.filter((file) => file.id === subject || file.file === subject);
  if (exact.length > 0) return exact.map(whole);
  const cases = files.flatMap((file) => file.cases.filter((each) => each.id === subject || isTitle(each, subject)).map((testCase) => ({ file, testCase })));
  if (cases.length > 0) return cases;
  const suffix = `/${subject.replace(/^\.\//, '')}`;
  const ending = files.filter((file) => `/${file.file}`.endsWith(suffix));
  if (ending.length > 0) return ending.map(whole);
  const owner = files.find((file) => subject.startsWith(`${file.id} > `));
  return owner === undefined ? [] : [whole(owner)];
}

function isTitle(testCase: TestCase, subject: string): boolean {
  return testCase.titlePath.join(' > ') === subject || testCase.titlePath.join(' › ') === subject || testCase.titlePath.at(-1) === subject;
}

