// Which of the files that a build was seen to read its target does not say that it reads: pure.
import type { BuildTarget } from '../../protocol/build.ts';
import type { RepoPath, TargetId } from '../../protocol/ids.ts';
import { matcherOf } from '../patterns.ts';
import { withNeeds } from '../target-graph.ts';

export interface SeenFiles {
  readonly reads: ReadonlySet<RepoPath>;
  readonly writes: ReadonlySet<RepoPath>;
}

/** What programs look at wherever they run, and which says nothing of what they make. */
const ofNoMatter =
  /(^|\/)(package\.json|package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|pnpm-workspace\.yaml|tsconfig[\w.-]*\.json|jsconfig\.json|\.npmrc|\.yarnrc(\.yml)?|\.gitignore|\.gitattributes|\.editorconfig|\.git|pyproject\.toml|setup\.cfg|turbo\.json|nx\.json|lerna\.json)$/;

/**
 * Files that git knows, or that another target writes, and that are neither inputs nor written by this build nor by a
 * target that is needed.
 */
export function undeclaredAmong(
  { reads, writes }: SeenFiles,
  target: BuildTarget,
  {
    tree,
    model,
  }: { tree: { has(path: string): boolean }; model: { readonly targets: ReadonlyMap<TargetId, BuildTarget> } },
): RepoPath[] {
  const isInput = matcherOf(target.inputs);
  const needed = withNeeds([target.id], model.targets);
  const all = [...model.targets.values()];
  const isOwn = matcherOf(all.filter(({ id }) => needed.has(id)).flatMap(({ outputs }) => outputs));
  const isForeign = matcherOf(all.filter(({ id }) => !needed.has(id)).flatMap(({ outputs }) => outputs));
  return [...reads]
    .filter((file) => !writes.has(file) && !isInput(file) && !isOwn(file) && !ofNoMatter.test(file))
    .filter((file) => tree.has(file) || isForeign(file))
    .toSorted();
}
