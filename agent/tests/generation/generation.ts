// Generated tests: made of a function, tried in a second work tree, offered. Nothing is written into the user's tree.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Engine, StepContext, StepOutcome } from '../../engine/engine.ts';
import { findPython } from '../../platform/python-environment.ts';
import type { Processes } from '../../platform/processes.ts';
import { failure, success, type Result } from '../../protocol/failure.ts';
import type { GeneratedTests, GenerateTestsRequest, TestPrompt } from '../../protocol/generated-tests.ts';
import { StepId, type ExecutionId, type RepoPath } from '../../protocol/ids.ts';
import { nearest } from '../../protocol/nearest.ts';
import { getGeneratedTests, saveGeneratedTests } from '../../store/generated-tests.ts';
import type { TestProject } from '../adapter.ts';
import { keptFolderOf, temporaryFolderOf, type TestsOptions } from '../options.ts';
import type { Tests } from '../tests.ts';
import { javascriptFrameworks, javascriptLanguage } from './javascript/javascript.ts';
import type { Language, Source, Subject, TestPlace } from './language.ts';
import { askModel, promptOf } from './model/model.ts';
import { projectFor } from './project-choice.ts';
import { pythonLanguage } from './python/python.ts';
import { openScratchTree } from './scratch-tree.ts';
import { makeTests } from './session.ts';

export interface GenerationOptions extends Pick<
  TestsOptions,
  'root' | 'stateDirectory' | 'store' | 'clock' | 'settings' | 'environment' | 'files' | 'read'
> {
  readonly engine: Engine;
  readonly processes: Processes;
  readonly tests: Pick<Tests, 'projects'>;
  /** Absolute: the files for the user's runners. */
  readonly runnerFolder: string;
  readonly readGit: (args: readonly string[]) => Promise<string | null>;
  /** Test files that run the function at a line, the most telling first. */
  readonly relatedTo: (file: RepoPath, line: number) => Promise<Result<readonly RepoPath[]>>;
  /** Why nothing can be executed now; null when it can. */
  readonly refusal: () => Result<never> | null;
  readonly timeoutMs: () => number;
  /** For the endpoint of a language model; undefined: none is set. */
  readonly modelKey: () => string | undefined;
}

type FunctionRequest = Pick<GenerateTestsRequest, 'file' | 'function' | 'line'>;

export interface Generation {
  /** Checks the function, and queues the making of tests for it. */
  generate(request: GenerateTestsRequest): Promise<Result<{ executionId: ExecutionId }>>;
  /** What a language model would be told. */
  prompt(request: FunctionRequest): Promise<Result<TestPrompt>>;
  /** What an execution that has ended offers. */
  generated(id: ExecutionId): Result<GeneratedTests>;
}

export function createGeneration(options: GenerationOptions): Generation {
  const { engine, store } = options;
  return {
    async generate(request) {
      const refusal = options.refusal();
      if (refusal !== null) return refusal;
      const prepared = await prepare(options, request);
      if (!prepared.ok) return prepared;
      const { subject } = prepared.value;
      const handle = engine.submit({
        kind: 'tests',
        name: `Make tests of ${subject.name}`,
        trigger: 'api',
        changedFiles: 0,
        timeoutMs: options.timeoutMs(),
        priority: 'interactive',
        // They share the second work tree.
        concurrencyGroup: 'test-generation',
        prepare: async () =>
          success([
            {
              id: StepId.parse('generate'),
              name: `make tests of ${subject.name}`,
              kind: 'tests',
              needs: [],
              slot: 'test',
              timeoutMs: options.timeoutMs(),
              run: (context) => runStep(options, { ...prepared.value, request }, context),
            },
          ]),
      });
      await handle.recorded;
      return success({ executionId: handle.id });
    },
    async prompt(request) {
      const prepared = await prepare(options, request);
      if (!prepared.ok) return prepared;
      const url = options.settings()['test.modelUrl'];
      const endpoint = URL.canParse(url) ? new URL(url).host : null;
      return success({ function: prepared.value.subject.name, ...promptOf(prepared.value), endpoint });
    },
    generated(id) {
      const known = getGeneratedTests(store, id);
      if (known !== null) return success(known);
      const execution = engine.get(id);
      if (execution === null) return failure('not_found', `there is no execution '${id}'`, { place: 'id' });
      const why = execution.finishedAt === null ? 'has not ended' : 'has made no tests';
      return failure('not_found', `the execution '${id}' ${why}`, { place: 'id' });
    },
  };
}

