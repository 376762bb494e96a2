// Projects of Gradle builds, found in the settings file and in folders with a build file.
import { toolTarget } from '../found-target.ts';
import { folderOf, isWithin, under, type FileTree } from '../paths.ts';
import { escapePattern, everythingIn } from '../patterns.ts';
import { filesNamed, wayUp, type TargetKind } from './target-kind.ts';

export const gradle: TargetKind = {
  name: 'gradle',
  find({ tree, read }) {
    const settings = filesNamed(tree, (name) => /^settings\.gradle(\.kts)?$/.test(name));
    const single = filesNamed(tree, (name) => /^build\.gradle(\.kts)?$/.test(name)).filter(
      (path) => !settings.some((each) => isWithin(folderOf(each), path)),
    );
    const builds = [
      ...settings.map((path) => ({ root: folderOf(path), projects: ['', ...includedIn(read(path) ?? '')] })),
      ...single.map((path) => ({ root: folderOf(path), projects: [''] })),
    ];
    return builds.flatMap(({ root, projects }) => {
      const known = projects.flatMap((project) => {
        const folder = project === '' ? root : under(root, project.replaceAll(':', '/'));
        const path = tree.all.find(
          (each) => each === under(folder, 'build.gradle') || each === under(folder, 'build.gradle.kts'),
        );
        const hasCode = tree.below(under(folder, 'src/main')).length > 0;
        return path === undefined || !hasCode ? [] : [{ project, folder, path, text: read(path) ?? '' }];
      });
      return known.map(({ project, folder, path, text }) =>
        toolTarget({
          id: idOf(root, project),
          kind: 'gradle',
          folder,
          command: `${programOf(folder, root, tree)} --console=plain${root === folder ? '' : ` -p ${wayUp(folder, root)}`} ${project === '' ? '' : `:${project}`}:classes`,
          language: 'java',
          inputs: [
            everythingIn(folder),
            ...sharedFiles(root, folder, tree),
            ...known
              .filter((other) => other.folder !== folder && isWithin(folder, other.folder))
              .map((other) => `!${everythingIn(other.folder)}`),
          ],
          outputs: [everythingIn(under(folder, 'build/classes')), everythingIn(under(folder, 'build/resources'))],
          foundIn: path,
          tools: ['java', ...(tree.has(under(root, 'gradlew')) ? [] : ['gradle'])],
          needs: [...text.matchAll(/project\(\s*(?:path\s*[:=]\s*)?['"]:([^'"]+)['"]/g)].map(([, other = '']) =>
            idOf(root, other),
          ),
        }),
      );
    });
  },
};

/** `core`, `web:api`: the paths of `include 'core', ':web:api'`, without the first colon. */
export function includedIn(settings: string): string[] {
  const plain = settings.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/[^\n]*/g, '');
  const lists = [...plain.matchAll(/\binclude\s*\(?((?:\s*,?\s*['"][^'"]+['"])+)/g)];
  const projects = lists.flatMap(([, list = '']) =>
    [...list.matchAll(/['"]:?([^'"]+)['"]/g)].map(([, project = '']) => project),
  );
  return [...new Set(projects)];
}

function idOf(root: string, project: string): string {
  const at = root === '' ? 'root' : root;
  return project === '' ? `gradle:${at}` : `gradle:${root === '' ? '' : `${root}/`}${project}`;
}

function programOf(folder: string, root: string, tree: FileTree): string {
  return tree.has(under(root, 'gradlew')) ? `${wayUp(folder, root)}/gradlew` : 'gradle';
}

function sharedFiles(root: string, folder: string, tree: FileTree): string[] {
  const shared = tree
    .below(root)
    .filter(
      (path) =>
        folderOf(path) === root && /\.gradle(\.kts)?$|^gradle\.properties$|(^|\/)gradle\.properties$/.test(path),
    );
  return [...shared, ...tree.below(under(root, 'gradle')), ...tree.below(under(root, 'buildSrc'))]
    .filter((path) => !isWithin(folder, path))
    .map(escapePattern);
}
