// The examples in documentation comments: `cargo test --doc`, which rustdoc runs through the same harness.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { BatchContext, TestBatch } from '../adapter.ts';
import { repoPath } from '../javascript/failure-text.ts';
import type { RepoPath } from '../../protocol/ids.ts';
import type { CargoBuild, DocumentedPackage } from './build.ts';
import { runTests, type LibtestResult } from './libtest.ts';
import { hasDoctests } from './source.ts';

/** What the run of a workspace lends to its examples. */
export interface DoctestRun {
  readonly batch: TestBatch;
  readonly context: BatchContext;
  readonly chosen: ReadonlySet<RepoPath> | null;
  /** Absolute. */
  readonly folder: string;
  isWanted(file: RepoPath): boolean;
  started(file: RepoPath): void;
  report(
    test: { readonly name: string; readonly file: RepoPath },
    result: LibtestResult,
    titlePath: readonly string[],
  ): void;
}

/** Runs those of the chosen files; their titles are `doctest` and what rustdoc calls them. */
export async function runDoctests(run: DoctestRun, build: CargoBuild): Promise<void> {
  const titles = run.batch.only.filter(([first]) => first === 'doctest').map((title) => title[1] ?? '');
  if (run.batch.only.length > 0 && titles.length === 0) return;
  const files = (run.chosen === null ? run.batch.project.files : [...run.chosen]).filter((file) =>
    isDocumented(file, run),
  );
  const byPackage = Map.groupBy(files, (file) => packageOf(path.join(run.context.root, file), build.documented));
  for (const documented of build.documented) {
    const own = byPackage.get(documented) ?? [];
    if (own.length === 0 || run.context.signal.aborted) continue;
    await runPackage(run, documented, { files: own, titles });
  }
}

/** The package of an absolute path: one may lie within another. */
function packageOf(file: string, packages: readonly DocumentedPackage[]): DocumentedPackage | undefined {
  const around = packages.filter(({ folder }) => file.startsWith(folder + path.sep));
  return around.toSorted((one, other) => other.folder.length - one.folder.length)[0];
}

async function runPackage(
  run: DoctestRun,
  { packageId, folder }: DocumentedPackage,
  { files, titles }: { files: readonly RepoPath[]; titles: readonly string[] },
): Promise<void> {
  const { context } = run;
  const placeOf = (name: string) => doctestPlace(name, { root: context.root, folders: [run.folder, folder] });
  const isWanted = (name: string) => {
    const place = placeOf(name);
    return place !== null && run.isWanted(place.file) && (titles.length === 0 || titles.includes(place.title));
  };
  const listener = {
    started(name: string) {
      const place = placeOf(name);
      if (place !== null && isWanted(name)) run.started(place.file);
    },
    ended(result: LibtestResult) {
      const place = placeOf(result.name);
      if (place !== null && isWanted(result.name))
        run.report({ name: result.name, file: place.file }, result, ['doctest', place.title]);
    },
  };
  const program = {
    command: 'cargo',
    args: ['test', '--doc', '-p', packageId, '--'],
    cwd: run.folder,
    environment: context.environment,
  };
  // The harness matches parts of names; in a name the file's path comes first.
  const byFile = run.chosen === null ? [] : files.map((file) => `${path.basename(file)} - `);
  const selection = titles.length > 0 ? titles.map((title) => ` - ${title}`) : byFile;
  const outcome = await runTests(program, selection, { listener, context });
  if (outcome.open.length > 0 || outcome.isUnderstood || context.signal.aborted) return;
  for (const file of files)
    context.report({
      file,
      titlePath: ['doctest'],
      status: 'errored',
      durationMs: 0,
      message: outcome.errors.trim().slice(-4000),
    });
}

/** `src/lib.rs - cart::add (line 3)`: the path starts from the package or from the workspace, by version of cargo. */
function doctestPlace(
  name: string,
  { root, folders }: { root: string; folders: readonly string[] },
): { file: RepoPath; title: string } | null {
  const split = name.indexOf(' - ');
  if (split === -1) return null;
  const found = folders.map((folder) => path.resolve(folder, name.slice(0, split))).find((each) => existsSync(each));
  const file = found === undefined ? null : repoPath(root, found);
  return file === null ? null : { file, title: name.slice(split + 3) };
}

function isDocumented(file: RepoPath, run: DoctestRun): boolean {
  try {
    return hasDoctests(readFileSync(path.join(run.context.root, file), 'utf8'));
  } catch {
    return false;
  }
}
