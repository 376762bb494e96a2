// What a package's build reads: everything in its folder, and what lies outside of it that builds are known to use.
import { inRepository, isWithin, under, type FileTree } from './paths.ts';
import { lockFileOf } from './package-manager.ts';
import { escapePattern, everythingIn } from './patterns.ts';
import type { TypeScriptProject } from './tsconfig.ts';
import type { Package } from './workspaces.ts';

/** Files at the top of a repository or workspace that configure the build of every package below. */
const sharedConfiguration =
  /^(\.babelrc.*|\.browserslistrc|\.swcrc|tsconfig[\w.-]*\.json|(babel|postcss|tailwind|vite|rollup|webpack|rspack|esbuild|tsup|tsdown|unbuild|swc)\.config\.\w+)$/;

/** Folders at the top that are for people, editors and servers, and that no build of a package reads. */
const noInputs = ['.changeset', '.circleci', '.devcontainer', '.github', '.gitlab', '.husky', '.idea', '.vscode'];

/** Patterns, relative to the repository. */
export function inputPatterns(
  each: Package,
  script: string,
  more: { tree: FileTree; projects: readonly TypeScriptProject[] },
): string[] {
  const { folder } = each.manifest;
  const { tree, projects } = more;
  const lockFile = lockFileOf(folder, tree);
  const extended = projects.flatMap((project) => project.extended);
  const shared = [...new Set(['', each.workspaceRoot])].flatMap((root) =>
    tree
      .below(root)
      .filter((path) => isIn(root, path) && sharedConfiguration.test(path.slice(root === '' ? 0 : root.length + 1))),
  );
  const files = [...(lockFile === null ? [] : [lockFile]), ...extended, ...shared].filter(
    (path) => !isWithin(folder, path),
  );
  const beside = noInputs.filter((name) => folder === '' && tree.below(name).length > 0);
  const outside = new Set([...files.map(escapePattern), ...pathsIn(script, folder, tree)]);
  return [everythingIn(folder), ...outside, ...beside.map((name) => `!${everythingIn(name)}`)];
}

/** Files and folders outside of the package that the script names: `rollup -c ../../rollup.config.js`. */
function pathsIn(script: string, folder: string, tree: FileTree): string[] {
  return script.split(/[\s'"=:,;&|()]+/).flatMap((word) => {
    const path = word.startsWith('../') ? inRepository(folder, word) : null;
    if (path === null || path === '' || isWithin(path, folder)) return [];
    if (tree.has(path)) return [escapePattern(path)];
    return tree.below(path).length > 0 ? [everythingIn(path)] : [];
  });
}

/** Whether the path lies in the folder itself, not deeper. */
function isIn(folder: string, path: string): boolean {
  return under(folder, path.slice(path.lastIndexOf('/') + 1)) === path;
}
