// go test: modules with _test.go files, run by `go test -json`.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { goPackages, readText, runExpression, titleExpressions, type GoPackage } from '../go/packages.ts';
import { goTests, modulePath } from '../go/source.ts';
import { readProfile } from '../go/profile.ts';
import { GoReport } from '../go/report.ts';
import { jsonOf, runMachine } from '../native/machine-run.ts';
import { below, folderOf, isBelow, joinPath, nameOf, nearestFolder } from '../native/repository-paths.ts';
import { repoPath } from '../javascript/failure-text.ts';
import type { RepoPath } from '../../protocol/ids.ts';
import type { BatchContext, BatchOutcome, RepositoryView, TestAdapter, TestBatch, TestProject } from '../adapter.ts';

const configurationNames = new Set(['go.mod', 'go.sum', 'go.work', 'go.work.sum']);

export const goAdapter: TestAdapter = {
  framework: 'go',
  setting: 'test.goEnabled',
  countsCoverage: true,

  concerns(file) {
    return configurationNames.has(nameOf(file));
  },

  async detect(view) {
    const modules = new Set(view.files.filter((file) => nameOf(file) === 'go.mod').map(folderOf));
    const files = Map.groupBy(
      view.files.filter((file) => file.endsWith('_test.go')),
      (file) => nearestFolder(file, modules) ?? '',
    );
    const projects = [...modules].flatMap((folder) => {
      const own = (files.get(folder) ?? []).filter((file) => isInPackage(below(file, folder)));
      return own.length === 0 ? [] : [projectOf(view, folder, own)];
    });
    const problems = [...modules]
      .filter((folder) => modulePath(view.read(joinPath(folder, 'go.mod')) ?? '') === null)
      .map((folder) => `${joinPath(folder, 'go.mod')} names no module: its tests cannot be run`);
    return { projects, problems };
  },

  async list(project, context) {
    const listed: RepoPath[] = [];
    let text = '';
    const { exit } = await runMachine(
      {
        ...command(project, context),
        args: ['list', '-e', '-json=Dir,TestGoFiles,XTestGoFiles', './...'],
        onLine(line) {
          text += line;
          if (line !== '}') return;
          const parsed = ListedPackage.safeParse(jsonOf(text));
          if (parsed.success) listed.push(...filesOf(parsed.data, context.root));
          text = '';
        },
      },
      context,
    );
    return exit.exitCode === 0 ? listed.toSorted() : null;
  },

  async run(batch, context) {
    const packages = goPackages(batch, context);
    if (packages === null)
      return {
        state: 'broken',
        message: `${joinPath(batch.project.folder, 'go.mod')} names no module`,
        exitCode: null,
      };
    for (const call of callsOf(batch, packages)) {
      const outcome = await runCall(call, batch, context);
      if (outcome.state !== 'finished' || context.signal.aborted) return outcome;
    }
    return { state: 'finished' };
  },

  readCases(_file, text) {
    return goTests(text).map(({ name, line }) => ({ titlePath: [name], line }));
  },

  debug(project, file, titlePath, { root, environment }) {
    const expression = titleExpressions([titlePath])[0];
    const names = goTests(readText(path.join(root, file)) ?? '').map(({ name }) => [name]);
    const chosen = titlePath.length === 0 ? titleExpressions(names)[0] : expression;
    return {
      type: 'go',
      program: path.join(root, folderOf(file)),
      arguments: chosen === undefined ? [] : ['-test.run', chosen],
      cwd: path.join(root, project.folder),
      environment,
    };
  },
};

/** What `./...` passes over. */
function isInPackage(inner: string): boolean {
  const folders = inner.split('/').slice(0, -1);
  return (
    !/^[_.]/.test(nameOf(inner)) &&
    folders.every((folder) => folder !== 'testdata' && folder !== 'vendor' && !/^[_.]/.test(folder))
  );
}

function projectOf(view: RepositoryView, folder: string, files: readonly RepoPath[]): TestProject {
  const configFiles = [...configurationNames].map((name) => joinPath(folder, name));
  const workspace = view.files.filter((file) => nameOf(file) === 'go.work' && isBelow(folder, folderOf(file)));
  return {
    framework: 'go',
    folder,
    files,
    configFiles: [...new Set([...configFiles.filter((file) => view.files.includes(file)), ...workspace])],
    args: [],
    foundIn: joinPath(folder, 'go.mod'),
  };
}

