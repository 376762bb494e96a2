// The case of the repository that a result of a report is about, where its file and name say so.
import type { RepoPath } from '../../protocol/ids.ts';
import type { TestCase, TestFile } from '../../protocol/test.ts';
import type { ReportedTest } from '../../store/remote-runs.ts';

/** Null where no case, or more than one, has the name. */
export function localCases(files: readonly TestFile[]): (test: ReportedTest) => TestCase | null {
  const byFile = new Map<RepoPath, Map<string, TestCase | null>>();
  for (const { file, cases } of files) byFile.set(file, withNames(cases, byFile.get(file) ?? new Map()));
  return ({ file, name }) => (file === null ? null : (byFile.get(file)?.get(spelled(name)) ?? null));
}

/** A name that two cases share is no name of either. */
function withNames(cases: readonly TestCase[], names: Map<string, TestCase | null>): Map<string, TestCase | null> {
  for (const each of cases) {
    for (const name of new Set([spelled(each.titlePath.join(' ')), spelled(each.titlePath.at(-1) ?? '')]))
      names.set(name, names.has(name) && names.get(name)?.id !== each.id ? null : each);
  }
  return names;
}

/** Writers join the names of suites and test with spaces, ` > `, `::` or ` - `. */
function spelled(name: string): string {
  return name
    .replaceAll(/ > | › | - |::/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
