// mocha: since version 6 its own options and lookup decide what runs; our reporter tells how it went.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type {
  BatchContext,
  BatchOutcome,
  Detection,
  RepositoryView,
  TestAdapter,
  TestBatch,
  TestProject,
} from '../adapter.ts';
import { repoPath } from '../javascript/failure-text.ts';
import { installedFiles } from '../javascript/installed-files.ts';
import { mochaFiles, mochaNames, mochaRules } from '../javascript/mocha-files.ts';
import {
  existing,
  projectEnvironment,
  projectFolder,
  projectOfFolder,
  projectOfUse,
  titleExpression,
  withoutRepeats,
} from '../javascript/project.ts';
import { ask, runReporting } from '../javascript/reporting.ts';
import { findRunner, missingRunner, type RunnerPackage } from '../javascript/runner-package.ts';
import { expandedArguments, knownArguments } from '../javascript/shell-patterns.ts';
import { runnerUses, type RunnerUse } from '../javascript/uses.ts';
import { withoutOptions } from '../javascript/arguments.ts';
import { writtenCases } from '../javascript/written-cases.ts';
import { dependsOn } from '../scripts/manifest.ts';
import { plainWord, type Word } from '../scripts/shell.ts';
import type { StandbyUse } from '../warm/standby-use.ts';
import { watchedFiles } from '../warm/watched-files.ts';

const configNames = [
  '.mocharc.js',
  '.mocharc.cjs',
  '.mocharc.mjs',
  '.mocharc.yaml',
  '.mocharc.yml',
  '.mocharc.jsonc',
  '.mocharc.json',
];

/** Since this version mocha reads configuration files, and can be asked what it makes of them. */
const firstWithOptions = 6;

const unwanted = {
  flags: [
    '--watch',
    '-w',
    '--colors',
    '--color',
    '-c',
    '--inspect',
    '--inspect-brk',
    '--list-reporters',
    '--list-interfaces',
  ],
  valued: ['--reporter', '-R', '--reporter-option', '--reporter-options', '-O', '--watch-files', '--watch-ignore'],
  families: [],
};

export const mochaAdapter: TestAdapter = {
  framework: 'mocha',
  setting: 'test.mochaEnabled',

  concerns(file) {
    const name = file.slice(file.lastIndexOf('/') + 1);
    return name === 'package.json' || configNames.includes(name);
  },

  async detect(view) {
    const { packages, uses } = runnerUses(view);
    const fromScripts = uses.filter((use) => use.framework === 'mocha').map((use) => projectFromScript(view, use));
    const used = new Set(uses.map((use) => use.package.folder));
    const others = packages
      .filter((each) => !used.has(each.folder))
      .filter((each) => dependsOn(each.manifest, 'mocha') || existing(view, each.folder, configNames).length > 0)
      .map((each) => projectWithoutScript(view, each.folder));
    const projects = withoutRepeats([...fromScripts, ...others.filter((each) => each.files.length > 0)]);
    return { projects, problems: problemsOf(view, projects) } satisfies Detection;
  },

  async list(project, context) {
    const runner = findRunner(projectFolder(project, context), 'mocha');
    if (runner === null || runner.major < firstWithOptions) return null;
    const { effective } = await askForOptions(project, runner, context, 'files');
    return effective === null ? null : effective.files.flatMap((file) => repoPath(context.root, file) ?? []);
  },

  async run(batch, context) {
    const { project } = batch;
    const runner = findRunner(projectFolder(project, context), 'mocha');
    if (runner === null) return { state: 'runner_missing', message: missingRunner(context, project.folder, 'mocha') };
    const { effective, output } =
      runner.major < firstWithOptions
        ? { effective: await givenOptions(project, context), output: '' }
        : await knownOptions(project, runner, context);
    if (effective === null) return brokenOptions(runner, output);
    const parts = { runner, effective, context };
    return await runReporting(
      {
        name: `mocha ${runner.version}`,
        args: runnerArguments(batch, parts),
        cwd: projectFolder(project, context),
        environment: mochaEnvironment(project, context),
        only: batch.only,
        ...standbyOf(batch, parts),
      },
      context,
    );
  },

  readCases: writtenCases,

  // Parallel workers do not load our reporter, which tells which file is run.
  recordsEvidence: ({ args }) => !args.some((argument) => argument === '--parallel' || argument === '-p'),

  debug(project, file, titlePath, { root, runnerFolder, environment }) {
    const cwd = path.join(root, project.folder);
    const runner = findRunner(cwd, 'mocha');
    const expression = titlePath.length === 0 ? '' : titleExpression([titlePath]);
    return {
      type: 'node',
      program: path.join(runnerFolder, 'mocha-debug.cjs'),
      arguments: [
        runner?.folder ?? '',
        runner?.program ?? '',
        path.join(root, file),
        expression,
        ...knownArguments(project, root),
      ],
      runtimeArguments: project.nodeArguments ?? [],
      cwd,
      environment: mochaEnvironment(project, { root, environment }),
    };
  },
};

