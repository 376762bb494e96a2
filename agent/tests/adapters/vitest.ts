// vitest 1 and up: run by its own command line, with our reporter beside none other.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { RepoPath } from '../../protocol/ids.ts';
import type { BatchContext, Detection, RepositoryView, TestAdapter, TestBatch, TestProject } from '../adapter.ts';
import { withoutOptions } from '../javascript/arguments.ts';
import { repoPath } from '../javascript/failure-text.ts';
import { installedFiles } from '../javascript/installed-files.ts';
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
import { expandedArguments, knownArguments } from '../javascript/shell-patterns.ts';
import { runnerUses, type RunnerUse } from '../javascript/uses.ts';
import { vitestConfigFiles, vitestFiles, vitestFilters } from '../javascript/vitest-files.ts';
import { writtenCases } from '../javascript/written-cases.ts';
import { dependsOn } from '../scripts/manifest.ts';
import type { Word } from '../scripts/shell.ts';
import type { StandbyUse } from '../warm/standby-use.ts';
import { watchedFiles } from '../warm/watched-files.ts';

const unwanted = {
  flags: [
    '--watch',
    '-w',
    '--run',
    '--ui',
    '--open',
    '--update',
    '-u',
    '--standalone',
    '--clearScreen',
    '--inspect',
    '--inspect-brk',
    '--inspectBrk',
    '--color',
    '--no-color',
    '--includeTaskLocation',
  ],
  valued: ['--reporter', '--changed', '--shard', '--mergeReports'],
  families: ['--coverage', '--outputFile', '--ui', '--watch'],
};

