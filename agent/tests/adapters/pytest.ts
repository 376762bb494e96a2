// pytest: found by its configuration or by tests that import it; run through our plugin.
import path from 'node:path';
import picomatch from 'picomatch';
import { findPython } from '../../platform/python-environment.ts';
import type { RepoPath } from '../../protocol/ids.ts';
import type {
  BatchContext,
  BatchOutcome,
  DebugCommand,
  Detection,
  RepositoryView,
  TestAdapter,
  TestBatch,
  TestProject,
} from '../adapter.ts';
import { foldersAbove, foldersWith, iniSection, joined, tomlTable, words } from './python-configuration.ts';
import { hangingStack } from './python-stack.ts';
import { endedEarly, readPythonReport } from './python-report.ts';
import { watchedFiles } from '../warm/watched-files.ts';
import type { ProcessSpec } from '../../platform/processes.ts';

const configurationNames = new Set(['pytest.ini', '.pytest.ini', 'pyproject.toml', 'tox.ini', 'setup.cfg']);
const defaultPatterns = ['test_*.py', '*_test.py'];
const neverSearched = new Set([
  'build',
  'dist',
  'node_modules',
  'venv',
  '.venv',
  'env',
  '.tox',
  '.nox',
  '.eggs',
  '__pycache__',
  'CVS',
  '_darcs',
]);

interface Configuration {
  readonly testPaths: readonly string[];
  readonly patterns: readonly string[];
  readonly noRecursion: readonly string[];
  readonly options: readonly string[];
}

export const pytestAdapter: TestAdapter = {
  framework: 'pytest',
  setting: 'test.pytestEnabled',

  concerns(file) {
    const name = file.slice(file.lastIndexOf('/') + 1);
    return (
      configurationNames.has(name) ||
      name === 'conftest.py' ||
      name.startsWith('requirements') ||
      isTestName(name, defaultPatterns)
    );
  },

  async detect(view) {
    const places = configuredPlaces(view);
    if (places.size === 0 && usesPytest(view)) places.set('', { file: null, configuration: defaults() });
    const projects = [...places].map(([folder, place]) => projectOf(view, folder, place, [...places.keys()]));
    return { projects: projects.filter((project) => project.files.length > 0), problems: [] } satisfies Detection;
  },

  async list(project, context) {
    if (!needsAsking(project)) return null;
    const listed = new Set<RepoPath>();
    await startPytest({ project, files: null, only: [] }, context, ['--noodle-list'], (file) => listed.add(file));
    return listed.size === 0 ? null : [...listed].toSorted();
  },

  async run(batch, context) {
    return await startPytest(batch, context, ['--continue-on-collection-errors'], () => {});
  },

  recordsEvidence: () => true,

  debug(project, file, titlePath, { root, runnerFolder, environment }): DebugCommand {
    const folder = path.join(root, project.folder);
    const nodeId = [path.relative(folder, path.join(root, file)), ...titlePath].join('::');
    return {
      type: 'debugpy',
      program: path.join(runnerFolder, 'noodle_pytest.py'),
      arguments: [nodeId],
      cwd: folder,
      environment,
    };
  },
};

interface Place {
  readonly file: RepoPath | null;
  readonly configuration: Configuration;
}

/** Folders with a pytest configuration of their own; the nearest one above a test counts, as for pytest itself. */
function configuredPlaces(view: RepositoryView): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const folder of foldersWith(view, configurationNames)) {
    for (const name of configurationNames) {
      const file = joined(folder, name);
      const text = view.read(file);
      const configuration = text === null ? null : readConfiguration(name, text);
      if (configuration === null || places.has(folder)) continue;
      places.set(folder, { file, configuration });
    }
  }
  return places;
}