function projectFromScript(view: RepositoryView, use: RunnerUse): TestProject {
  const words = withoutOptions(translatedWords(use), unwanted);
  const environment = { ...use.invocation.environment, ...translatedEnvironment(use) };
  const { folder } = use.invocation;
  const rules = mochaRules(view, folder, words);
  const project = projectOfUse(use, {
    words,
    files: mochaFiles(view, folder, rules),
    configFiles: [...existing(view, folder, configNames), ...rules.configFiles],
  });
  return { ...project, environment };
}

function projectWithoutScript(view: RepositoryView, folder: string): TestProject {
  const rules = mochaRules(view, folder, []);
  const configFiles = [...existing(view, folder, configNames), ...rules.configFiles];
  const files = mochaFiles(view, folder, rules);
  return projectOfFolder('mocha', folder, { words: [], files, configFiles, foundIn: configFiles[0] ?? 'package.json' });
}

/** ts-mocha is mocha with a hook of its own and variables for its options. */
function translatedWords(use: RunnerUse): readonly Word[] {
  if (use.invocation.program !== 'ts-mocha') return use.invocation.args;
  const rest = withoutOptions(use.invocation.args, {
    flags: ['--paths', '--type-check'],
    valued: ['-p', '--project'],
    families: [],
  });
  return [plainWord('--require'), plainWord('ts-mocha/src/index.js'), ...rest];
}

function translatedEnvironment(use: RunnerUse): Record<string, string> {
  if (use.invocation.program !== 'ts-mocha') return {};
  const texts = use.invocation.args.map((each) => each.text);
  const at = texts.findIndex((each) => each === '-p' || each === '--project');
  return {
    TS_NODE_PROJECT: at === -1 ? './tsconfig.json' : (texts[at + 1] ?? ''),
    ...(texts.includes('--paths') ? { TS_CONFIG_PATHS: 'true' } : {}),
    ...(texts.includes('--type-check') ? { TS_TYPE_CHECK: 'true' } : {}),
  };
}

function problemsOf(view: RepositoryView, projects: readonly TestProject[]): string[] {
  const missing = projects.filter((project) => findRunner(path.join(view.root, project.folder), 'mocha') === null);
  return [...new Set(missing.map((project) => missingRunner(view, project.folder, 'mocha')))];
}

const EffectiveOptions = z.object({
  options: z.record(z.string(), z.unknown()),
  nodeArguments: z.array(z.string()),
  spec: z.array(z.string()),
  files: z.array(z.string()),
  /** Configuration that was loaded as a program. */
  loaded: z.array(z.string()).default([]),
  /** Arguments that are handed on as they are, because mocha cannot be asked what it makes of them. */
  given: z.array(z.string()).optional(),
});
type EffectiveOptions = z.infer<typeof EffectiveOptions>;

async function askForOptions(
  project: TestProject,
  runner: RunnerPackage,
  context: BatchContext,
  wanted: 'files' | 'options',
): Promise<{ effective: EffectiveOptions | null; output: string }> {
  const script = path.join(context.runnerFolder, 'mocha-options.cjs');
  const { answer, output } = await ask(
    {
      name: 'mocha',
      args: [script, runner.folder, wanted, ...(await expandedArguments(project, context))],
      cwd: projectFolder(project, context),
      environment: projectEnvironment(project, context),
      only: [],
    },
    context,
  );
  const parsed = EffectiveOptions.safeParse(answer);
  return { effective: parsed.success ? parsed.data : null, output };
}

/** The options as they were, while no configuration has changed: asking takes a process. */
async function knownOptions(
  project: TestProject,
  runner: RunnerPackage,
  context: BatchContext,
): Promise<{ effective: EffectiveOptions | null; output: string }> {
  let output = '';
  const key = JSON.stringify([
    runner.folder,
    runner.version,
    await expandedArguments(project, context),
    projectEnvironment(project, context),
  ]);
  const watched = watchedFiles(project, context.root, [path.join(runner.folder, 'package.json')]);
  const answer = await context.recall(key, watched, async () => {
    const asked = await askForOptions(project, runner, context, 'options');
    output = asked.output;
    return asked.effective === null ? null : { value: asked.effective, files: asked.effective.loaded };
  });
  const parsed = EffectiveOptions.safeParse(answer);
  return { effective: parsed.success ? parsed.data : null, output };
}

