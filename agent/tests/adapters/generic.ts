// Any command that noodle.yaml declares under `tests.commands` and that writes JUnit XML or TAP.
import { globSync, readFileSync, statSync, type Stats } from 'node:fs';
import path from 'node:path';
import picomatch from 'picomatch';
import type { TestCommand } from '../../protocol/configuration-file.ts';
import type { RepoPath } from '../../protocol/ids.ts';
import type { Location } from '../../protocol/test.ts';
import type {
  BatchContext,
  BatchOutcome,
  ReportedResult,
  RepositoryView,
  TestAdapter,
  TestBatch,
  TestProject,
} from '../adapter.ts';
import { plainText, repoPath } from '../javascript/failure-text.ts';
import { boundedText } from '../native/output-text.ts';
import { present } from '../native/present.ts';
import { joinPath, below } from '../native/repository-paths.ts';
import { readJunitXml, type JunitCase } from '../reports/junit-xml.ts';
import { readTap, type TapResult } from '../reports/tap.ts';

const configurationName = 'noodle.yaml';

export const genericAdapter: TestAdapter = {
  framework: 'generic',
  setting: 'test.genericEnabled',

  concerns: (file) => file === configurationName,

  async detect(view) {
    const projects = Object.entries(view.commands ?? {}).map(([name, command]) => projectOf(view, name, command));
    const problems = Object.entries(view.commands ?? {}).flatMap(([name, command]) => problemsOf(name, command));
    return { projects, problems };
  },

  async run(batch, context) {
    const { command } = batch.project;
    if (command === undefined) throw new Error('a project of a declared command has no command');
    const files = batch.files ?? batch.project.files;
    if (!command.command.includes('{file}')) return await runCommand({ command, files, batch }, context);
    for (const file of files) {
      if (context.signal.aborted) break;
      const outcome = await runCommand({ command, files: [file], batch }, context);
      if (outcome.state !== 'finished') return outcome;
    }
    return { state: 'finished' };
  },

  debug(project, file, _titlePath, { root, environment }) {
    const { command } = project;
    const text = command === undefined ? '' : commandLine(command, [file], project.folder);
    const isNode = /^node\s+(\S+)(.*)$/.exec(text);
    return {
      type: 'node',
      program: path.resolve(root, project.folder, isNode?.[1] ?? file),
      arguments: (isNode?.[2] ?? '').split(/\s+/).filter((word) => word !== ''),
      cwd: path.join(root, project.folder),
      environment,
    };
  },
};

function projectOf(view: RepositoryView, name: string, command: TestCommand): TestProject {
  const folder = command.folder.replace(/^\.?\/|\/$/g, '').replace(/^\.$/, '');
  const matches = picomatch([...command.files], { dot: true });
  const files = command.files.length === 0 ? [] : view.files.filter((file) => matches(file));
  // Without files of its own, what declares it stands for all of its tests.
  const shown = files.length === 0 ? [joinPath('', configurationName)] : files;
  return {
    framework: 'generic',
    folder,
    files: shown,
    configFiles: [joinPath('', configurationName)],
    args: [name, command.command],
    command,
    foundIn: `${configurationName} tests.commands.${name}`,
  };
}

function problemsOf(name: string, { format, report }: TestCommand): string[] {
  return format === 'junit' && report === undefined
    ? [`noodle.yaml: tests.commands.${name} writes JUnit XML, but \`report\` does not say where`]
    : [];
}

interface CommandRun {
  readonly command: TestCommand;
  readonly files: readonly RepoPath[];
  readonly batch: TestBatch;
}

async function runCommand(run: CommandRun, context: BatchContext): Promise<BatchOutcome> {
  const { command, files, batch } = run;
  const cwd = path.join(context.root, batch.project.folder);
  const earlier = new Set(reportsIn(cwd, command).map(stampOf));
  const reporting = new Reporting(run, context);
  const tap = command.format === 'tap' ? readTap((result) => reporting.tap(result)) : null;
  for (const file of files) context.fileStarted(file);
  let errors = '';
  const exit = await context.run({
    command: commandLine(command, files, batch.project.folder),
    shell: true,
    cwd,
    environment: { ...context.environment, ...command.environment },
    onStdout(text) {
      context.touch();
      tap?.push(text);
    },
    onStderr(text) {
      errors = (errors + text).slice(-8000);
    },
  });
  if (context.signal.aborted) return { state: 'broken', message: 'the command was stopped', exitCode: exit.exitCode };
  const problem = tap === null ? reporting.junit(cwd, earlier) : tap.end();
  const isExplained = reporting.failures > 0 || (exit.exitCode === 0 && problem === null);
  if (isExplained) {
    for (const file of files) context.fileFinished(file);
    return { state: 'finished' };
  }
  const how = exit.exitCode === null ? `was ended by ${exit.signalName}` : `exited with ${exit.exitCode}`;
  const printed = plainText(errors).trim();
  const details = [problem, printed].filter((text) => text !== null && text !== '').join('\n');
  return {
    state: 'broken',
    message: `\`${command.command}\` ${how}${details === '' ? '' : `: ${details}`}`,
    exitCode: exit.exitCode,
  };
}

