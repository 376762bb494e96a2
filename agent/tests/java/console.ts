// JUnit's console launcher: for projects without a build tool that hold its jar.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ProcessSpec } from '../../platform/processes.ts';
import type { BatchContext, BatchOutcome, TestBatch, TestProject } from '../adapter.ts';
import { plainText } from '../javascript/failure-text.ts';
import { readJunitXml } from '../reports/junit-xml.ts';
import { classOfFile } from './classes.ts';
import { JavaResults } from './results.ts';

const missingJava = 'javac and java are not in PATH: install a JDK (the package default-jdk) to run these tests';

/** `project.args`: the launcher's jar, the other jars, then after `--` the sources to compile; all from the root. */
export async function runConsole(batch: TestBatch, context: BatchContext): Promise<BatchOutcome> {
  const folder = path.join(context.root, batch.project.folder);
  const classes = classesFolder(batch.project, context);
  const results = new JavaResults(batch, context, [folder, path.join(folder, 'test'), path.join(folder, 'src')]);
  const compiled = await compile(batch.project, classes, context);
  if (compiled === null) return { state: 'runner_missing', message: missingJava };
  if (compiled.exitCode !== 0) return results.outcome({ tool: 'javac', ...compiled });
  const launched = await launch(batch, classes, { context, beforeKill: results.beforeKill });
  for (const name of reportsIn(context.temporaryFolder))
    for (const each of readJunitXml(readFileSync(path.join(context.temporaryFolder, name), 'utf8')).cases)
      results.reportCase(each);
  return results.outcome({ tool: 'the console launcher', ...launched });
}

/** The folder for compiled classes, absolute. */
export function classesFolder({ folder }: TestProject, { keptFolder }: Pick<BatchContext, 'keptFolder'>): string {
  return path.join(keptFolder, `classes-${createHash('sha256').update(folder).digest('hex').slice(0, 12)}`);
}

/** Jars, absolute, the launcher first. */
export function jarsOf({ args }: TestProject, root: string): string[] {
  return args.slice(0, args.indexOf('--')).map((jar) => path.join(root, jar));
}

async function compile(project: TestProject, classes: string, context: BatchContext) {
  // Classes whose sources are gone must not run.
  rmSync(classes, { recursive: true, force: true });
  mkdirSync(classes, { recursive: true });
  const sources = project.args.slice(project.args.indexOf('--') + 1).map((file) => path.join(context.root, file));
  const list = path.join(context.temporaryFolder, 'sources');
  writeFileSync(list, sources.map((file) => `"${file.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join('\n'));
  const classPath = jarsOf(project, context.root).join(path.delimiter);
  return await runTool('javac', ['-g', '-encoding', 'UTF-8', '-d', classes, '-cp', classPath, `@${list}`], {
    project,
    context,
  });
}

async function launch(
  batch: TestBatch,
  classes: string,
  {
    context,
    beforeKill,
  }: { readonly context: BatchContext; readonly beforeKill: NonNullable<ProcessSpec['beforeKill']> },
) {
  const [launcher = '', ...others] = jarsOf(batch.project, context.root);
  const selected = (batch.files ?? batch.project.files).flatMap((file) => {
    const name = classOfFile(file, readFileSync(path.join(context.root, file), 'utf8'));
    // The launcher selects methods without parameters only: the class runs, and what was not asked for is not told.
    return ['--select-class', name];
  });
  const args = [
    '-jar',
    launcher,
    '--class-path',
    [classes, ...others].join(path.delimiter),
    ...selected,
    '--reports-dir',
    context.temporaryFolder,
    '--disable-banner',
    '--details',
    'tree',
  ];
  return (
    (await runTool('java', args, { project: batch.project, context, beforeKill })) ?? {
      exitCode: null,
      output: missingJava,
    }
  );
}

interface ToolRun {
  readonly project: TestProject;
  readonly context: BatchContext;
  readonly beforeKill?: NonNullable<ProcessSpec['beforeKill']>;
}

async function runTool(command: string, args: readonly string[], { project, context, beforeKill }: ToolRun) {
  let output = '';
  const add = (text: string) => {
    context.touch();
    output = (output + text).slice(-64 * 1024);
  };
  const cwd = path.join(context.root, project.folder);
  const exit = await context.run({
    command,
    args,
    cwd,
    environment: context.environment,
    ...(beforeKill === undefined ? {} : { beforeKill }),
    onStdout: add,
    onStderr: add,
  });
  return exit.startError === null ? { exitCode: exit.exitCode, output: plainText(output) } : null;
}

function reportsIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => /^TEST-.*\.xml$/.test(name));
}