interface Prepared {
  readonly subject: Subject;
  readonly language: Language;
  readonly text: string;
  readonly project: TestProject;
  readonly place: TestPlace;
  readonly related: readonly RepoPath[];
}

/** Everything that can be refused before something runs. */
async function prepare(options: GenerationOptions, request: FunctionRequest): Promise<Result<Prepared>> {
  const { file } = request;
  const files = await options.files();
  const read = await readSource(options, file, files);
  if (!read.ok) return read;
  const { text, language, source } = read.value;
  const subject = chooseSubject(source, request);
  if (!subject.ok) return subject;
  const related = await options.relatedTo(file, subject.value.startLine);
  if (!related.ok) return related;
  const found = projectFor(file, related.value, {
    projects: options.tests.projects(),
    frameworks: language.frameworks,
  });
  if (found === null)
    return failure(
      'not_found',
      `no test framework is known for '${file}': tests are made for ${language.frameworks.join(', ')}`,
      {
        hint: 'Install one of them, or write a first test.',
      },
    );
  const { project, own, example } = found;
  const exampleText = example === null ? null : options.read(example);
  const place: TestPlace = {
    framework: project.framework,
    path: freePath(subject.value, { language: language.value, project, example, files }),
    example: example === null || exampleText === null ? null : { path: example, text: exampleText },
    isModule: isModule(file, project, options),
  };
  return success({ subject: subject.value, language: language.value, text, project, place, related: own });
}

interface ReadSource {
  readonly text: string;
  readonly language: KnownLanguage;
  readonly source: Source;
}

async function readSource(
  options: GenerationOptions,
  file: RepoPath,
  files: readonly RepoPath[],
): Promise<Result<ReadSource>> {
  const text = options.read(file);
  if (text === null || !files.includes(file)) {
    const near = nearest(file, files);
    const hint = near === null ? {} : { hint: `Did you mean '${near}'?` };
    return failure('not_found', `there is no file '${file}'`, { place: 'file', ...hint });
  }
  const language = languageFor(file, options, files);
  if (language === null) {
    const message = `tests are made for JavaScript, TypeScript and Python, and '${file}' is none of them`;
    return failure('invalid_input', message, { place: 'file' });
  }
  const source = await language.value.read(file, text);
  return source.ok ? success({ text, language, source: source.value }) : source;
}

interface Naming {
  readonly language: Language;
  readonly project: TestProject;
  readonly example: RepoPath | null;
  readonly files: readonly RepoPath[];
}

/** A name that no file has yet. */
function freePath(subject: Subject, { language, project, example, files }: Naming): RepoPath {
  for (let number = 1; ; number++) {
    const name = number === 1 ? subject.name : `${subject.name}_${number}`;
    const named = language.nameFor({ ...subject, name }, project.framework, example);
    if (!files.includes(named)) return named;
  }
}

interface KnownLanguage {
  readonly value: Language;
  readonly frameworks: readonly string[];
}

function languageFor(file: RepoPath, options: GenerationOptions, files: readonly RepoPath[]): KnownLanguage | null {
  const { runnerFolder } = options;
  if (/\.[cm]?[jt]sx?$/.test(file) && !/\.d\.[cm]?ts$/.test(file))
    return { value: javascriptLanguage(runnerFolder), frameworks: javascriptFrameworks };
  if (!file.endsWith('.py')) return null;
  const known = new Set<string>(files);
  const python = (args: readonly string[]) => printedByPython(args, options);
  const value = pythonLanguage({ runnerFolder, exists: (each) => known.has(each), python });
  return { value, frameworks: ['pytest', 'unittest'] };
}

async function printedByPython(
  args: readonly string[],
  { root, environment, processes }: GenerationOptions,
): Promise<string | null> {
  const variables = environment();
  let printed = '';
  const { exited } = processes.start({
    command: findPython(root, root, variables),
    args: ['-I', ...args],
    cwd: root,
    environment: variables,
    onStdout: (text) => void (printed += text),
  });
  return (await exited).exitCode === 0 ? printed : null;
}

