// cargo test: workspaces and packages of Rust, with unit tests, integration tests and examples in documentation.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { cargoRoots, rootOf } from '../cargo/workspaces.ts';
import { hasDoctests, hasRustTests } from '../cargo/source.ts';
import { callsTestMacro, testMacros, withoutMacros } from '../cargo/test-macros.ts';
import { WorkspaceRun } from '../cargo/workspace-run.ts';
import { below, folderOf, joinPath, nameOf } from '../native/repository-paths.ts';
import type { RepoPath } from '../../protocol/ids.ts';
import type { RepositoryView, TestAdapter, TestProject } from '../adapter.ts';

export const cargoAdapter: TestAdapter = {
  framework: 'cargo',
  setting: 'test.cargoEnabled',
  countsCoverage: true,

  concerns(file) {
    return nameOf(file) === 'Cargo.toml' || file.endsWith('.rs');
  },

  async detect(view) {
    const roots = cargoRoots(view);
    const files = Map.groupBy(
      view.files.filter((file) => file.endsWith('.rs')),
      (file) => rootOf(folderOf(file), roots),
    );
    const projects = roots.flatMap((folder) => {
      const sources = files.get(folder) ?? [];
      const macros = testMacros(sources.map((file) => view.read(file) ?? ''));
      const own = sources.filter((file) => isTestFile(view, file, { root: folder, macros }));
      return own.length === 0 ? [] : [projectOf(view, folder, own)];
    });
    return { projects, problems: [] };
  },

  async run(batch, context) {
    return await new WorkspaceRun(batch, context).run();
  },

  debug(project, file, titlePath, { root, environment }) {
    const folder = packageFolder(path.join(root, file), path.join(root, project.folder));
    const isIntegration = /(?:^|\/)tests\/[^/]+\.rs$/.test(file);
    const target = isIntegration ? ['--test', nameOf(file).slice(0, -'.rs'.length)] : ['--lib', '--bins'];
    return {
      type: 'lldb',
      program: '',
      // CodeLLDB builds with these and debugs what comes of it.
      cargo: ['test', '--no-run', `--manifest-path=${path.join(folder, 'Cargo.toml')}`, ...target],
      arguments: titlePath.length === 0 ? [] : ['--exact', titlePath.join('::'), '--nocapture'],
      cwd: folder,
      environment,
    };
  },
};

/** `src/` and `tests/` are of packages; `benches/` and `examples/` run when asked for by name; cargo builds in `target/`. */
function isTestFile(
  view: RepositoryView,
  file: RepoPath,
  { root, macros }: { readonly root: string; readonly macros: ReadonlySet<string> },
): boolean {
  const folders = below(file, root).split('/').slice(0, -1);
  if (folders.includes('benches') || folders[0] === 'target' || (folders.includes('tests') && folders.includes('ui')))
    return false;
  const text = view.read(file) ?? '';
  if (hasRustTests(withoutMacros(text)) || callsTestMacro(text, macros)) return true;
  return !folders.includes('tests') && !folders.includes('examples') && hasDoctests(text);
}

/** The folder of the package that a file belongs to, absolute. */
function packageFolder(file: string, workspace: string): string {
  for (
    let folder = path.dirname(file);
    folder.startsWith(workspace) && folder !== path.dirname(folder);
    folder = path.dirname(folder)
  )
    if (existsSync(path.join(folder, 'Cargo.toml'))) return folder;
  return workspace;
}

function projectOf(view: RepositoryView, folder: string, files: readonly RepoPath[]): TestProject {
  const names = ['Cargo.toml', 'Cargo.lock', 'rust-toolchain', 'rust-toolchain.toml', '.cargo/config.toml', 'build.rs'];
  const own = new Set(names.map((name) => joinPath(folder, name)));
  return {
    framework: 'cargo',
    folder,
    files,
    configFiles: view.files.filter((file) => own.has(file)),
    args: [],
    foundIn: joinPath(folder, 'Cargo.toml'),
  };
}
