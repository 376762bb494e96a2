// The folder that `--data` names: test-history/, change-risk/ and build-outcome/ with CSV files.
import { existsSync, globSync } from 'node:fs';
import path from 'node:path';
import { readBuilds, type RecordedBuild } from './builds-file.ts';
import { readCommits, type Commit } from './commits-file.ts';
import { BadInput } from './csv.ts';
import { readTestHistory, type Cycle } from './test-history-file.ts';

export interface Named<T> {
  readonly name: string;
  readonly rows: readonly T[];
}

/** Histories of suites whose licence allows to learn from them: every file but the ones named here. */
export const evaluationOnly: readonly string[] = ['iofrol_1-160'];

/** The folder itself, made sure of. Throws `BadInput`. */
export function dataFolder(folder: string | undefined): string {
  if (folder === undefined || folder === '') throw new BadInput('which data? Give a folder: --data <folder>');
  if (!existsSync(folder))
    throw new BadInput(
      `${folder} does not exist: expected a folder with test-history/, change-risk/ and build-outcome/`,
    );
  return folder;
}

export function testHistories(folder: string): Named<Cycle>[] {
  return filesIn(folder, 'test-history').map((file) => ({ name: nameOf(file), rows: readTestHistory(file) }));
}

export function projectCommits(folder: string): Named<Commit>[] {
  return filesIn(folder, 'change-risk').map((file) => ({ name: nameOf(file), rows: readCommits(file) }));
}

export function projectBuilds(folder: string): Named<RecordedBuild>[] {
  return filesIn(folder, 'build-outcome').map((file) => ({ name: nameOf(file), rows: readBuilds(file) }));
}

function filesIn(folder: string, part: string): string[] {
  const files = globSync('*.csv', { cwd: path.join(folder, part) }).toSorted();
  if (files.length === 0) throw new BadInput(`${path.join(folder, part)} holds no .csv file`);
  return files.map((file) => path.join(folder, part, file));
}

function nameOf(file: string): string {
  return path.basename(file).split('.')[0] ?? file;
}
