// JUnit 5 and 4 (and TestNG where the build runs it): through Maven, Gradle, or JUnit's console launcher.
import path from 'node:path';
import type { RepoPath } from '../../protocol/ids.ts';
import type { RepositoryView, TestAdapter, TestProject } from '../adapter.ts';
import { classOfFile, isTestSource } from '../java/classes.ts';
import { classesFolder, jarsOf, runConsole } from '../java/console.ts';
import { runGradle } from '../java/gradle.ts';
import { methodOf, runMaven } from '../java/maven.ts';
import { readText } from '../go/packages.ts';
import { folderOf, isBelow, joinPath, nameOf } from '../native/repository-paths.ts';

const gradleNames = new Set(['build.gradle', 'build.gradle.kts', 'settings.gradle', 'settings.gradle.kts']);
const launcherJar = /^junit-platform-console-standalone.*\.jar$/;

export const junitAdapter: TestAdapter = {
  framework: 'junit',
  setting: 'test.junitEnabled',

  concerns(file) {
    const name = nameOf(file);
    return (
      name === 'pom.xml' ||
      gradleNames.has(name) ||
      name.endsWith('.java') ||
      name.endsWith('.kt') ||
      launcherJar.test(name)
    );
  },

  async detect(view) {
    const sources = view.files.filter((file) => isTestSource(file, () => view.read(file) ?? ''));
    if (sources.length === 0) return { projects: [], problems: [] };
    const gradle = outermost(view.files.filter((file) => gradleNames.has(nameOf(file))).map(folderOf));
    const maven = outermost(view.files.filter((file) => nameOf(file) === 'pom.xml').map(folderOf)).filter(
      (folder) => !gradle.includes(folder),
    );
    const roots = [...gradle, ...maven];
    // Where one build lies in a folder of another, its tests are its own: run by both they would count twice.
    const built = roots.map((folder) => {
      const inner = roots.filter((other) => other !== folder && isBelow(other, folder));
      const own = sources.filter((file) => !inner.some((other) => isBelow(file, other)));
      return builtProject(view, folder, own);
    });
    const left = sources.filter((file) => !roots.some((folder) => isBelow(file, folder)));
    return {
      projects: [...built, ...consoleProjects(view, left)].filter((project) => project.files.length > 0),
      problems: [],
    };
  },

  async run(batch, context) {
    if (batch.project.args.length > 0) return await runConsole(batch, context);
    return gradleNames.has(nameOf(batch.project.foundIn))
      ? await runGradle(batch, context)
      : await runMaven(batch, context);
  },

  debug(project, file, titlePath, { root, keptFolder, environment }) {
    const name = classOfFile(file, readText(path.join(root, file)) ?? '');
    const module = path.join(root, file.slice(0, Math.max(0, file.indexOf('src/'))));
    const output =
      project.args.length > 0 ? [classesFolder(project, { keptFolder }), ...jarsOf(project, root)] : outputsOf(module);
    const method = methodOf(name, titlePath).replace(/\*$/, '');
    return {
      type: 'java',
      program: 'org.junit.platform.console.ConsoleLauncher',
      arguments: titlePath.length === 0 ? ['--select-class', name] : ['--select-method', method],
      // What the build made; VS Code's Java extension adds the libraries of the project.
      classPaths: output,
      cwd: path.join(root, project.folder),
      environment,
    };
  },
};

function outputsOf(module: string): string[] {
  const folders = ['target/test-classes', 'target/classes', 'build/classes/java/test', 'build/classes/java/main'];
  return ['$Auto', ...folders.map((folder) => path.join(module, folder))];
}

function outermost(folders: readonly string[]): string[] {
  const unique = [...new Set(folders)];
  return unique.filter((folder) => !unique.some((other) => other !== folder && isBelow(folder, other)));
}

/** A project with its modules: they are built together. */
function builtProject(view: RepositoryView, folder: string, sources: readonly RepoPath[]): TestProject {
  const isBuildFile = (file: string) =>
    nameOf(file) === 'pom.xml' || gradleNames.has(nameOf(file)) || nameOf(file) === 'gradle.properties';
  const configFiles = view.files.filter((file) => isBelow(file, folder) && isBuildFile(file));
  const own = configFiles.filter((file) => folderOf(file) === folder);
  return {
    framework: 'junit',
    folder,
    files: sources.filter((file) => isBelow(file, folder)),
    configFiles,
    args: [],
    foundIn: own.find((file) => gradleNames.has(nameOf(file))) ?? own[0] ?? joinPath(folder, 'pom.xml'),
  };
}

/** One for each launcher that lies in the repository, with the jars beside it and the sources below the folder that holds it. */
function consoleProjects(view: RepositoryView, sources: readonly RepoPath[]): TestProject[] {
  return view.files
    .filter((file) => launcherJar.test(nameOf(file)))
    .map((launcher) => {
      const folder = folderOf(folderOf(launcher));
      const jars = view.files.filter(
        (file) => folderOf(file) === folderOf(launcher) && file.endsWith('.jar') && file !== launcher,
      );
      const all = view.files.filter((file) => isBelow(file, folder) && file.endsWith('.java'));
      return {
        framework: 'junit' as const,
        folder,
        files: sources.filter((file) => isBelow(file, folder) && file.endsWith('.java')),
        configFiles: [launcher, ...jars],
        args: [launcher, ...jars, '--', ...all],
        foundIn: launcher,
      };
    });
}
