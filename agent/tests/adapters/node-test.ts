// Node's own runner, 18 and up, and borp, which drives it: our reporter is one of node's custom reporters.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { RepoPath } from '../../protocol/ids.ts';
import type { BatchContext, Detection, RepositoryView, TestAdapter, TestBatch, TestProject } from '../adapter.ts';
import { withoutOptions } from '../javascript/arguments.ts';
import {
  borpConfigFiles,
  borpNames,
  borpPatterns,
  unwantedOfBorp,
  withoutConfiguredFiles,
} from '../javascript/borp.ts';
import { filesOnDisk, nodeTestFiles, type NodeTestRules } from '../javascript/node-test-files.ts';
import {
  escapedTitle,
  existing,
  projectEnvironment,
  projectFolder,
  projectOfFolder,
  projectOfUse,
  withoutRepeats,
} from '../javascript/project.ts';
import { runReporting } from '../javascript/reporting.ts';
import { findRunner, missingRunner } from '../javascript/runner-package.ts';
import { expandedArguments } from '../javascript/shell-patterns.ts';
import { runnerUses, type RunnerUse } from '../javascript/uses.ts';
import { writtenCases } from '../javascript/written-cases.ts';
import { plainWord, type Word } from '../scripts/shell.ts';

const unwantedFlags = new Set([
  '--watch',
  '--watch-preserve-output',
  '--experimental-test-coverage',
  '--test-update-snapshots',
  '--inspect',
  '--inspect-brk',
]);
const unwantedValued = /^--(?:test-reporter(?:-destination)?|test-coverage-[a-z-]+|test-shard|test-rerun-failures)$/;
/** Marks a project whose runner is borp: its program is found when it is run. */
const borp = 'borp';

export const nodeTestAdapter: TestAdapter = {
  framework: 'node:test',
  setting: 'test.nodeTestEnabled',

  concerns(file) {
    const name = file.slice(file.lastIndexOf('/') + 1);
    return name === 'package.json' || name === '.borp.yaml' || name === '.borp.yml';
  },

  async detect(view) {
    const { packages, uses } = runnerUses(view);
    const fromScripts = uses.filter((use) => use.framework === 'node:test').map((use) => projectFromScript(view, use));
    const used = new Set(uses.map((use) => use.package.folder));
    const folders = packages.length === 0 ? [''] : packages.map((each) => each.folder);
    const others = folders.filter((folder) => !used.has(folder)).map((folder) => projectWithoutScript(view, folder));
    const projects = withoutRepeats([...fromScripts, ...others.filter((each) => each.files.length > 0)]);
    const withoutBorp = projects.filter(
      (project) => isBorp(project) && findRunner(path.join(view.root, project.folder), borp) === null,
    );
    return {
      projects,
      problems: withoutBorp.map((project) => missingRunner(view, project.folder, borp)),
    } satisfies Detection;
  },

  async list(project, context) {
    if (isBorp(project) || isSingleFile(project)) return null;
    const patterns = await expandedArguments(project, context);
    return nodeTestFiles(filesOnDisk(context.root, project.folder), {
      folder: project.folder,
      patterns,
      takesTypeScript: takesTypeScript(project),
    });
  },

  async run(batch, context) {
    const { project } = batch;
    const command = isBorp(project) ? await borpArguments(batch, context) : await nodeArguments(batch, context);
    if (command === null) return { state: 'runner_missing', message: missingRunner(context, project.folder, borp) };
    const cwd = projectFolder(project, context);
    const environment = runnerEnvironment(batch, context, cwd);
    return await runReporting({ name: 'node:test', args: command, cwd, environment, only: batch.only }, context);
  },

  readCases: writtenCases,

  // Without isolation all files share a process in which nobody tells them apart.
  recordsEvidence: ({ nodeArguments = [] }) =>
    !nodeArguments.some((flag) => /^--(?:experimental-)?test-isolation=none$/.test(flag)),

  debug(project, file, titlePath, { root, environment }) {
    const flags = (project.nodeArguments ?? []).filter((each) => !each.startsWith('--test'));
    return {
      type: 'node',
      program: path.join(root, file),
      arguments: [],
      runtimeArguments: [...flags, ...titlePatterns(titlePath.length === 0 ? [] : [titlePath])],
      cwd: path.join(root, project.folder),
      environment: projectEnvironment(project, { root, environment }),
    };
  },
};

