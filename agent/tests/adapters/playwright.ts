// Playwright Test: found by playwright.config.*, or by the package where a script runs it without one.
import path from 'node:path';
import picomatch from 'picomatch';
import { z } from 'zod';
import type { RepoPath } from '../../protocol/ids.ts';
import type { BatchContext, BatchOutcome, RepositoryView, TestAdapter, TestBatch, TestProject } from '../adapter.ts';
import { repoPath } from '../javascript/failure-text.ts';
import { escapedTitle, projectEnvironment, projectFolder } from '../javascript/project.ts';
import { ask, runReporting } from '../javascript/reporting.ts';
import { findRunner, missingRunner, type RunnerPackage } from '../javascript/runner-package.ts';
import { below, folderOf, isBelow, joinPath, nameOf } from '../native/repository-paths.ts';

const configurationName = /^playwright(?:-ct)?\.config\.[cm]?[jt]s$/;
const defaultMatch = picomatch('**/*.@(spec|test).?(c|m)[jt]s?(x)', { dot: true });

export const playwrightAdapter: TestAdapter = {
  framework: 'playwright',
  setting: 'test.playwrightEnabled',

  concerns(file) {
    return configurationName.test(nameOf(file)) || nameOf(file) === 'package.json';
  },

  async detect(view) {
    const configured = view.files.filter(
      (file) => configurationName.test(nameOf(file)) && /@playwright\/|playwright\/test/.test(view.read(file) ?? ''),
    );
    const folders = new Set(configured.map(folderOf));
    const scripted = view.files.filter(
      (file) =>
        nameOf(file) === 'package.json' &&
        !folders.has(folderOf(file)) &&
        /"[^"]*\bplaywright test\b/.test(view.read(file) ?? '') &&
        !/playwright test[^"]*(?:-c|--config)\b/.test(view.read(file) ?? ''),
    );
    const projects = [...configured, ...scripted]
      .map((file) => projectOf(view, file))
      .filter((project) => project.files.length > 0);
    const missing = projects.filter((project) => findPlaywright(path.join(view.root, project.folder)) === null);
    return {
      projects,
      problems: [...new Set(missing.map((project) => missingRunner(view, project.folder, '@playwright/test')))],
    };
  },

  async list(project, context) {
    const runner = findPlaywright(projectFolder(project, context));
    if (runner === null) return null;
    const command = { ...commandOf(project, context), name: 'playwright', only: [] };
    const { answer } = await ask(
      {
        ...command,
        args: [runner.program, 'test', ...project.args, '--list', reporterArgument(context)],
        environment: { ...command.environment, NOODLE_PLAYWRIGHT_LIST: '1' },
      },
      context,
    );
    const files = z.array(z.string()).safeParse(answer);
    return files.success && files.data.length > 0
      ? files.data.flatMap((file) => repoPath(context.root, file) ?? []).toSorted()
      : null;
  },

  async run(batch, context) {
    const runner = findPlaywright(projectFolder(batch.project, context));
    if (runner === null)
      return { state: 'runner_missing', message: missingRunner(context, batch.project.folder, '@playwright/test') };
    let left = batch;
    for (;;) {
      const { outcome, unloaded } = await runOnce(left, { runner, context });
      const asked = left.files ?? left.project.files;
      const files = asked.filter((file) => !unloaded.has(file));
      // What does not load may be a file that the tests import: without it there is nothing to leave out.
      if (files.length === asked.length || files.length === 0 || context.signal.aborted) return outcome;
      left = { ...left, files };
    }
  },

  debug(project, file, titlePath, { root, environment }) {
    const cwd = path.join(root, project.folder);
    const only = titlePath.length === 0 ? [] : [titlePath];
    return {
      type: 'node',
      program: findPlaywright(cwd)?.program ?? path.join(cwd, 'node_modules/@playwright/test/cli.js'),
      arguments: [
        'test',
        ...project.args,
        ...selectionOf({ project, files: [file], only }, root),
        '--timeout=0',
        '--workers=1',
        '--retries=0',
        '--reporter=line',
      ],
      cwd,
      environment: { ...projectEnvironment(project, { root, environment }), PWDEBUG: 'console' },
    };
  },
};

