// Everything that can be refused before tests of a function are made: its file, its language, its project, its place.
import { findPython } from '../../platform/python-environment.ts';
import type { Processes } from '../../platform/processes.ts';
import { failure, success, type Result } from '../../protocol/failure.ts';
import type { GenerateTestsRequest } from '../../protocol/generated-tests.ts';
import type { RepoPath } from '../../protocol/ids.ts';
import { nearest } from '../../protocol/nearest.ts';
import type { TestProject } from '../adapter.ts';
import type { TestsOptions } from '../options.ts';
import type { Tests } from '../tests.ts';
import { javascriptFrameworks, javascriptLanguage } from './javascript/javascript.ts';
import type { Language, Source, Subject, TestPlace } from './language.ts';
import { projectFor } from './project-choice.ts';
import { pythonLanguage } from './python/python.ts';

export interface PreparationOptions extends Pick<TestsOptions, 'root' | 'environment' | 'files' | 'read'> {
  readonly processes: Processes;
  readonly tests: Pick<Tests, 'projects'>;
  /** Absolute: the files for the user's runners. */
  readonly runnerFolder: string;
  /** Test files that run the function at a line, the most telling first. */
  readonly relatedTo: (file: RepoPath, line: number) => Promise<Result<readonly RepoPath[]>>;
}

/** A function as it is named: by its name, by a line of it, or as the only one of its file. */
export type FunctionRequest = Pick<GenerateTestsRequest, 'file' | 'function' | 'line'>;

/** A function, and where and with what its tests are made. */
export interface Prepared {
  readonly subject: Subject;
  readonly language: Language;
  readonly text: string;
  readonly project: TestProject;
  readonly place: TestPlace;
  readonly related: readonly RepoPath[];
}

/** Everything that can be refused before something runs. */
export async function prepare(options: PreparationOptions, request: FunctionRequest): Promise<Result<Prepared>> {
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
  options: PreparationOptions,
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

function languageFor(file: RepoPath, options: PreparationOptions, files: readonly RepoPath[]): KnownLanguage | null {
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
  { root, environment, processes }: PreparationOptions,
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

function isModule(file: RepoPath, project: TestProject, { read }: PreparationOptions): boolean {
  if (/\.c[jt]s$/.test(file)) return false;
  if (/\.(?:m[jt]s|tsx?)$/.test(file) || project.framework === 'vitest') return true;
  return manifests(project).some((each) => /"type"\s*:\s*"module"/.test(read(each) ?? ''));
}

function manifests({ folder }: TestProject): RepoPath[] {
  // Folders of projects are paths of the repository.
  return [...new Set([folder === '' ? 'package.json' : `${folder}/package.json`, 'package.json'])] as RepoPath[];
}

/** fast-check, or hypothesis, as far as the project says that it needs it. */
export function hasProperties(project: TestProject, { read }: Pick<PreparationOptions, 'read'>): boolean {
  const isPython = project.framework === 'pytest' || project.framework === 'unittest';
  const names = isPython
    ? ['pyproject.toml', 'setup.cfg', 'tox.ini', 'requirements.txt', 'requirements-dev.txt', 'dev-requirements.txt']
    : manifests(project);
  // Names of files at the root.
  return names.some((name) => (read(name as RepoPath) ?? '').includes(isPython ? 'hypothesis' : '"fast-check"'));
}