function isBorp(project: TestProject): boolean {
  return project.args[0] === borp;
}

/** `node test/index.js`: the file runs by itself, without node's search for tests. */
function isSingleFile(project: TestProject): boolean {
  return !isBorp(project) && !(project.nodeArguments ?? []).includes('--test');
}

function projectFromScript(view: RepositoryView, use: RunnerUse): TestProject {
  const { invocation } = use;
  const { folder } = invocation;
  const isBorpUse = invocation.program === borp;
  const words: readonly Word[] = isBorpUse
    ? [plainWord(borp), ...withoutOptions(invocation.args, unwantedOfBorp)]
    : invocation.args;
  const flags = withoutUnwanted(invocation.nodeArguments);
  const patterns = isBorpUse
    ? borpPatterns(view, folder, invocation.args)
    : words.filter((word) => !word.text.startsWith('-') && !word.isFragment).map((word) => word.text);
  const isSingle = !isBorpUse && !flags.includes('--test');
  const rules: NodeTestRules = {
    folder,
    patterns: isSingle ? patterns.slice(0, 1) : patterns,
    takesTypeScript: flags.some(isTypeScriptLoader),
  };
  const required = existing(
    view,
    folder,
    flags.filter((each) => /^\.{1,2}\//.test(each)),
  );
  const project = projectOfUse(use, {
    words,
    files: nodeTestFiles(view.files, rules),
    configFiles: [...required, ...(isBorpUse ? borpConfigFiles(view, folder) : [])],
  });
  return { ...project, nodeArguments: flags };
}

/** Without a script: files that node would find by name and that import its runner. */
function projectWithoutScript(view: RepositoryView, folder: string): TestProject {
  const candidates = nodeTestFiles(view.files, { folder, patterns: [], takesTypeScript: false });
  const files = candidates.filter((file) => /(?:from|require\()\s*['"]node:test['"]/.test(view.read(file) ?? ''));
  const project = projectOfFolder('node:test', folder, {
    words: files.map((file) => plainWord(folder === '' ? file : file.slice(folder.length + 1))),
    files,
    configFiles: [],
    foundIn: 'tests that import node:test',
  });
  return { ...project, nodeArguments: ['--test'] };
}

function isTypeScriptLoader(argument: string): boolean {
  return /^(?:tsx|ts-node|--experimental-strip-types|--experimental-transform-types)|(?:^|=)(?:tsx|ts-node)(?:\/|$)|swc-node|amaro/.test(
    argument,
  );
}

function takesTypeScript(project: TestProject): boolean {
  return (project.nodeArguments ?? []).some(isTypeScriptLoader);
}

function withoutUnwanted(flags: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < flags.length; index++) {
    const flag = flags[index] ?? '';
    const [name = ''] = flag.split('=');
    if (unwantedFlags.has(name)) continue;
    if (!unwantedValued.test(name)) kept.push(flag);
    else if (!flag.includes('=')) index++;
  }
  return kept;
}

async function nodeArguments({ project, files, only }: TestBatch, context: BatchContext): Promise<string[]> {
  const own = project.nodeArguments ?? [];
  const options = files === null || isSingleFile(project) ? null : runOptions(own, only);
  if (files !== null && options !== null) {
    const flags = own.filter((flag, index) => !isTestFlag(flag) && !isTestFlagWithValue(own[index - 1] ?? ''));
    const script = path.join(context.runnerFolder, 'node-test-run.mjs');
    return [...flags, script, JSON.stringify(options), ...relativeTo(project, files)];
  }
  const reporter = pathToFileURL(path.join(context.runnerFolder, 'node-test-reporter.mjs')).href;
  const flags = [...own, `--test-reporter=${reporter}`, '--test-reporter-destination=stdout', ...titlePatterns(only)];
  if (isSingleFile(project)) return [...flags, ...project.args];
  return [...flags, ...(files === null ? await expandedArguments(project, context) : relativeTo(project, files))];
}

interface RunOptions {
  readonly patterns: readonly string[];
  readonly concurrency?: number;
  readonly timeoutMs?: number;
  readonly only?: boolean;
  readonly forceExit?: boolean;
}

/** Flags of node's command line as options of `run`; null where one has no counterpart in all versions: then node sorts the files. */
function runOptions(flags: readonly string[], only: TestBatch['only']): RunOptions | null {
  const options: { -readonly [K in keyof RunOptions]: RunOptions[K] } = { patterns: titleExpressions(only) };
  for (const [index, flag] of flags.entries()) {
    const [name = '', value = flags[index + 1] ?? ''] = flag.split('=');
    if (name === '--test-concurrency') options.concurrency = Number(value);
    else if (name === '--test-timeout') options.timeoutMs = Number(value);
    else if (name === '--test-only') options.only = true;
    else if (name === '--test-force-exit') options.forceExit = true;
    else if (isTestFlag(name) && name !== '--test') return null;
  }
  return options;
}

function isTestFlag(flag: string): boolean {
  return /^--(?:experimental-)?test(?:-|=|$)/.test(flag);
}

function isTestFlagWithValue(flag: string): boolean {
  return flag === '--test-concurrency' || flag === '--test-timeout';
}

async function borpArguments({ project, files, only }: TestBatch, context: BatchContext): Promise<string[] | null> {
  const cwd = projectFolder(project, context);
  const runner = findRunner(cwd, borp);
  if (runner === null) return null;
  const given = (await expandedArguments(project, context)).slice(1);
  const names = new Set(borpNames(given.map(plainWord)));
  const options = files === null ? given : given.filter((each) => !names.has(each));
  // borp takes a colon for the start of a destination, and joins every path to its folder.
  const reporter = path
    .relative(cwd, path.join(context.runnerFolder, 'node-test-reporter.mjs'))
    .replaceAll(path.sep, '/');
  return [
    ...(project.nodeArguments ?? []),
    ...titlePatterns(only),
    runner.program,
    ...options,
    `--reporter=${reporter}`,
    ...(files === null ? [] : relativeTo(project, files)),
  ];
}

function runnerEnvironment({ project, files }: TestBatch, context: BatchContext, cwd: string): Record<string, string> {
  const environment = projectEnvironment(project, context);
  if (isSingleFile(project)) return { ...environment, NOODLE_NODE_TEST_ENTRY: path.join(cwd, project.args[0] ?? '') };
  if (!isBorp(project) || files === null) return environment;
  const { temporaryFolder } = context;
  return withoutConfiguredFiles(cwd, environment, { temporaryFolder, read: readIfThere });
}

function readIfThere(file: string): string | null {
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

function relativeTo(project: TestProject, files: readonly RepoPath[]): string[] {
  return files.map((file) => (project.folder === '' ? file : path.posix.relative(project.folder, file)));
}

function titlePatterns(only: readonly (readonly string[])[]): string[] {
  return titleExpressions(only).map((expression) => `--test-name-pattern=${expression}`);
}

/** Since Node 22 an expression is matched against the whole title, before that against the last part: results of others are dropped. */
function titleExpressions(only: readonly (readonly string[])[]): string[] {
  const titles = only.flatMap((titlePath) => [
    titlePath.map(escapedTitle).join(' '),
    ...titlePath.slice(-1).map(escapedTitle),
  ]);
  return [...new Set(titles)].map((title) => `^${title}$`);
}