function chooseSubject(
  { subjects, hidden }: Source,
  { file, function: wanted, line }: FunctionRequest,
): Result<Subject> {
  const names = subjects.map(({ name }) => name);
  const list = names.length === 0 ? `${file} exports no function` : `${file} exports ${names.join(', ')}`;
  if (wanted !== undefined) {
    const found = subjects.find(({ name, exportedAs }) => name === wanted || exportedAs === wanted);
    if (found !== undefined) return success(found);
    const near = nearest(wanted, names);
    const hint = near === null ? `${list}.` : `Did you mean '${near}'?`;
    const what = hidden.includes(wanted)
      ? `'${wanted}' in ${file} is not exported, so no test can call it`
      : `there is no function '${wanted}' in ${file}`;
    return failure(hidden.includes(wanted) ? 'invalid_input' : 'not_found', what, { place: 'function', hint });
  }
  if (line !== undefined) {
    const found = subjects.find(({ startLine, endLine }) => startLine <= line && line <= endLine);
    if (found !== undefined) return success(found);
    return failure('not_found', `no exported function stands at line ${line} of ${file}`, {
      place: 'line',
      hint: `${list}.`,
    });
  }
  const [only, ...others] = subjects;
  if (only === undefined)
    return failure('not_found', list, { place: 'file', hint: 'Tests are made of functions that others can import.' });
  return others.length === 0
    ? success(only)
    : failure('invalid_input', `${file} has several functions: name one`, { place: 'function', hint: `${list}.` });
}

function isModule(file: RepoPath, project: TestProject, { read }: GenerationOptions): boolean {
  if (/\.c[jt]s$/.test(file)) return false;
  if (/\.(?:m[jt]s|tsx?)$/.test(file) || project.framework === 'vitest') return true;
  return manifests(project).some((each) => /"type"\s*:\s*"module"/.test(read(each) ?? ''));
}

function manifests({ folder }: TestProject): RepoPath[] {
  // Folders of projects are paths of the repository.
  return [...new Set([folder === '' ? 'package.json' : `${folder}/package.json`, 'package.json'])] as RepoPath[];
}

/** fast-check, or hypothesis, as far as the project says that it needs it. */
function hasProperties(project: TestProject, { read }: GenerationOptions): boolean {
  const isPython = project.framework === 'pytest' || project.framework === 'unittest';
  const names = isPython
    ? ['pyproject.toml', 'setup.cfg', 'tox.ini', 'requirements.txt', 'requirements-dev.txt', 'dev-requirements.txt']
    : manifests(project);
  // Names of files at the root.
  return names.some((name) => (read(name as RepoPath) ?? '').includes(isPython ? 'hypothesis' : '"fast-check"'));
}

async function runStep(
  options: GenerationOptions,
  prepared: Prepared & { readonly request: GenerateTestsRequest },
  context: StepContext,
): Promise<StepOutcome> {
  const { root, readGit, store, clock, settings } = options;
  const { subject, language, project } = prepared;
  const opened = await openScratchTree({ root, readGit });
  if (!opened.ok) return { state: 'failed', isUnable: true, reason: opened.failure.message };
  const tree = opened.value;
  await mkdir(temporaryFolderOf(options), { recursive: true });
  const temporaryFolder = await mkdtemp(path.join(temporaryFolderOf(options), 'generation-'));
  const own = language.environment(tree.root, subject);
  const environment = { ...options.environment(), ...own };
  const outer = options.environment()['PYTHONPATH'];
  if (own['PYTHONPATH'] !== undefined && outer !== undefined)
    environment['PYTHONPATH'] = [own['PYTHONPATH'], outer].join(path.delimiter);
  try {
    const made = await makeTests({
      ...prepared,
      tree,
      trial: {
        root: tree.root,
        project,
        runnerFolder: options.runnerFolder,
        temporaryFolder,
        keptFolder: keptFolderOf(options),
        clock,
        settings: settings(),
        environment,
        context,
      },
      mostFaults: prepared.request.mutants,
      hasProperties: hasProperties(project, options),
      askModel: () =>
        askModel({
          ...prepared,
          answer: prepared.request.answer ?? null,
          asksEndpoint: prepared.request.asksModel,
          settings: settings(),
          key: prepared.request.modelKey ?? options.modelKey() ?? null,
          signal: context.signal,
          say: (what) => context.say(what),
        }),
      say: (what) => context.say(what),
    });
    if (!made.ok) return { state: 'failed', isUnable: true, reason: made.failure.message };
    const generated = { ...made.value, executionId: context.executionId, at: clock.now() };
    await store.transact((tx) => saveGeneratedTests(tx, generated));
    return {
      state: 'succeeded',
      reason: made.value.tests.length === 0 ? 'no test was worth keeping' : `${made.value.tests.length} tests offered`,
    };
  } finally {
    await rm(temporaryFolder, { recursive: true, force: true });
    await tree.dispose();
  }
}
