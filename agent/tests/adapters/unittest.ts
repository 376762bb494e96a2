// unittest: test*.py files with TestCase classes in repositories that do not use pytest.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { findPython } from '../../platform/python-environment.ts';
import type { RepoPath } from '../../protocol/ids.ts';
import type {
  BatchContext,
  BatchOutcome,
  DebugCommand,
  RepositoryView,
  TestAdapter,
  TestBatch,
  TestProject,
} from '../adapter.ts';
import { watchedFiles } from '../warm/watched-files.ts';
import { pytestAdapter } from './pytest.ts';
import { hangingStack } from './python-stack.ts';
import { endedEarly, readPythonReport } from './python-report.ts';

const testName = /^test.*\.py$/;
const testCase = /\bunittest\b|\bTestCase\b/;

export const unittestAdapter: TestAdapter = {
  framework: 'unittest',
  setting: 'test.unittestEnabled',

  concerns(file) {
    return pytestAdapter.concerns(file) || testName.test(nameOf(file));
  },

  async detect(view) {
    const usedByPytest = await pytestAdapter.detect(view);
    const taken = usedByPytest.projects.map((project) => (project.folder === '' ? '' : `${project.folder}/`));
    const files = view.files.filter(
      (file) => isTestFile(view, file) && !taken.some((folder) => file.startsWith(folder)),
    );
    if (files.length === 0) return { projects: [], problems: [] };
    const project: TestProject = {
      framework: 'unittest',
      folder: '',
      files,
      configFiles: [],
      args: [],
      foundIn: `${files.length} files with TestCase classes`,
    };
    return { projects: [project], problems: [] };
  },

  async run(batch, context) {
    const files = batch.files ?? batch.project.files;
    const report = readPythonReport(context, () => {});
    let lastOutput = '';
    const remember = (text: string) => {
      lastOutput = (lastOutput + text).slice(-16_000);
    };
    const script = path.join(context.runnerFolder, 'noodle_unittest.py');
    const args = [...onlyArguments(batch), ...files.map((file) => fileArgument(context, file))];
    const start = {
      command: findPython(context.root, context.root, context.environment),
      cwd: context.root,
      environment: { ...context.environment, PYTHONUNBUFFERED: '1' },
    };
    const exit = await context.run(
      { ...start, args: [script, ...args], onReport: report.line, onStdout: remember, onStderr: remember },
      {
        start: { ...start, args: [script, '--noodle-standby'] },
        order: { args },
        watched: watchedFiles(batch.project, context.root),
        knowsFiles: false,
        mustLoad: [],
        isLasting: false,
      },
    );
    const outcome =
      exit.startError === null && !report.isDone()
        ? endedEarly('unittest', exit, lastOutput)
        : outcomeOf(exit.startError, exit.exitCode, report.failures(), lastOutput);
    return outcome.state === 'broken' && context.isHanging()
      ? { ...outcome, ...hangingStack(lastOutput, context.root) }
      : outcome;
  },

  recordsEvidence: () => true,

  debug(_project, file, titlePath, { root, runnerFolder, environment }): DebugCommand {
    const module = path.join(root, file);
    const only = titlePath.length === 0 ? [] : [`--only=${titlePath.join('.')}`];
    return {
      type: 'debugpy',
      program: path.join(runnerFolder, 'noodle_unittest.py'),
      arguments: [...only, `${importRoot(module)}=${module}`],
      cwd: root,
      environment,
    };
  },
};

function outcomeOf(
  startError: string | null,
  exitCode: number | null,
  failures: number,
  lastOutput: string,
): BatchOutcome {
  if (startError !== null)
    return {
      state: 'runner_missing',
      message: 'unittest needs Python 3, and neither python3 nor python was found in PATH',
    };
  if (exitCode === 0 || (exitCode === 1 && failures > 0)) return { state: 'finished' };
  return {
    state: 'broken',
    message: `unittest exited with ${exitCode ?? 'a signal'}: ${lastOutput.trim().slice(-1500)}`,
    exitCode,
  };
}

function isTestFile(view: RepositoryView, file: RepoPath): boolean {
  return testName.test(nameOf(file)) && testCase.test(view.read(file) ?? '');
}

function onlyArguments(batch: TestBatch): string[] {
  return batch.only.map((titlePath) => `--only=${titlePath.join('.')}`);
}

/** `<import root>=<file>`, both absolute. */
function fileArgument(context: BatchContext, file: RepoPath): string {
  const absolute = path.join(context.root, file);
  return `${importRoot(absolute, context.root)}=${absolute}`;
}

/** The folder above the file's outermost package: where `python -m unittest discover` would start to import from. */
function importRoot(file: string, root?: string): string {
  let folder = path.dirname(file);
  while (folder !== root && existsSync(path.join(folder, '__init__.py'))) folder = path.dirname(folder);
  return folder;
}

function nameOf(file: RepoPath): string {
  return file.slice(file.lastIndexOf('/') + 1);
}
