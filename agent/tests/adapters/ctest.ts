// CTest: CMake projects with tests, GoogleTest, Catch2 and doctest among them.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { buildFolderOf, targetsOf } from '../ctest/build-folder.ts';
import { preparedPlace, runCMakeProject } from '../ctest/project-run.ts';
import { declaredTestFiles, testedProjects } from '../ctest/source.ts';
import { listCTests } from '../ctest/test-list.ts';
import { isBelow, nameOf } from '../native/repository-paths.ts';
import type { BatchContext, TestAdapter } from '../adapter.ts';

export const ctestAdapter: TestAdapter = {
  framework: 'ctest',
  setting: 'test.ctestEnabled',
  countsCoverage: true,

  concerns(file) {
    return isCMakeFile(file);
  },

  async detect(view) {
    const projects = testedProjects(view).map((folder) => ({
      framework: 'ctest' as const,
      folder,
      files: declaredTestFiles(view, folder),
      configFiles: view.files.filter((file) => isBelow(file, folder) && isCMakeFile(file)),
      args: [],
      foundIn: `${folder === '' ? '' : `${folder}/`}CMakeLists.txt`,
    }));
    return { projects: projects.filter((project) => project.files.length > 0), problems: [] };
  },

  async list(project, context) {
    if (!isBuilt(project.folder, context)) return null;
    const place = await preparedPlace(project.folder, context);
    if ('state' in place) return null;
    const tests = await listCTests(place, context);
    // Of programs that are not built CTest does not tell which they are.
    const isUnbuilt = tests?.some((test) => test.program === null || test.name.endsWith('_NOT_BUILT')) ?? true;
    return tests === null || isUnbuilt ? null : [...new Set(tests.map((test) => test.file))].toSorted();
  },

  async run(batch, context) {
    return await runCMakeProject(batch, context);
  },

  debug(project, file, titlePath, { root, keptFolder, environment }) {
    const source = path.join(root, project.folder);
    const folder = buildFolderOf(source, { keptFolder });
    const target = targetsOf(source, folder).find((each) => each.sources.includes(path.join(root, file)));
    const name = titlePath.at(-1) ?? '';
    return {
      type: 'lldb',
      program: target?.programs[0] ?? path.join(folder, nameOf(file).replace(/\.\w+$/, '')),
      arguments: /^[\w/]+\.[\w/]+$/.test(name) ? [`--gtest_filter=${name}`] : [],
      cwd: folder,
      environment,
    };
  },
};

/** Whether there is a build folder: nothing is configured only to know what it holds. */
function isBuilt(folder: string, context: BatchContext): boolean {
  return existsSync(path.join(buildFolderOf(path.join(context.root, folder), context), 'CMakeCache.txt'));
}

function isCMakeFile(file: string): boolean {
  const name = nameOf(file);
  return name === 'CMakeLists.txt' || name.endsWith('.cmake') || /^CMake(?:User)?Presets\.json$/.test(name);
}
