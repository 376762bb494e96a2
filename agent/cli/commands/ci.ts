// `noodle ci`: test results of remote CI runs, read from their reports.
import { readFileSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { failure, success, type Result } from '../../protocol/failure.ts';
import { nearest } from '../../protocol/nearest.ts';
import type { InputOf } from '../../protocol/operations.ts';
import { counted } from '../../protocol/quantities.ts';
import type { RemoteRun, RemoteTest } from '../../protocol/remote-runs.ts';
import { complain, type CommandContext, type ExitCode } from '../session.ts';
import { misuse, print, runSubcommand, type Subcommand } from './subcommands.ts';

type Report = InputOf<'importRemoteRun'>['reports'][number];

/** So many failures are shown of a run; `--json` has all. */
const shownFailures = 100;

/** Runs `list`, `import` or `show`. */
export function ci(context: CommandContext): Promise<ExitCode> {
  return runSubcommand(context, { list, import: importReports, show }, 'list');
}

async function list({ context, session }: Subcommand): Promise<ExitCode> {
  const { runs } = await session.client.listRemoteRuns({});
  const none = ['no run of a remote CI was taken in; see `noodle ci --help`'];
  return print(context, { runs }, () => (runs.length === 0 ? none : runs.map(runLine)));
}

async function importReports({ context, session, operands }: Subcommand): Promise<ExitCode> {
  const { values } = context.commandLine;
  const [first] = operands;
  if (first === undefined) return misuse(context, 'import: name a JUnit XML report, or a folder of them');
  const reports = await readReports(context.workingFolder, operands);
  if (!reports.ok) return complain(context.output, reports.failure);
  const run = await session.client.importRemoteRun({
    name: values.get('name') ?? path.basename(path.resolve(context.workingFolder, first)),
    system: values.get('system'),
    commit: values.get('commit'),
    url: values.get('url'),
    reports: reports.value,
  });
  return print(context, run, () => [runLine(run), ...run.notes.map((note) => `note    ${note}`)]);
}

async function show({ context, session, operands }: Subcommand): Promise<ExitCode> {
  const { runs } = await session.client.listRemoteRuns({});
  const [wanted] = operands;
  const run = wanted === undefined ? runs[0] : runs.find(({ id, name }) => name === wanted || id === wanted);
  if (run === undefined) return complain(context.output, unknownRun(wanted, runs));
  const known = await session.client.getRemoteRun({ id: run.id });
  return print(context, known, () => [
    runLine(run),
    ...(run.url === null ? [] : [`        ${run.url}`]),
    ...run.notes.map((note) => `note    ${note}`),
    ...failureLines(known.tests),
  ]);
}

function unknownRun(wanted: string | undefined, runs: readonly RemoteRun[]) {
  const names = runs.map(({ name }) => name);
  const near = wanted === undefined ? null : nearest(wanted, names);
  return {
    reason: 'not_found',
    message: wanted === undefined ? 'no run of a remote CI was taken in' : `there is no remote run '${wanted}'`,
    hint: near === null ? 'Take one in: `noodle ci import <report or folder …>`.' : `Did you mean '${near}'?`,
  } as const;
}

function runLine({ name, system, commit, counts, importedAt }: RemoteRun): string {
  const at = new Date(importedAt).toISOString().slice(0, 16).replace('T', ' ');
  const figures = `${counts.failed} failed, ${counts.passed} passed, ${counts.skipped} skipped`;
  return `${name}  ${system}${commit === null ? '' : ` ${commit.slice(0, 12)}`}  ${figures}  taken in ${at} UTC`;
}

function failureLines(tests: readonly RemoteTest[]): string[] {
  const failures = tests.filter(({ status }) => !['passed', 'skipped', 'todo'].includes(status));
  const lines = failures.slice(0, shownFailures).flatMap((test) => {
    const place = `${test.file ?? test.group}${test.line === null ? '' : `:${test.line}`}`;
    const message = test.message?.split('\n')[0];
    return [
      `${test.status.padEnd(9)} ${place}  ${test.name}${hereWords(test)}`,
      ...(message === undefined ? [] : [`          ${message}`]),
    ];
  });
  const more = failures.length - shownFailures;
  return more > 0 ? [...lines, `and ${counted(more, 'failure')} more: --json has all`] : lines;
}

function hereWords({ here }: RemoteTest): string {
  return here === null ? '' : `  (last run here: ${here.replace('_', ' ')})`;
}

/** The reports, and of folders every .xml below them. */
async function readReports(folder: string, operands: readonly string[]): Promise<Result<Report[]>> {
  const reports: Report[] = [];
  for (const operand of operands) {
    const named = path.resolve(folder, operand);
    const stats = statSync(named, { throwIfNoEntry: false });
    if (stats === undefined)
      return failure('not_found', `there is no '${operand}'`, {
        hint: 'Name a JUnit XML report, or a folder of them.',
      });
    const files = stats.isDirectory() ? await reportsBelow(named) : [named];
    if (files.length === 0) return failure('not_found', `there is no .xml file in '${operand}'`);
    for (const file of files) reports.push({ name: path.relative(folder, file), content: readFileSync(file, 'utf8') });
  }
  return success(reports);
}

async function reportsBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.xml'))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}
