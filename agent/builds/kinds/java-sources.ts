// Java sources without any build tool: javac over each source root, into a folder that is thrown away.
import type { RepoPath } from '../../protocol/ids.ts';
import { toolTarget } from '../found-target.ts';
import { folderOf, foldersUp, type FileTree } from '../paths.ts';
import { escapePattern } from '../patterns.ts';
import { filesNamed, type ProjectFiles, type TargetKind } from './target-kind.ts';
import { scratchFolder } from '../scratch.ts';

/** A build tool of any sort at or above the sources. */
const buildFile =
  /^(pom\.xml|build\.gradle(\.kts)?|build\.xml|BUILD(\.bazel)?|WORKSPACE|MODULE\.bazel|build\.sbt|meson\.build)$/;
/** More sources than these do not fit on a command line everywhere. */
const mostSources = 500;

export const javaSources: TargetKind = {
  name: 'javac',
  find(files) {
    const sources = filesNamed(files.tree, (name) => name.endsWith('.java')).filter(
      (path) => !isBuiltByTool(path, files.tree),
    );
    const roots = new Map<string, RepoPath[]>();
    for (const path of sources) {
      const root = sourceRootOf(path, files);
      roots.set(root, [...(roots.get(root) ?? []), path]);
    }
    return [...roots].flatMap(([root, paths]) => {
      if (paths.length > mostSources) return [];
      const names = paths.map((path) => quoted(path.slice(root === '' ? 0 : root.length + 1)));
      const libraries = files.tree.below('lib').filter((path) => path.endsWith('.jar'));
      const up =
        root === ''
          ? ''
          : `${root
              .split('/')
              .map(() => '..')
              .join('/')}/`;
      const classPath = libraries.length === 0 ? '' : ` -cp ${quoted(`${up}lib/*`)}`;
      return toolTarget({
        id: `javac:${root === '' ? 'root' : root}`,
        kind: 'javac',
        folder: root,
        command: `javac -d ${scratchFolder} -proc:none${classPath} ${names.join(' ')}`,
        language: 'java',
        inputs: [...paths, ...libraries].map(escapePattern),
        foundIn: root === '' ? '*.java' : `${root}/*.java`,
        tools: ['javac'],
      });
    });
  },
};

function isBuiltByTool(path: RepoPath, tree: FileTree): boolean {
  return foldersUp(folderOf(path)).some((folder) =>
    tree
      .below(folder)
      .some((each) => folderOf(each) === folder && buildFile.test(each.slice(each.lastIndexOf('/') + 1))),
  );
}

/** The folder less the package that the file says it is in. */
function sourceRootOf(path: RepoPath, { read }: ProjectFiles): string {
  const folder = folderOf(path);
  const packageName = /^\s*package\s+([\w.]+)\s*;/m.exec(read(path) ?? '')?.[1];
  const packageFolder = packageName?.replaceAll('.', '/') ?? '';
  if (packageFolder === '' || folder === packageFolder) return packageFolder === '' ? folder : '';
  return folder.endsWith(`/${packageFolder}`) ? folder.slice(0, -packageFolder.length - 1) : folder;
}

function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `"${text}"`;
}