/** Before version 6 mocha merges its options itself: of its command line only the files are told from the rest. */
async function givenOptions(project: TestProject, context: BatchContext): Promise<EffectiveOptions> {
  const given = await expandedArguments(project, context);
  const spec = mochaNames(given);
  const named = new Set(spec);
  return {
    options: {},
    nodeArguments: [],
    spec,
    files: [],
    loaded: [],
    given: given.filter((each) => !named.has(each)),
  };
}

function brokenOptions(runner: RunnerPackage, output: string): BatchOutcome {
  return {
    state: 'broken',
    message: `mocha ${runner.version} cannot read its configuration:\n${output}`,
    exitCode: null,
  };
}

/** What mocha merges from the command line, .mocharc and package.json, without what we decide ourselves. */
const decidedHere = [
  'reporter',
  'reporter-option',
  'reporter-options',
  'reporterOptions',
  'reporterOption',
  'watch',
  'watch-files',
  'watch-ignore',
  'config',
  'package',
  'spec',
];

interface RunParts {
  readonly runner: RunnerPackage;
  readonly effective: EffectiveOptions;
  readonly context: BatchContext;
}

function runnerArguments(batch: TestBatch, parts: RunParts): string[] {
  return [...nodeFlags(batch.project, parts.effective), ...programArguments(batch, parts)];
}

function nodeFlags({ nodeArguments = [] }: TestProject, effective: EffectiveOptions): string[] {
  return [...nodeArguments, ...effective.nodeArguments];
}

/** The program, and what it is told. */
function programArguments(batch: TestBatch, { runner, effective, context }: RunParts): string[] {
  return [
    ...configurationArguments(batch, { runner, effective, context }),
    '--reporter',
    // A hook that compiles what is required, as babel's of version 6 does, may not know our syntax.
    installedFiles(context, context.temporaryFolder, ['mocha-reporter.cjs', 'channel.cjs']),
    ...(batch.files?.map((file) => path.join(context.root, file)) ?? effective.spec),
  ];
}

/** A process that has loaded mocha, and becomes it once. */
function standbyOf(batch: TestBatch, parts: RunParts): { standby?: StandbyUse } {
  const { runner, effective, context } = parts;
  const [program = '', ...args] = programArguments(batch, parts);
  if (effective.given !== undefined) return {};
  return {
    standby: {
      start: {
        command: 'node',
        args: [
          ...nodeFlags(batch.project, effective),
          path.join(context.runnerFolder, 'standby.cjs'),
          program,
          runner.folder,
        ],
        cwd: projectFolder(batch.project, context),
        environment: mochaEnvironment(batch.project, context),
      },
      order: { args },
      watched: watchedFiles(batch.project, context.root, [path.join(runner.folder, 'package.json')]),
      knowsFiles: false,
      mustLoad: [],
      isLasting: false,
    },
  };
}

/** The program and what it is told besides files and reporter. */
function configurationArguments(batch: TestBatch, { runner, effective, context }: RunParts): string[] {
  if (effective.given !== undefined) {
    const titles = batch.only.length === 0 ? [] : ['--grep', titleExpression(batch.only)];
    return [path.join(runner.folder, 'bin', '_mocha'), ...effective.given, ...titles];
  }
  const omitted = new Set([
    ...decidedHere,
    ...(batch.files === null ? [] : ['sort']),
    ...(batch.only.length === 0 ? [] : ['grep', 'fgrep', 'invert']),
  ]);
  const options: Record<string, unknown> = Object.fromEntries(
    Object.entries(effective.options).filter(([name]) => !omitted.has(name)),
  );
  if (batch.only.length > 0) options['grep'] = titleExpression(batch.only);
  const configuration = path.join(context.temporaryFolder, 'mocha.json');
  writeFileSync(configuration, JSON.stringify(options));
  return [runner.program, '--config', configuration, '--no-package'];
}

function mochaEnvironment(
  project: TestProject,
  context: Pick<BatchContext, 'root' | 'environment'>,
): Record<string, string> {
  const { MOCHA_OPTIONS: _merged, ...rest } = projectEnvironment(project, context);
  return rest;
}
