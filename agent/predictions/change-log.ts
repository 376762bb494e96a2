// The history of a repository as git prints it, as measures of its changes.
import { ChangeLedger, type ChangeFacts, type FileEdit } from '../../models/features/change-measures.ts';
import type { ChangeMeasures } from '../../models/features/change-risk.ts';

/** What git must be asked for: the oldest first, without merges, file names as they are. */
export const changeLogArguments: readonly string[] = [
  '-c',
  'core.quotePath=false',
  'log',
  '--no-merges',
  '--no-renames',
  '--reverse',
  '--numstat',
  '--format=%x1e%H%x1f%at%x1f%ae%x1f%s',
];

/** What git must be asked for what is not committed yet: lines by file, and who would commit it. */
export const pendingChangeArguments: readonly string[] = [
  '-c',
  'core.quotePath=false',
  'diff',
  '--no-ext-diff',
  '--no-renames',
  '--numstat',
  'HEAD',
];
/** What git must be asked for files that are new and not ignored, each ended by NUL. */
export const newFileArguments: readonly string[] = ['ls-files', '--others', '--exclude-standard', '-z'];
export const authorArguments: readonly string[] = ['var', 'GIT_AUTHOR_IDENT'];

export interface PendingChange {
  /** What `git diff --numstat` printed, and `newFileLines`. */
  readonly lines: string;
  /** What `git var GIT_AUTHOR_IDENT` printed: `Ada <ada@example.com> 1700000000 +0000`. */
  readonly identity: string;
}

/** The lines that `git diff --numstat` would print of new files, once they are added; `lineCountOf` is null for what is no text. */
export function newFileLines(listed: string, lineCountOf: (file: string) => number | null): string {
  const files = listed.split('\0').filter((file) => file !== '' && !file.includes('\n'));
  return files
    .map((file) => {
      const count = lineCountOf(file);
      return count === null ? `-\t-\t${file}\n` : `${count}\t0\t${file}\n`;
    })
    .join('');
}

/** The log with what is not committed yet as its last entry, under no commit's name; the same log when nothing is. */
export function withPending(log: string, { lines, identity }: PendingChange): string {
  const author = /<([^>]*)> (\d+)/.exec(identity);
  if (lines.trim() === '' || author === null) return log;
  const [, email = '', seconds = ''] = author;
  return `${log}\u001e${notCommitted}\u001f${seconds}\u001f${email}\u001f\n${lines}`;
}

/** Stands for the commit that does not exist yet. */
export const notCommitted = 'not committed';

export interface MeasuredChange {
  readonly commit: string;
  readonly measures: ChangeMeasures;
}

/** The changes in the order of the log. What is not the log's format is left out. */
export function measuredChanges(log: string): MeasuredChange[] {
  const ledger = new ChangeLedger();
  return log.split('\u001e').flatMap((entry) => {
    const [head = '', ...lines] = entry.split(/\r?\n/);
    const [commit = '', at = '', author = '', subject = ''] = head.split('\u001f');
    const seconds = Number(at);
    if (commit === '' || at === '' || !Number.isFinite(seconds)) return [];
    const change: ChangeFacts = { author, at: seconds, subject, edits: lines.flatMap(editIn) };
    const measures = ledger.measure(change);
    ledger.add(change);
    return [{ commit, measures }];
  });
}

/** `12<tab>3<tab>src/a.ts`; a binary file has `-` for its numbers. */
function editIn(line: string): FileEdit[] {
  const parts = /^(\d+|-)\t(\d+|-)\t(.+)$/.exec(line);
  if (parts === null) return [];
  const [, added = '', deleted = '', path = ''] = parts;
  return [{ path, added: added === '-' ? 0 : Number(added), deleted: deleted === '-' ? 0 : Number(deleted) }];
}