const ListedPackage = z.object({
  Dir: z.string(),
  TestGoFiles: z.array(z.string()).default([]),
  XTestGoFiles: z.array(z.string()).default([]),
});

function filesOf({ Dir, TestGoFiles, XTestGoFiles }: z.infer<typeof ListedPackage>, root: string): RepoPath[] {
  return [...TestGoFiles, ...XTestGoFiles].flatMap((name) => repoPath(root, path.join(Dir, name)) ?? []);
}

/** One `go test`: of whole packages together, or of some tests of one. */
interface GoCall {
  readonly packages: readonly GoPackage[];
  /** For `-run`; null: all. */
  readonly expression: string | null;
}

function callsOf(batch: TestBatch, packages: readonly GoPackage[]): GoCall[] {
  if (batch.only.length > 0) return titleExpressions(batch.only).map((expression) => ({ packages, expression }));
  const whole = packages.filter((each) => runExpression(each) === null);
  const partial = packages.filter((each) => !whole.includes(each));
  const calls = partial.map((each) => ({ packages: [each], expression: runExpression(each) }));
  return whole.length === 0 ? calls : [...calls, { packages: whole, expression: null }];
}

async function runCall(call: GoCall, batch: TestBatch, context: BatchContext): Promise<BatchOutcome> {
  const report = new GoReport({
    context,
    packages: new Map(call.packages.map((each) => [each.importPath, each])),
    moduleFolder: batch.project.folder,
    isFile: (file) => readText(path.join(context.root, file)) !== null,
  });
  const { exit, errors } = await runMachine(
    {
      ...command(batch.project, context),
      args: [
        'test',
        '-json',
        // A result of Go's own cache would be no run: what need not run is not asked for.
        '-count=1',
        ...(context.countCoverage === undefined ? [] : [`-coverprofile=${profileOf(context)}`]),
        ...(call.expression === null ? [] : [`-run=${call.expression}`]),
        ...(batch.files === null ? ['./...'] : call.packages.map((each) => packageArgument(each, batch.project))),
      ],
      // It prints the stack of every goroutine then.
      endSignal: 'SIGQUIT',
      onLine: (line) => report.line(line),
    },
    context,
  );
  if (exit.startError !== null) return { state: 'runner_missing', message: missingGo };
  report.end(errors);
  countLines(call, batch, context);
  if (report.died.length > 0)
    return {
      state: 'broken',
      message: 'the process of a test ended while the test ran',
      exitCode: exit.exitCode,
      files: report.died,
      isReported: true,
    };
  if (exit.exitCode === 0 || report.failures > 0) return { state: 'finished' };
  const how = exit.exitCode === null ? `was ended by ${exit.signalName}` : `exited with ${exit.exitCode}`;
  return { state: 'broken', message: `go test ${how}: ${errors.trim().slice(-4000)}`, exitCode: exit.exitCode };
}

function profileOf({ temporaryFolder }: BatchContext): string {
  return path.join(temporaryFolder, 'cover.out');
}

/** Go counts by package: what a package's tests ran of it counts for each of its test files that ran. */
function countLines({ packages }: GoCall, { project }: TestBatch, context: BatchContext): void {
  const { countCoverage, root } = context;
  const text = countCoverage === undefined ? null : readText(profileOf(context));
  const module = modulePath(readText(path.join(root, project.folder, 'go.mod')) ?? '');
  if (countCoverage === undefined || text === null || module === null) return;
  // The next call writes its own.
  rmSync(profileOf(context), { force: true });
  const files = readProfile(text, {
    module,
    root,
    folder: path.join(root, project.folder),
    read: (file) => readText(path.join(root, file)),
  });
  const all = packages.flatMap(({ chosen }) => chosen);
  for (const [folder, own] of Map.groupBy(files, (file) => folderOf(file.path))) {
    const chosen = packages.find((each) => each.folder === folder)?.chosen;
    countCoverage(chosen ?? all, own);
  }
}

const missingGo = 'go is not in PATH: install Go (https://go.dev/dl, or the package golang) to run these tests';

function command({ folder }: TestProject, { root, environment }: BatchContext) {
  return { command: 'go', cwd: path.join(root, folder), environment };
}

function packageArgument({ folder }: GoPackage, project: TestProject): string {
  return `./${below(folder, project.folder)}`.replace(/^\.\/$/, '.');
}