export const vitestAdapter: TestAdapter = {
  framework: 'vitest',
  setting: 'test.vitestEnabled',

  concerns(file) {
    const name = file.slice(file.lastIndexOf('/') + 1);
    return (
      name === 'package.json' ||
      name === 'pnpm-workspace.yaml' ||
      /^vite(?:st)?\.(?:config|workspace|projects)\.(?:[cm]?[jt]s|json)$/.test(name)
    );
  },

  async detect(view) {
    const { packages, uses } = runnerUses(view);
    const fromScripts = uses.filter((use) => use.framework === 'vitest').map((use) => projectFromScript(view, use));
    const used = new Set(uses.map((use) => use.package.folder));
    const others = packages
      .filter((each) => !used.has(each.folder))
      .filter(
        (each) =>
          dependsOn(each.manifest, 'vitest') ||
          vitestConfigFiles(view, each.folder, null).some((file) => /vitest\./.test(file)),
      )
      .map((each) => projectWithoutScript(view, each.folder));
    const projects = withoutRepeats([...fromScripts, ...others.filter((each) => each.files.length > 0)]);
    return { projects, problems: problemsOf(view, projects) } satisfies Detection;
  },

  async list(project, context) {
    const runner = findRunner(projectFolder(project, context), 'vitest');
    if (runner === null || runner.major < 2) return null;
    const output = path.join(context.temporaryFolder, 'files.json');
    await context.run({
      command: 'node',
      args: [
        ...(project.nodeArguments ?? []),
        runner.program,
        'list',
        ...(await expandedArguments(project, context)),
        '--filesOnly',
        `--json=${output}`,
      ],
      cwd: projectFolder(project, context),
      environment: projectEnvironment(project, context),
    });
    return readFileList(output, context.root);
  },

  async run(batch, context) {
    const { project } = batch;
    const runner = findRunner(projectFolder(project, context), 'vitest');
    if (runner === null) return { state: 'runner_missing', message: missingRunner(context, project.folder, 'vitest') };
    return await runReporting(
      {
        name: `vitest ${runner.version}`,
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

  // In a browser there is no node to count.
  recordsEvidence: ({ args }) => !args.some((argument) => argument.startsWith('--browser')),

  debug(project, file, titlePath, { root, environment }) {
    const cwd = path.join(root, project.folder);
    const runner = findRunner(cwd, 'vitest');
    const filter = titlePath.length === 0 ? [] : ['--testNamePattern', titleExpression([titlePath])];
    return {
      type: 'node',
      program: runner?.program ?? path.join(cwd, 'node_modules/vitest/vitest.mjs'),
      arguments: [
        'run',
        ...knownArguments(project, root),
        path.join(root, file),
        ...filter,
        '--no-file-parallelism',
        '--testTimeout=0',
        '--hookTimeout=0',
        '--coverage.enabled=false',
      ],
      runtimeArguments: project.nodeArguments ?? [],
      cwd,
      environment: projectEnvironment(project, { root, environment }),
    };
  },
};

function projectFromScript(view: RepositoryView, use: RunnerUse): TestProject {
  const words = withoutOptions(withoutCommand(use.invocation.args), unwanted);
  const { folder } = use.invocation;
  const args = words.map((each) => each.text);
  return projectOfUse(use, {
    words,
    files: vitestFiles(view, folder, args),
    configFiles: vitestConfigFiles(view, folder, args),
  });
}

function projectWithoutScript(view: RepositoryView, folder: string): TestProject {
  const configFiles = vitestConfigFiles(view, folder, []);
  return projectOfFolder('vitest', folder, {
    words: [],
    files: vitestFiles(view, folder, []),
    configFiles,
    foundIn: configFiles[0] ?? 'package.json',
  });
}

function withoutCommand(words: readonly Word[]): readonly Word[] {
  return ['run', 'watch', 'dev'].includes(words[0]?.text ?? '') ? words.slice(1) : words;
}

function problemsOf(view: RepositoryView, projects: readonly TestProject[]): string[] {
  const missing = projects.filter((project) => findRunner(path.join(view.root, project.folder), 'vitest') === null);
  return [...new Set(missing.map((project) => missingRunner(view, project.folder, 'vitest')))];
}

/** Windows takes 32,767 characters at most; without filters vitest looks at all files and our order still picks its own. */
const longestFilters = 24_000;

async function runnerArguments(batch: TestBatch, runner: RunnerPackage, context: BatchContext): Promise<string[]> {
  const { project, files, only } = batch;
  const filters = (files ?? []).map((file) => path.join(context.root, file));
  const isShort = filters.join(' ').length < longestFilters && vitestFilters(project.args).length === 0;
  return [
    ...(project.nodeArguments ?? []),
    runner.program,
    'run',
    ...(await expandedArguments(project, context)),
    ...(isShort ? filters : []),
    ...(only.length === 0 ? [] : ['--testNamePattern', titleExpression(only)]),
    ...(files === null ? [] : ['--passWithNoTests']),
    ...coverageArguments(context),
    `--reporter=${installedReporter(context, context.temporaryFolder)}`,
  ];
}

/** Since this version it can be asked to run files again. */
const firstWithStandby = 3;

/** vitest whose server is ready, and which runs what it is told, again and again. */
async function standbyOf(
  batch: TestBatch,
  runner: RunnerPackage,
  context: BatchContext,
): Promise<{ standby?: StandbyUse }> {
  const { project, files, only } = batch;
  if (files === null || runner.major < firstWithStandby || vitestFilters(project.args).length > 0) return {};
  return {
    standby: {
      start: {
        command: 'node',
        args: [
          ...(project.nodeArguments ?? []),
          runner.program,
          'run',
          ...(await expandedArguments(project, context)),
          '--coverage.enabled=false',
          `--reporter=${installedReporter(context, context.standbyFolder)}`,
        ],
        cwd: projectFolder(project, context),
        environment: { ...projectEnvironment(project, context), NOODLE_STANDBY: 'vitest' },
      },
      order: {
        files: files.map((file) => path.join(context.root, file)),
        pattern: only.length === 0 ? null : titleExpression(only),
      },
      watched: watchedFiles(project, context.root, [path.join(runner.folder, 'package.json')]),
      knowsFiles: true,
      mustLoad: [],
      isLasting: true,
    },
  };
}

/** Coverage of the user's own is not collected; where evidence is, that is a provider of ours. */
function coverageArguments(context: BatchContext): string[] {
  if (!context.recordsEvidence) return ['--coverage.enabled=false'];
  const provider = path.join(path.dirname(installedReporter(context, context.temporaryFolder)), 'evidence-vitest.mjs');
  return ['--coverage.enabled=true', '--coverage.provider=custom', `--coverage.customProviderModule=${provider}`];
}

/**
 * vite loads files outside of the project only where `server.fs` allows it, but leaves installed modules to node:
 * so the reporter is put where it looks like one.
 */
function installedReporter(context: BatchContext, parent: string): string {
  return installedFiles(context, parent, [
    'vitest-reporter.mjs',
    'vitest-standby.mjs',
    'evidence-vitest.mjs',
    'channel.cjs',
    'standby-channel.cjs',
  ]);
}

function runnerEnvironment({ project, files }: TestBatch, context: BatchContext): Record<string, string> {
  const environment = projectEnvironment(project, context);
  if (files === null) return environment;
  const list = path.join(context.temporaryFolder, 'files.json');
  writeFileSync(list, JSON.stringify(files.map((file) => path.join(context.root, file))));
  return { ...environment, NOODLE_VITEST_FILES: list };
}

const FileList = z.array(z.object({ file: z.string() }));

function readFileList(output: string, root: string): RepoPath[] | null {
  try {
    const listed = FileList.parse(JSON.parse(readFileSync(output, 'utf8')));
    return [...new Set(listed.flatMap(({ file }) => repoPath(root, path.resolve(root, file)) ?? []))].toSorted();
  } catch {
    // It said why on its own output; what was found by looking stays.
    return null;
  }
}
