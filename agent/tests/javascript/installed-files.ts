// Runner-side files where they look like an installed package: what compiles the project's sources leaves those as they are.
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { BatchContext } from '../adapter.ts';

/** Copies files of the runner folder below `parent`, absolute, and answers with the path of the first one. */
export function installedFiles(
  { runnerFolder }: Pick<BatchContext, 'runnerFolder'>,
  parent: string,
  [first, ...others]: readonly [string, ...string[]],
): string {
  const folder = path.join(parent, 'node_modules', `noodle-${path.parse(first).name}`);
  mkdirSync(folder, { recursive: true });
  for (const name of [first, ...others]) copyFileSync(path.join(runnerFolder, name), path.join(folder, name));
  return path.join(folder, first);
}
