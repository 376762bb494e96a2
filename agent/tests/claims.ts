// Gives each test file to one project of its framework, so that none is run twice.
import type { RepoPath } from '../protocol/ids.ts';
import { testId, type TestProject } from './adapter.ts';
import { optionValue } from './javascript/arguments.ts';

export interface Claimant {
  readonly project: TestProject;
  /** The files that it would run by itself. */
  readonly candidates: readonly RepoPath[];
}

export interface Claim<T extends Claimant> {
  readonly claimant: T;
  readonly files: readonly RepoPath[];
  /** Whether files of it went to another project or are excluded. */
  readonly isPartial: boolean;
}

/**
 * The first project that has a file gets it; but of those which differ only in the files that they name, the widest:
 * scripts run some files once more in another time zone. A project whose files all went to others is left out.
 */
export function claimFiles<T extends Claimant>(
  claimants: readonly T[],
  isExcluded: (file: RepoPath) => boolean,
): Claim<T>[] {
  const taken = new Set<string>();
  const claims = new Map<T, Claim<T>>();
  for (const claimant of inOrderOfRight(claimants)) {
    const { project, candidates } = claimant;
    const files = candidates.filter((file) => !taken.has(testId(project.framework, file)) && !isExcluded(file));
    for (const file of files) taken.add(testId(project.framework, file));
    if (files.length > 0 || candidates.length === 0) {
      claims.set(claimant, { claimant, files, isPartial: files.length < candidates.length });
    }
  }
  return claimants.flatMap((claimant) => claims.get(claimant) ?? []);
}

/** Whether projects of one folder have files in common: then it matters that their files are known exactly. */
export function areAmbiguous(claimants: readonly Claimant[]): boolean {
  const seen = new Set<string>();
  for (const { project, candidates } of claimants) {
    const keys = candidates.map((file) => `${project.folder}\0${testId(project.framework, file)}`);
    if (keys.some((key) => seen.has(key))) return true;
    for (const key of keys) seen.add(key);
  }
  return false;
}

function inOrderOfRight<T extends Claimant>(claimants: readonly T[]): T[] {
  const groups = Map.groupBy(claimants, ({ project }) => {
    const configuration = optionValue(project.args, ['--config', '-c', '--project', '--workspace']) ?? '';
    return [project.framework, project.folder, configuration].join('\0');
  });
  return [...groups.values()].flatMap((group) =>
    group.toSorted((one, other) => other.candidates.length - one.candidates.length),
  );
}
