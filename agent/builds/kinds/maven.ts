// Modules of Maven projects. Maven itself knows best what is up to date, and may need its repositories.
import { toolTarget } from '../found-target.ts';
import { folderOf, foldersUp, isWithin, under } from '../paths.ts';
import { escapePattern, everythingIn } from '../patterns.ts';
import { filesNamed, wayUp, type TargetKind } from './target-kind.ts';
import { elementsAt, parseXml, textAt, type XmlElement } from './xml.ts';

interface Module {
  readonly path: string;
  readonly folder: string;
  readonly artifact: string;
  readonly dependencies: readonly string[];
  readonly isJava: boolean;
}

export const maven: TargetKind = {
  name: 'maven',
  find({ tree, read }) {
    const modules = filesNamed(tree, (name) => name === 'pom.xml').flatMap((path): Module[] => {
      const project = parseXml(read(path));
      return project === null ? [] : [moduleOf(path, project)];
    });
    const folders = new Set(modules.map(({ folder }) => folder));
    const rootOf = (folder: string) => foldersUp(folder).findLast((each) => folders.has(each)) ?? folder;
    return modules
      .filter(({ isJava }) => isJava)
      .map((module) => {
        const { folder, artifact } = module;
        const root = rootOf(folder);
        const wrapper = tree.has(under(root, 'mvnw')) ? `${wayUp(folder, root)}/mvnw` : 'mvn';
        const one = root === folder ? '' : ` -f ${wayUp(folder, root)} -pl :${artifact} -am`;
        const above = foldersUp(folder)
          .slice(1)
          .map((each) => under(each, 'pom.xml'))
          .filter((pom) => tree.has(pom));
        const below = modules.filter((other) => other !== module && isWithin(folder, other.folder));
        return toolTarget({
          id: `maven:${artifact}`,
          kind: 'maven',
          folder,
          command: `${wrapper} --batch-mode --quiet${one} compile`,
          language: 'java',
          inputs: [
            everythingIn(folder),
            ...above.map(escapePattern),
            ...below.map((other) => `!${everythingIn(other.folder)}`),
          ],
          outputs: [everythingIn(under(folder, 'target/classes'))],
          foundIn: module.path,
          tools: ['java', ...(wrapper === 'mvn' ? ['mvn'] : [])],
          needs: modules
            .filter((other) => other.isJava && module.dependencies.includes(other.artifact))
            .map((other) => `maven:${other.artifact}`),
        });
      });
  },
};

function moduleOf(path: string, project: XmlElement): Module {
  return {
    path,
    folder: folderOf(path),
    artifact: textAt(project, 'artifactId'),
    dependencies: elementsAt(project, 'dependencies', 'dependency').map((dependency) =>
      textAt(dependency, 'artifactId'),
    ),
    // A project that only names its modules makes nothing.
    isJava: textAt(project, 'artifactId') !== '' && textAt(project, 'packaging') !== 'pom',
  };
}
