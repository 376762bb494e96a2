// Which test file, case or target a person means.
import { TestId } from './ids.ts';
import type { TestCase, TestFile } from './test.ts';

export interface FoundTest {
  readonly file: TestFile;
  /** Null: the whole file is meant. */
  readonly testCase: TestCase | null;
}

/**
 * Test files and cases that `subject` names: an id, a file, a case's title, also behind its file as results show it, or
 * pytest's `file::Class::test`, or a part of a file's path. Exact ones win.
 */
export function findTests(files: readonly TestFile[], subject: string): FoundTest[] {
  const exact = files.filter((file) => file.id === subject || file.file === subject);
  if (exact.length > 0) return exact.map(whole);
  if (subject.includes('::')) return byNode(files, subject);
  const cases = casesWith(
    files,
    (each, { file }) => each.id === subject || isTitle(each, subject) || isShownAs(each, file, subject),
  );
  if (cases.length > 0) return cases;
  const ending = endingWith(files, subject);
  if (ending.length > 0) return ending.map(whole);
  const owner = files.find((file) => subject.startsWith(`${file.id} > `));
  return owner === undefined ? [] : [whole(owner)];
}

/** The id that a found test is run by. */
export function idOfFound({ file, testCase }: FoundTest): TestId {
  return testCase?.id ?? file.id;
}

/** `tests/test_a.py::Class::test`, with or without its parameters. A case that is not known yet is named by its titles. */
function byNode(files: readonly TestFile[], subject: string): FoundTest[] {
  const [place = '', ...titles] = subject.split('::');
  const owners = endingWith(files, place);
  const title = titles.join(' > ');
  const isMeant = (each: TestCase) => {
    const own = each.titlePath.join(' > ');
    return own === title || own.startsWith(`${title}[`) || own.startsWith(`${title} > `);
  };
  const known = casesWith(owners, isMeant);
  if (known.length > 0) return known;
  return owners.map((file) => ({
    file,
    testCase: {
      id: TestId.parse(`${file.id} > ${title}`),
      titlePath: titles,
      line: null,
      lastStatus: null,
      lastDurationMs: null,
    },
  }));
}

function casesWith(files: readonly TestFile[], isMeant: (each: TestCase, file: TestFile) => boolean): FoundTest[] {
  return files.flatMap((file) =>
    file.cases.filter((each) => isMeant(each, file)).map((testCase) => ({ file, testCase })),
  );
}

function endingWith(files: readonly TestFile[], place: string): TestFile[] {
  const suffix = `/${place.replace(/^\.\//, '')}`;
  return files.filter((file) => `/${file.file}`.endsWith(suffix));
}

function whole(file: TestFile): FoundTest {
  return { file, testCase: null };
}

/** `test/a.test.ts › total › adds`, as the results of a run name it. */
function isShownAs({ titlePath }: TestCase, file: string, subject: string): boolean {
  return [' > ', ' › '].some((separator) => [file, ...titlePath].join(separator) === subject);
}

function isTitle({ titlePath }: TestCase, subject: string): boolean {
  const isWhole = [' > ', ' › ', '.'].some((separator) => titlePath.join(separator) === subject);
  const last = titlePath.at(-1);
  return isWhole || last === subject || last?.startsWith(`${subject}[`) === true;
}
