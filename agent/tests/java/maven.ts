// Maven: `mvn test`, with the reports that Surefire writes as each class ends.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { BatchContext, BatchOutcome, TestBatch } from '../adapter.ts';
import { plainText } from '../javascript/failure-text.ts';
import { longestArgument } from '../native/longest-argument.ts';
import { folderOf } from '../native/repository-paths.ts';
import type { RepoPath } from '../../protocol/ids.ts';
import { readJunitXml } from '../reports/junit-xml.ts';
import { createLineSplitter } from '../../platform/line-splitter.ts';
import { findExecutable } from '../../platform/environment.ts';
import { classOfFile } from './classes.ts';
import { JavaResults } from './results.ts';

const missingMaven =
  'mvn is not in PATH: install Maven (https://maven.apache.org, or the package maven) and a JDK to run these tests';
const keptOutput = 64 * 1024;

export async function runMaven(batch: TestBatch, context: BatchContext): Promise<BatchOutcome> {
  const folder = path.join(context.root, batch.project.folder);
  const modules = modulesOf(batch, context);
  const results = new JavaResults(batch, context, modules);
  const reports = new SurefireReports(modules, results);
  let output = '';
  const lines = createLineSplitter((line) => {
    // Surefire has no other word for the class that it is at; only a hang is judged by it.
    const running = /\bRunning ([\w.$]+)$/.exec(line)?.[1];
    if (running !== undefined) results.began(running);
    // What it prints of a class comes after the report of it.
    if (line.includes('Tests run:')) reports.read();
  }, 4096);
  const take = (text: string) => {
    context.touch();
    output = (output + text).slice(-keptOutput);
    lines.push(plainText(text));
  };
  const exit = await context.run({
    command: programOf(folder, context),
    args: [...mavenArguments, ...selectionOf(batch, context, modules)],
    cwd: folder,
    environment: context.environment,
    beforeKill: results.beforeKill,
    onStdout: take,
    onStderr: take,
  });
  if (exit.startError !== null) return { state: 'runner_missing', message: missingMaven };
  reports.read();
  // Maven was told that failing tests do not fail it: what remains is broken.
  return results.outcome({
    tool: 'mvn',
    exitCode: exit.exitCode,
    output: plainText(output),
    failsWithTests: false,
  });
}

const mavenArguments = [
  '--batch-mode',
  '--fail-at-end',
  '-Dmaven.test.failure.ignore=true',
  '-DfailIfNoTests=false',
  '-Dsurefire.failIfNoSpecifiedTests=false',
  '-DtrimStackTrace=false',
  '-Dstyle.color=never',
  'test',
];

/** The project's wrapper when it has been used before or when nothing else is there: it may have to be fetched. */
function programOf(folder: string, { environment }: BatchContext): string {
  const wrapper = path.join(folder, process.platform === 'win32' ? 'mvnw.cmd' : 'mvnw');
  const isFetched = existsSync(path.join(environment['HOME'] ?? environment['USERPROFILE'] ?? '', '.m2/wrapper/dists'));
  const isUsable = existsSync(wrapper) && (isFetched || findExecutable('mvn', environment) === null);
  return isUsable ? wrapper : 'mvn';
}

/** Absolute folders of the modules that hold test files, and of the project itself. */
function modulesOf(batch: TestBatch, { root }: BatchContext): string[] {
  const folders = batch.project.files.map((file) => moduleOf(file, root));
  return [...new Set([...folders, path.join(root, batch.project.folder)])];
}

/** The innermost module that a file lies in: one module may lie in another's folder. */
function moduleOf(file: RepoPath, root: string): string {
  let folder = folderOf(file);
  while (folder !== '' && !existsSync(path.join(root, folder, 'pom.xml'))) folder = folderOf(folder);
  return path.join(root, folder);
}

function selectionOf(
  { files, only, project }: TestBatch,
  { root }: BatchContext,
  modules: readonly string[],
): string[] {
  if (files === null) return [];
  const names = files.flatMap((file) => {
    const name = classOfFile(file, readFileSync(path.join(root, file), 'utf8'));
    return only.length === 0 ? [name, `${name}$*`] : only.map((titles) => methodOf(name, titles));
  });
  const top = path.join(root, project.folder);
  const wanted = new Set(files.map((file) => moduleOf(file, root)));
  const chosen = modules.filter((module) => module !== top && wanted.has(module));
  const parts =
    chosen.length === 0
      ? []
      : ['--projects', chosen.map((module) => path.relative(top, module)).join(','), '--also-make'];
  const selection = [...new Set(names)].join(',');
  // What is longer than an argument may be runs whole.
  return selection.length > longestArgument ? parts : [...parts, `-Dtest=${selection}`];
}

/** `Inner`, `adds(int)[1]` of `shop.Cart` → `shop.Cart$Inner#adds`: Surefire selects methods, not their invocations. */
export function methodOf(className: string, titles: readonly string[]): string {
  const method = /^[\w$]+/.exec(titles.at(-1) ?? '')?.[0];
  const holder = [className, ...titles.slice(0, -1)].join('$');
  return method === undefined ? holder : `${holder}#${method}*`;
}

/** Reads reports of Surefire that were written since it was made, each as soon as it is whole. */
class SurefireReports {
  readonly #folders: readonly string[];
  readonly #results: JavaResults;
  readonly #known = new Map<string, number>();

  constructor(modules: readonly string[], results: JavaResults) {
    this.#folders = modules.map((module) => path.join(module, 'target/surefire-reports'));
    this.#results = results;
    for (const [file, writtenMs] of this.#written()) this.#known.set(file, writtenMs);
  }

  read(): void {
    for (const [file, writtenMs] of this.#written()) {
      if (this.#known.get(file) === writtenMs) continue;
      const { cases, problem } = readJunitXml(readFileSync(file, 'utf8'));
      // Half a report is read again when more has been printed.
      if (problem !== null) continue;
      this.#known.set(file, writtenMs);
      for (const each of cases) this.#results.reportCase(each);
    }
  }

  #written(): [string, number][] {
    return this.#folders.flatMap((folder) => {
      if (!existsSync(folder)) return [];
      const names = readdirSync(folder).filter((name) => name.startsWith('TEST-') && name.endsWith('.xml'));
      return names.map((name): [string, number] => [
        path.join(folder, name),
        statSync(path.join(folder, name)).mtimeMs,
      ]);
    });
  }
}
