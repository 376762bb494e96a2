// jest 27 and up: run by its own command line, with our reporter and, for chosen files, our order.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { RepoPath } from '../../protocol/ids.ts';
import type { BatchContext, Detection, RepositoryView, TestAdapter, TestBatch, TestProject } from '../adapter.ts';
import { withoutOptions } from '../javascript/arguments.ts';
import { repoPath } from '../javascript/failure-text.ts';
import { hasJestConfiguration, jestConfigFiles, jestFiles, jestPatterns } from '../javascript/jest-files.ts';
import {
  projectEnvironment,
  projectFolder,
  projectOfFolder,
  projectOfUse,
  titleExpression,
  withoutRepeats,
} from '../javascript/project.ts';
import { runReporting } from '../javascript/reporting.ts';
import { findRunner, missingRunner, type RunnerPackage } from '../javascript/runner-package.ts';
import { expandedArguments } from '../javascript/shell-patterns.ts';
import { runnerUses, type RunnerUse } from '../javascript/uses.ts';
import { writtenCases } from '../javascript/written-cases.ts';
import { dependsOn } from '../scripts/manifest.ts';
import type { StandbyUse } from '../warm/standby-use.ts';
import { watchedFiles } from '../warm/watched-files.ts';

const unwanted = {
  flags: [
    '--watch',
    '--watchAll',
    '--coverage',
    '--collectCoverage',
    '--no-coverage',
    '--notify',
    '-o',
    '--onlyChanged',
    '-f',
    '--onlyFailures',
    '--lastCommit',
    '--json',
    '--updateSnapshot',
    '-u',
    '--detectLeaks',
    '--no-watch',
    '--colors',
    '--color',
  ],
  valued: [
    '--reporters',
    '--outputFile',
    '--changedSince',
    '--shard',
    '--coverageReporters',
    '--coverageDirectory',
    '--collectCoverageFrom',
    '--coverageProvider',
    '--coverageThreshold',
    '--coveragePathIgnorePatterns',
    '--notifyMode',
    '--testSequencer',
  ],
  families: [],
};

export const jestAdapter: TestAdapter = {
  framework: 'jest',
  setting: 'test.jestEnabled',

  concerns(file) {
    const name = file.slice(file.lastIndexOf('/') + 1);
    return name === 'package.json' || /^jest\.config\.(?:[cm]?[jt]s|json)$/.test(name);
  },

  async detect(view) {
    const { packages, uses, unsupported } = runnerUses(view);
    const fromScripts = uses.filter((use) => use.framework === 'jest').map((use) => projectFromScript(view, use));
    const used = new Set(uses.map((use) => use.package.folder));
    const others = packages
      .filter((each) => !used.has(each.folder) && !isHidden(each.manifest.scripts['test'] ?? ''))
      .filter((each) => dependsOn(each.manifest, 'jest') || hasJestConfiguration(view, each.folder))
      .map((each) => projectWithoutScript(view, each.folder));
    const projects = withoutRepeats([...fromScripts, ...others.filter((each) => each.files.length > 0)]);
    return { projects, problems: [...unsupported, ...problemsOf(view, projects)] } satisfies Detection;
  },

  async list(project, context) {
    const runner = findJest(projectFolder(project, context));
    if (runner === null) return null;
    let output = '';
    const exit = await context.run({
      command: 'node',
      args: [
        ...(project.nodeArguments ?? []),
        runner.program,
        ...(await expandedArguments(project, context)),
        '--listTests',
      ],
      cwd: projectFolder(project, context),
      environment: projectEnvironment(project, context),
      onStdout(text) {
        output += text;
      },
    });
    if (exit.exitCode !== 0) return null;
    const lines = output.split(/\r?\n/).filter((line) => path.isAbsolute(line));
    return lines.flatMap((line) => repoPath(context.root, line) ?? []).toSorted();
  },

  async run(batch, context) {
    const { project } = batch;
    const runner = findJest(projectFolder(project, context));
    if (runner === null) return { state: 'runner_missing', message: missingRunner(context, project.folder, 'jest') };
    return await runReporting(
      {
        name: `jest ${runner.version}`,
        args: await runnerArguments(batch, runner, context),
        cwd: projectFolder(project, context),
        environment: runnerEnvironment(batch, context),
        only: batch.only,
        ...(await standbyOf(batch, runner, context)),
      },
      context,
    );
  },

  readCases: writtenCases,

  recordsEvidence: () => true,

  debug(project, file, titlePath, { root, environment }) {
    const cwd = path.join(root, project.folder);
    const runner = findJest(cwd);
    const filter = titlePath.length === 0 ? [] : [`--testNamePattern=${titleExpression([titlePath])}`];
    return {
      type: 'node',
      program: runner?.program ?? path.join(cwd, 'node_modules/jest/bin/jest.js'),
      arguments: [
        ...withoutPatterns(project.args),
        '--runInBand',
        '--coverage=false',
        '--testTimeout=86400000',
        ...filter,
        '--runTestsByPath',
        path.join(root, file),
      ],
      runtimeArguments: project.nodeArguments ?? [],
      cwd,
      environment: projectEnvironment(project, { root, environment }),
    };
  },
};

