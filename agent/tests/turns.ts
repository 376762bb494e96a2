// Whose turn it is where more projects wait than run at once: the likeliest failures of all come before the rest of one.
// Pure; a project's files keep their order, and each turn costs a start of its runner.
import type { RepoPath } from '../protocol/ids.ts';

/** A planned file of a project. */
export interface RankedFile {
  readonly file: RepoPath;
  /** Its place in the whole plan. */
  readonly rank: number;
  readonly expectedMs: number;
}

export interface RankedProject {
  /** In running order, at least one. */
  readonly files: readonly RankedFile[];
  /** What a further start of its runner is expected to take. */
  readonly startMs: number;
}

/** Files that run in one process, and how soon. */
export interface Turn {
  readonly files: readonly RepoPath[];
  /** Of those that wait the highest comes first. */
  readonly priority: number;
}

/** More would only start runners. */
const mostTurns = 4;

/**
 * The turns of each project, in the order of `projects`. A project is cut where one that could not start at once has its
 * first file in the plan, unless what comes after the cut takes less time than starting its runner again.
 */
export function turnsOf(projects: readonly RankedProject[], slots: number): Turn[][] {
  const heads = projects.map(({ files }) => files[0]?.rank ?? 0).toSorted((one, other) => one - other);
  const waiting = heads.slice(Math.max(1, slots));
  return projects.map((project) => piecesOf(project, waiting).map(turnOf));
}

function piecesOf({ files, startMs }: RankedProject, waiting: readonly number[]): RankedFile[][] {
  const pieces: RankedFile[][] = [[]];
  for (const [index, each] of files.entries()) {
    const before = files[index - 1];
    const isCut =
      before !== undefined &&
      pieces.length < mostTurns &&
      waiting.some((head) => before.rank < head && head < each.rank) &&
      expectedMsOf(files.slice(index)) > startMs;
    if (isCut) pieces.push([]);
    pieces.at(-1)?.push(each);
  }
  return pieces;
}

function turnOf(files: readonly RankedFile[]): Turn {
  return { files: files.map(({ file }) => file), priority: -(files[0]?.rank ?? 0) };
}

function expectedMsOf(files: readonly RankedFile[]): number {
  return files.reduce((sum, { expectedMs }) => sum + expectedMs, 0);
}
