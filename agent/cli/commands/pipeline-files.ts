// `noodle pipeline validate`, `import`, `export` and `schema`: pipelines as files.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { failure, FailureError, type Result } from '../../protocol/failure.ts';
import { ExportFormat, type ParityFinding } from '../../protocol/pipeline.ts';
import { publishedSchema } from '../../protocol/published-schema.ts';
import { counted } from '../../protocol/quantities.ts';
import { complain, type CommandContext, type ExitCode } from '../session.ts';
import { pipelineOf } from './pipeline-subject.ts';
import { withSession } from './with-session.ts';

export async function validate(context: CommandContext): Promise<ExitCode> {
  const { commandLine, output, workingFolder } = context;
  const [file] = commandLine.positionals;
  const text = file === undefined ? null : await readText(workingFolder, file);
  if (text !== null && !text.ok) return complain(output, text.failure);
  return await withSession(context, async ({ client }) => {
    const { pipelines, problems, notes } = await client.validatePipelines(text === null ? {} : { text: text.value });
    if (commandLine.switches.has('json')) output.line(JSON.stringify({ pipelines, problems, notes }));
    else {
      for (const { file: found, line, column, message } of problems)
        output.line(`${file ?? found}:${line}:${column}  ${message}`);
      for (const { file: found, line, column, message } of notes)
        output.line(`${file ?? found}:${line}:${column}  note: ${message}`);
      output.line(
        `${counted(pipelines.length, 'pipeline')} can be run${problems.length === 0 ? '' : `, ${counted(problems.length, 'problem')}`}`,
      );
    }
    return problems.length === 0 ? 0 : 1;
  });
}

export async function importFile(context: CommandContext): Promise<ExitCode> {
  const { commandLine, output, workingFolder } = context;
  const [file] = commandLine.positionals;
  if (file === undefined)
    return complain(output, { reason: 'invalid_input', message: 'noodle pipeline import: a file is missing' });
  const text = await readText(workingFolder, file);
  if (!text.ok) return complain(output, text.failure);
  return await withSession(context, async ({ client, root }) => {
    const report = await client.importPipelines({ path: file, text: text.value });
    if (commandLine.switches.has('json')) output.line(JSON.stringify(report));
    else {
      if (report.yaml !== '') output.line(report.yaml.trimEnd());
      for (const line of parityLines(report.findings)) output.complain(line);
    }
    const [pipeline] = report.pipelines;
    if (pipeline === undefined)
      return complain(output, { reason: 'invalid_input', message: `nothing of ${file} can run here` });
    if (commandLine.switches.has('write')) {
      const target = path.join(root, '.noodle', `${pipeline.id}.yaml`);
      await writeNew(target, report.yaml);
      output.complain(`written: ${path.relative(root, target)}`);
    }
    return 0;
  });
}

export async function exportOne(context: CommandContext): Promise<ExitCode> {
  const { commandLine, output } = context;
  const format = ExportFormat.safeParse(commandLine.values.get('format') ?? 'noodle');
  if (!format.success) {
    const message = `--format: found '${commandLine.values.get('format')}', expected one of ${ExportFormat.options.join(', ')}`;
    return complain(output, { reason: 'invalid_input', message });
  }
  return await withSession(context, async (session) => {
    const id = await pipelineOf(context, session);
    const { path: place, text, notes } = await session.client.exportPipeline({ id, format: format.data });
    output.line(text.trimEnd());
    for (const note of notes) output.complain(`note: ${note}`);
    output.complain(`belongs into ${place}`);
    return 0;
  });
}

export async function schema({ output }: CommandContext): Promise<ExitCode> {
  output.line(JSON.stringify(publishedSchema(), null, 2));
  return await Promise.resolve(0);
}

/** Fails when the file is there: what a person wrote is never overwritten. */
export async function writeNew(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (cause) {
    if (!(cause instanceof Error) || !('code' in cause) || cause.code !== 'EEXIST') throw cause;
    throw new FailureError(
      {
        reason: 'conflict',
        message: `${file} is there already; nothing was written`,
        hint: 'Move it away, or put the text into it by hand.',
      },
      { cause },
    );
  }
}

/** What was taken over stands in the definition; here is what was not, and what became of the rest. */
function parityLines(findings: readonly ParityFinding[]): string[] {
  const missing = findings.filter(({ outcome }) => outcome === 'missing');
  const replaced = findings.filter(({ outcome }) => outcome === 'replaced');
  const lines = (title: string, list: readonly ParityFinding[]) =>
    list.length === 0 ? [] : [title, ...list.map(({ place, message }) => `  ${place}: ${message}`)];
  return [...lines('cannot run here', missing), ...lines('done otherwise here', replaced)];
}

async function readText(folder: string, file: string): Promise<Result<string>> {
  try {
    return { ok: true, value: await readFile(path.resolve(folder, file), 'utf8') };
  } catch {
    return failure('not_found', `the file ${file} cannot be read`);
  }
}