function findJest(folder: string): RunnerPackage | null {
  return findRunner(folder, 'jest') ?? findRunner(folder, 'jest-cli');
}

/** `react-scripts test` makes jest's configuration itself. */
function isHidden(script: string): boolean {
  return /\b(?:react-scripts|craco|react-app-rewired|rescripts)\s+test\b/.test(script);
}

function projectFromScript(view: RepositoryView, use: RunnerUse): TestProject {
  const words = withoutOptions(use.invocation.args, unwanted);
  const args = words.map((each) => each.text);
  const { folder } = use.invocation;
  return projectOfUse(use, {
    words,
    files: jestFiles(view, folder, args),
    configFiles: jestConfigFiles(view, folder, args),
  });
}

function projectWithoutScript(view: RepositoryView, folder: string): TestProject {
  const configFiles = jestConfigFiles(view, folder, []);
  return projectOfFolder('jest', folder, {
    words: [],
    files: jestFiles(view, folder, []),
    configFiles,
    foundIn: configFiles[0] ?? 'package.json',
  });
}

function problemsOf(view: RepositoryView, projects: readonly TestProject[]): string[] {
  const missing = projects.filter((project) => findJest(path.join(view.root, project.folder)) === null);
  return [...new Set(missing.map((project) => missingRunner(view, project.folder, 'jest')))];
}

/** The arguments without expressions for paths: a single file is named instead. */
function withoutPatterns(args: readonly string[]): string[] {
  const patterns = new Set(jestPatterns(args));
  return args.filter((argument) => !patterns.has(argument));
}

/** Since this version jest takes an order from outside. */
const firstWithSequencer = 24;
/** Since this version it waits for the order. */
const firstWithStandby = 27;

async function runnerArguments(batch: TestBatch, runner: RunnerPackage, context: BatchContext): Promise<string[]> {
  const { project, only } = batch;
  const given = await expandedArguments(project, context);
  return [
    ...(project.nodeArguments ?? []),
    runner.program,
    ...(batch.files === null || runner.major >= firstWithSequencer ? given : withoutPatterns(given)),
    '--coverage=false',
    ...chosenFiles(batch, runner, context),
    ...(only.length === 0 ? [] : [`--testNamePattern=${titleExpression(only)}`]),
    `--reporters=${path.join(context.runnerFolder, 'jest-reporter.cjs')}`,
  ];
}

/** jest that has read its configuration and its map of files, and waits to be told which of them to run. */
async function standbyOf(
  batch: TestBatch,
  runner: RunnerPackage,
  context: BatchContext,
): Promise<{ standby?: StandbyUse }> {
  const { project, files, only } = batch;
  if (files === null || only.length > 0 || runner.major < firstWithStandby) return {};
  return {
    standby: {
      start: {
        command: 'node',
        args: await runnerArguments(batch, runner, context),
        cwd: projectFolder(project, context),
        environment: { ...projectEnvironment(project, context), NOODLE_STANDBY: 'jest' },
      },
      order: { files: files.map((file) => path.join(context.root, file)) },
      watched: watchedFiles(project, context.root, [path.join(runner.folder, 'package.json')]),
      knowsFiles: true,
      mustLoad: project.configFiles
        .filter((file) => /\.[cm]?[jt]s$/.test(file))
        .map((file) => path.join(context.root, file)),
      isLasting: false,
    },
  };
}

function chosenFiles({ files }: TestBatch, runner: RunnerPackage, context: BatchContext): string[] {
  if (files === null) return [];
  if (runner.major >= firstWithSequencer) {
    return ['--passWithNoTests', `--testSequencer=${path.join(context.runnerFolder, 'jest-sequencer.cjs')}`];
  }
  return ['--passWithNoTests', '--runTestsByPath', ...files.map((file) => path.join(context.root, file))];
}

function runnerEnvironment({ project, files }: TestBatch, context: BatchContext): Record<string, string> {
  const environment = projectEnvironment(project, context);
  if (files === null) return environment;
  const list = path.join(context.temporaryFolder, 'files.json');
  writeFileSync(list, JSON.stringify(files.map((file: RepoPath) => path.join(context.root, file))));
  return { ...environment, NOODLE_JEST_FILES: list };
}
