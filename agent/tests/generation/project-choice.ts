// Which project a new test belongs to, and which existing tests it stands beside.
import type { RepoPath, TestId } from '../../protocol/ids.ts';
import type { TestProject } from '../adapter.ts';

export interface ProjectChoice {
  readonly project: TestProject;
  /** Test files of the project that run the function, the most telling first. */
  readonly own: readonly RepoPath[];
  /** A test file of the project as an example; null: it has none. */
  readonly example: RepoPath | null;
}

/** More would take long, and tell little. */
const mostRelated = 10;

/** That of the most telling test which runs the function; without one, the nearest project above the file. */
export function projectFor(
  file: RepoPath,
  related: readonly RepoPath[],
  {
    projects,
    frameworks,
  }: { readonly projects: ReadonlyMap<TestId, TestProject>; readonly frameworks: readonly string[] },
): ProjectChoice | null {
  const all = [...new Set(projects.values())].filter(({ framework }) => frameworks.includes(framework));
  const byRelation = related.flatMap((test) => all.find(({ files }) => files.includes(test)) ?? []);
  const above = all
    .filter(({ folder }) => folder === '' || file.startsWith(`${folder}/`))
    .toSorted((one, other) => other.folder.length - one.folder.length);
  const project = byRelation[0] ?? above[0];
  if (project === undefined) return null;
  const own = related.filter((test) => project.files.includes(test)).slice(0, mostRelated);
  return { project, own, example: own[0] ?? project.files[0] ?? null };
}