function readConfiguration(name: string, text: string): Configuration | null {
  if (name === 'pyproject.toml') {
    const table = tomlTable(text, ['tool', 'pytest', 'ini_options']) ?? tomlTable(text, ['tool', 'pytest']);
    return table === null ? null : configurationOf((key) => table[key]);
  }
  const section = iniSection(text, name === 'setup.cfg' ? 'tool:pytest' : 'pytest');
  if (section === null) return name.endsWith('pytest.ini') ? defaults() : null;
  return configurationOf((key) => section.get(key));
}

function configurationOf(value: (key: string) => unknown): Configuration {
  const patterns = words(value('python_files'));
  return {
    testPaths: words(value('testpaths')),
    patterns: patterns.length > 0 ? patterns : defaultPatterns,
    noRecursion: words(value('norecursedirs')),
    options: words(value('addopts')),
  };
}

function defaults(): Configuration {
  return configurationOf(() => undefined);
}

/** Without configuration: a conftest.py, a requirement, or a test that imports pytest or is made of plain functions. */
function usesPytest(view: RepositoryView): boolean {
  for (const file of view.files) {
    const name = file.slice(file.lastIndexOf('/') + 1);
    if (name === 'conftest.py') return true;
    const isRequirement =
      /^(?:requirements.*\.(?:txt|in)|pyproject\.toml|setup\.py|setup\.cfg|tox\.ini|Pipfile|noxfile\.py)$/.test(name);
    if (isRequirement && /\bpytest\b/.test(view.read(file) ?? '')) return true;
    if (!isTestName(name, defaultPatterns)) continue;
    const text = view.read(file) ?? '';
    if (/^[^\S\r\n]*(?:import pytest|from pytest)\b/m.test(text) || /^(?:async )?def test_/m.test(text)) return true;
  }
  return false;
}

function projectOf(view: RepositoryView, folder: string, place: Place, allFolders: readonly string[]): TestProject {
  const { configuration } = place;
  const inner = allFolders.filter((other) => other !== folder && isBelow(other, folder));
  const starts = startFolders(view, folder, configuration);
  const skips = picomatch(configuration.noRecursion.length > 0 ? [...configuration.noRecursion] : ['.*'], {
    dot: true,
  });
  const files = view.files.filter((file) => {
    if (!isBelow(file, folder) || inner.some((other) => isBelow(file, other))) return false;
    const below = (folder === '' ? file : file.slice(folder.length + 1)).split('/');
    const name = below.pop() ?? '';
    if (!isTestName(name, configuration.patterns)) return false;
    if (below.some((part) => neverSearched.has(part) || skips(part))) return false;
    return starts.some((start) => start === file || isBelow(file, start));
  });
  const conftests = view.files.filter(
    (file) =>
      file.endsWith('conftest.py') &&
      files.some((test) =>
        foldersAbove(test).includes(file.slice(0, Math.max(0, file.length - 'conftest.py'.length - 1))),
      ),
  );
  return {
    framework: 'pytest',
    folder,
    files,
    configFiles:
      place.file === null ? conftests.filter((file) => file === joined(folder, 'conftest.py')) : [place.file],
    args: configuration.options,
    foundIn: place.file ?? 'tests for pytest',
  };
}