/** `{files}` and `{file}` become paths from the command's folder, quoted for its shell. */
function commandLine({ command }: TestCommand, files: readonly RepoPath[], folder: string): string {
  const quoted = files.map((file) => quote(argumentOf(path.posix.relative(folder, file)))).join(' ');
  return command.replaceAll('{files}', () => quoted).replaceAll('{file}', () => quoted);
}

/** A name that begins with `-` is no option. */
function argumentOf(file: string): string {
  return file.startsWith('-') ? `./${file}` : file;
}

function quote(word: string): string {
  if (process.platform === 'win32') return `"${word.replaceAll('"', '')}"`;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

interface Report {
  /** From the command's folder. */
  readonly name: string;
  readonly stats: Stats;
}

/** The files that a command reports to, by name. */
function reportsIn(cwd: string, { report = '' }: TestCommand): Report[] {
  return globSync(report, { cwd })
    .toSorted()
    .flatMap((name) => {
      const stats = statSync(path.join(cwd, name), { throwIfNoEntry: false });
      return stats?.isFile() === true ? [{ name, stats }] : [];
    });
}

/** Another one when the file was written again, be it within the same tick of the file system's clock. */
function stampOf({ name, stats }: Report): string {
  return [name, stats.ino, stats.size, stats.mtimeMs, stats.ctimeMs].join(' ');
}

class Reporting {
  readonly #run: CommandRun;
  readonly #context: BatchContext;
  failures = 0;

  constructor(run: CommandRun, context: BatchContext) {
    this.#run = run;
    this.#context = context;
  }

  tap(result: TapResult): void {
    const { titlePath, status, durationMs, message, expected, actual, stack, at } = result;
    const named = titlePath.length > 1 ? this.#known(titlePath[0] ?? '') : null;
    this.#report({
      file: named ?? this.#known(at?.file ?? '') ?? this.#only(),
      titlePath: named === null ? titlePath : titlePath.slice(1),
      status,
      durationMs,
      ...present({ message, expected, actual, stack, failureAt: status === 'failed' ? this.#placeOf(at) : null }),
    });
  }

  /** Reads the reports that the command wrote: `earlier` holds those that lay there before. Answers with what is wrong. */
  junit(cwd: string, earlier: ReadonlySet<string>): string | null {
    const { command } = this.#run;
    const written = reportsIn(cwd, command).filter((report) => !earlier.has(stampOf(report)));
    if (written.length === 0) return `it wrote no report that matches ${command.report ?? ''}`;
    const problems = written.map(({ name }) => {
      const { cases, suiteErrors, problem } = readJunitXml(readFileSync(path.join(cwd, name), 'utf8'));
      for (const each of cases) this.#case(each);
      for (const { suite, message } of suiteErrors)
        this.#report({ file: this.#only(), titlePath: [suite], status: 'errored', durationMs: 0, message });
      return problem === null ? null : `${name} is broken: ${problem}`;
    });
    return problems.find((problem) => problem !== null) ?? null;
  }

  #case(each: JunitCase): void {
    const fileOfClass = this.#known(each.className) ?? this.#known(each.className.replaceAll('.', '/'));
    const isClassNamed = fileOfClass === null && each.className !== '';
    this.#report({
      file: this.#known(each.file ?? '') ?? fileOfClass ?? this.#only(),
      titlePath: isClassNamed ? [each.className, each.name] : [each.name],
      status: each.status,
      durationMs: each.durationMs,
      ...present({
        message: each.message,
        stack: boundedText(each.details ?? ''),
        output: boundedText(each.output),
        retries: each.retries > 0 ? each.retries : null,
        declaredAt: this.#placeOf({ file: each.file, line: each.line }),
      }),
    });
  }

  #placeOf(at: { readonly file: string | null; readonly line: number | null } | null): Location | null {
    if (at === null || at.file === null || at.line === null || at.line < 1) return null;
    const { project } = this.#run.batch;
    const file = repoPath(this.#context.root, path.resolve(this.#context.root, project.folder, at.file));
    return file === null ? null : { file, line: at.line };
  }

  #report(result: ReportedResult): void {
    if (result.status === 'failed' || result.status === 'errored') this.failures++;
    const { only } = this.#run.batch;
    if (only.length > 0 && !only.some((titles) => titles.every((title, index) => result.titlePath[index] === title)))
      return;
    this.#context.report(result);
  }

  /** The file of the project that this names: by its path from the root or from the folder, or with its ending left out. */
  #known(name: string): RepoPath | null {
    const { project } = this.#run.batch;
    const absolute = repoPath(this.#context.root, path.resolve(this.#context.root, project.folder, name));
    const candidates = [absolute, joinPath('', name)];
    const found = project.files.find((file) => candidates.includes(file));
    if (found !== undefined || name === '') return found ?? null;
    return project.files.find((file) => below(file, project.folder).replace(/\.\w+$/, '') === name) ?? null;
  }

  /** What says nothing of a file belongs to the first that was asked for. */
  #only(): RepoPath {
    return this.#run.files[0] ?? joinPath('', configurationName);
  }
}
