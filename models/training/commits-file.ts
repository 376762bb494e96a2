// Commits of one project as a CSV file: Kamei's measures, with or without labels.
import { changeMeasures, type ChangeMeasures } from '../features/change-risk.ts';
import { BadInput, numberIn, numbersIn, quoted, readTable } from './csv.ts';

export interface Commit {
  readonly id: string;
  /** Milliseconds; commits without a date keep their place. */
  readonly at: number;
  readonly measures: ChangeMeasures;
  /** Null when the file does not tell. */
  readonly isFaulty: boolean | null;
}

/** The commits in time order. Throws `BadInput`. */
export function readCommits(path: string): Commit[] {
  const table = readTable(path, ['transactionid', 'commitdate', ...changeMeasures]);
  const [ids, dates] = [table.column('transactionid'), table.column('commitdate')];
  const columns = changeMeasures.map((name) => [name, numbersIn(table, name)] as const);
  const labels = table.has('bug') ? numbersIn(table, 'bug') : null;
  let latest = 0;
  const commits = Array.from({ length: table.rowCount }, (_, row): Commit => {
    latest = dateIn(dates[row] ?? '', `${path}, row ${row + 2}`) ?? latest;
    // Every measure is in the list, so the record is complete.
    const measures = Object.fromEntries(columns.map(([name, values]) => [name, values[row] ?? null])) as ChangeMeasures;
    const label = labels?.[row] ?? null;
    return { id: ids[row] ?? '', at: latest, measures, isFaulty: label === null ? null : label > 0 };
  });
  return commits.toSorted((one, other) => one.at - other.at);
}

/** `2001/12/12 17:41` as if it were UTC, so that the zone of this machine does not matter, or seconds since 1970. Null: empty. */
function dateIn(field: string, place: string): number | null {
  if (field === '') return null;
  const seconds = numberIn(field);
  if (seconds !== null) return seconds * 1000;
  const parts = /^(\d{4})[/-](\d{1,2})[/-](\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?/.exec(field);
  if (parts === null)
    throw new BadInput(`${place}: commitdate is ${quoted(field)}, expected one like 2001/12/12 17:41`);
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts
    .slice(1)
    .map((part) => (part === undefined ? 0 : Number(part)));
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