/** Where a file does not load, playwright runs none at all: resolves with those files, so that the others run without them. */
async function runOnce(
  { project, files, only }: TestBatch,
  { runner, context }: { runner: RunnerPackage; context: BatchContext },
): Promise<{ outcome: BatchOutcome; unloaded: ReadonlySet<RepoPath> }> {
  const unloaded = new Set<RepoPath>();
  let hasRun = false;
  const args = [
    runner.program,
    'test',
    ...project.args,
    ...selectionOf({ project, files, only }, context.root),
    ...(files === null ? [] : ['--pass-with-no-tests']),
    reporterArgument(context),
  ];
  const outcome = await runReporting(
    { ...commandOf(project, context), name: `playwright ${runner.version}`, args, only },
    {
      ...context,
      report(result) {
        if (result.titlePath.length > 0) hasRun = true;
        else unloaded.add(result.file);
        context.report(result);
      },
    },
  );
  return { outcome, unloaded: hasRun ? new Set() : unloaded };
}

/** The package calls its program `playwright`. */
function findPlaywright(folder: string): RunnerPackage | null {
  const runner = findRunner(folder, 'playwright');
  const test = findRunner(folder, '@playwright/test', 'playwright');
  return test ?? runner;
}

function projectOf(view: RepositoryView, file: RepoPath): TestProject {
  const folder = folderOf(file);
  const isConfiguration = nameOf(file) !== 'package.json';
  const written = isConfiguration ? /\btestDir:\s*['"`]([^'"`$]+)['"`]/.exec(view.read(file) ?? '')?.[1] : undefined;
  const start = joinPath(folder, written ?? '.').replace(/^\.$|\/$/g, '');
  const files = view.files.filter(
    (each) => isBelow(each, start) && defaultMatch(below(each, start)) && usesPlaywright(view, each),
  );
  return {
    framework: 'playwright',
    folder,
    files,
    configFiles: [file, joinPath(folder, 'package.json')].filter((each) => view.read(each) !== null),
    args: isConfiguration ? ['--config', nameOf(file)] : [],
    foundIn: file,
  };
}

/** Tests of other runners often bear the same names; fixtures of the project's own may stand between. */
function usesPlaywright(view: RepositoryView, file: RepoPath): boolean {
  const text = view.read(file) ?? '';
  return (
    /['"](?:@playwright\/|playwright\/)/.test(text) || (/from\s+['"]\.{1,2}\//.test(text) && /\bpage\b/.test(text))
  );
}

function commandOf(project: TestProject, context: BatchContext) {
  return {
    cwd: projectFolder(project, context),
    environment: { ...projectEnvironment(project, context), PLAYWRIGHT_HTML_OPEN: 'never' },
  };
}

function reporterArgument(context: BatchContext): string {
  return `--reporter=${path.join(context.runnerFolder, 'playwright-reporter.cjs')}`;
}

/** Paths and titles are expressions to playwright. A title's full text begins with its project and file. */
function selectionOf({ files, only }: Pick<TestBatch, 'files' | 'only' | 'project'>, root: string): string[] {
  const paths = (files ?? []).map((file) => `${escapedTitle(path.join(root, file))}$`);
  if (only.length === 0) return paths;
  const titles = only.map(([first = '', ...rest]) => [escapedTitle(first), ...rest.map(escapedTitle)]);
  const expressions = titles.map(([first, second, ...rest]) =>
    [first, ...(second === undefined ? [] : [`(?:.*\\s)?${second}`]), ...rest].join('\\s'),
  );
  return [...paths, '--grep', `(?:^|\\s)(?:${expressions.join('|')})(?:$|\\s)`];
}