/** `testpaths` may hold globs; where none of them exists, pytest searches everything. */
function startFolders(view: RepositoryView, folder: string, configuration: Configuration): string[] {
  const wanted = configuration.testPaths.map((testPath) => testPath.replace(/^\.\//, '').replace(/\/+$/, ''));
  const starts = new Set<string>();
  for (const pattern of wanted) {
    if (pattern === '.' || pattern === '') return [folder];
    const matches = picomatch(joined(folder, pattern), { dot: false });
    for (const file of view.files) {
      for (const above of [...foldersAbove(file), file]) if (above !== '' && matches(above)) starts.add(above);
    }
  }
  return starts.size === 0 ? [folder] : [...starts];
}

/** Whether looking is not certain: doctests, or hooks that choose what is collected. */
function needsAsking(project: TestProject): boolean {
  return project.args.some(
    (option) =>
      option.startsWith('--doctest') ||
      option.startsWith('--ignore') ||
      option.startsWith('--deselect') ||
      option.startsWith('-p'),
  );
}

async function startPytest(
  batch: TestBatch,
  context: BatchContext,
  extra: readonly string[],
  onListed: (file: RepoPath) => void,
): Promise<BatchOutcome> {
  const folder = path.join(context.root, batch.project.folder);
  const report = readPythonReport(context, onListed);
  let lastOutput = '';
  const remember = (text: string) => {
    lastOutput = (lastOutput + text).slice(-16_000);
  };
  const script = path.join(context.runnerFolder, 'noodle_pytest.py');
  const start = {
    command: findPython(folder, context.root, context.environment),
    cwd: folder,
    environment: { ...context.environment, PYTHONUNBUFFERED: '1' },
  };
  const args = [...extra, ...selectionArguments(batch, context.root)];
  const spec: ProcessSpec = {
    ...start,
    args: [script, ...args],
    onReport: report.line,
    onStdout: remember,
    onStderr: remember,
  };
  const exit = await context.run(spec, {
    start: {
      ...start,
      args: [script, isConfigured(batch.project) ? '--noodle-standby' : '--noodle-standby-early', ...extra],
    },
    order: { args: selectionArguments(batch, context.root) },
    watched: watchedFiles(batch.project, context.root),
    knowsFiles: false,
    mustLoad: [],
    isLasting: false,
  });
  if (exit.startError !== null)
    return {
      state: 'runner_missing',
      message: 'pytest needs Python 3, and neither python3 nor python was found in PATH',
    };
  if (report.missing() !== null)
    return {
      state: 'runner_missing',
      message: `${report.missing()}: run \`python -m pip install pytest\` in the project's environment`,
    };
  const outcome = report.isDone()
    ? outcomeOf(exit.exitCode, report.failures(), batch, lastOutput)
    : endedEarly('pytest', exit, lastOutput);
  if (outcome.state !== 'broken') return outcome;
  const loading = report.loading();
  return {
    ...outcome,
    // What ends pytest while it is loaded, `raise SystemExit` or the whole process, is an error of that file.
    ...(loading === null ? {} : { files: [loading] }),
    ...(context.isHanging() ? hangingStack(lastOutput, context.root) : {}),
  };
}

/** Whether it has a configuration file in its folder: then what pytest reads does not depend on the files that run. */
function isConfigured({ foundIn }: TestProject): boolean {
  return configurationNames.has(foundIn.slice(foundIn.lastIndexOf('/') + 1));
}

/** pytest's exit codes: 0 passed, 1 failed, 2 interrupted, 3 internal error, 4 wrong use, 5 nothing collected. */
function outcomeOf(exitCode: number | null, failures: number, batch: TestBatch, lastOutput: string): BatchOutcome {
  if (exitCode === 0 || exitCode === 5 || (exitCode !== null && exitCode <= 2 && failures > 0))
    return { state: 'finished' };
  if (exitCode === 1 && batch.files !== null) return { state: 'finished' };
  const reason =
    exitCode === 1
      ? 'pytest exited with 1 although no test failed (a limit of coverage, perhaps)'
      : `pytest exited with ${exitCode ?? 'a signal'}`;
  return { state: 'broken', message: `${reason}: ${lastOutput.trim().slice(-1500)}`, exitCode };
}

function selectionArguments(batch: TestBatch, root: string): string[] {
  if (batch.files === null) return [];
  const folder = path.join(root, batch.project.folder);
  const files = batch.files.map((file) => path.relative(folder, path.join(root, file)));
  const [file] = files;
  if (file === undefined || batch.only.length === 0) return files;
  return batch.only.map((titlePath) => [file, ...titlePath].join('::'));
}

function isTestName(name: string, patterns: readonly string[]): boolean {
  return name.endsWith('.py') && patterns.some((pattern) => picomatch.isMatch(name, pattern, { dot: true }));
}

function isBelow(file: string, folder: string): boolean {
  return folder === '' || file.startsWith(`${folder}/`);
}
