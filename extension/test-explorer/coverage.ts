// Coverage as VS Code shows it: a figure for each file at the end of a run, the lines when somebody opens one.
import * as vscode from 'vscode';
import type { FileCoverage, FileCoverageDetails } from '../../agent/protocol/coverage.ts';
import type { ExecutionId, TestId } from '../../agent/protocol/ids.ts';
import type { Repository } from '../repository.ts';
import type { TestItems } from './test-items.ts';

export interface CoverageSource {
  readonly repository: Repository;
  readonly items: TestItems;
  readonly executionId: ExecutionId;
}

/** A file's coverage that remembers which run it is of. */
class RecordedCoverage extends vscode.FileCoverage {
  readonly source: CoverageSource;
  readonly file: FileCoverage;

  constructor(file: FileCoverage, source: CoverageSource) {
    const { repository, items } = source;
    super(
      vscode.Uri.joinPath(vscode.Uri.file(repository.root), file.path),
      new vscode.TestCoverageCount(file.lines.covered, file.lines.total),
      undefined,
      new vscode.TestCoverageCount(file.functions.covered, file.functions.total),
      file.tests.flatMap((test) => items.file(test) ?? []),
    );
    this.source = source;
    this.file = file;
  }
}

/** Hands what the run recorded to VS Code; the run must not have ended yet. */
export async function addCoverage(run: vscode.TestRun, source: CoverageSource): Promise<void> {
  const { client } = source.repository.connection;
  if (client === null) return;
  const { files, notes } = await client.getCoverage({ execution: source.executionId });
  for (const file of files) run.addCoverage(new RecordedCoverage(file, source));
  for (const note of notes) run.appendOutput(`note      ${note}\r\n`);
}

/** Makes a profile load lines when they are looked at, over all tests of the run or by one of them. */
export function loadsCoverage(profile: vscode.TestRunProfile): void {
  profile.loadDetailedCoverage = async (_run, coverage) => await detailsOf(coverage);
  profile.loadDetailedCoverageForTest = async (_run, coverage, item) => {
    // Coverage is recorded by file: a case shows what its file ran.
    if (!(coverage instanceof RecordedCoverage)) return [];
    const file = coverage.source.items.fileOf(item) ?? fileAbove(coverage, item);
    return file === null ? [] : await detailsOf(coverage, file.id);
  };
}

function fileAbove({ source }: RecordedCoverage, item: vscode.TestItem): { readonly id: TestId } | null {
  for (let each = item.parent; each !== undefined; each = each.parent) {
    const file = source.items.fileOf(each);
    if (file !== null) return file;
  }
  return null;
}

async function detailsOf(coverage: vscode.FileCoverage, test?: TestId): Promise<vscode.FileCoverageDetail[]> {
  if (!(coverage instanceof RecordedCoverage)) return [];
  const { repository, executionId } = coverage.source;
  const client = await repository.connection.ready();
  if (!client.ok) return [];
  const scope = test === undefined ? { execution: executionId } : { execution: executionId, test };
  const details = await client.value.getFileCoverage({ ...scope, path: coverage.file.path });
  // The lines have moved: marks beside them would be wrong.
  return details.isOutdated ? [] : coverageMarks(details);
}

/** The statements and declarations of a file. */
function coverageMarks({ executed, missed, functions }: FileCoverageDetails): vscode.FileCoverageDetail[] {
  return [
    ...executed.map((lines) => new vscode.StatementCoverage(true, rangeOf(lines))),
    ...missed.map((lines) => new vscode.StatementCoverage(false, rangeOf(lines))),
    ...functions.map(
      ({ name, startLine, endLine, executed: ran }) =>
        new vscode.DeclarationCoverage(name === '' ? '(anonymous)' : name, ran, rangeOf([startLine, endLine])),
    ),
  ];
}

/** Past the end of a line VS Code takes its end. */
const wholeLine = 10_000;

function rangeOf([first, last]: readonly [number, number]): vscode.Range {
  return new vscode.Range(first - 1, 0, last - 1, wholeLine);
}
