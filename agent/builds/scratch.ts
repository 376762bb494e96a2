// Folders outside of the work tree that targets keep between builds.
import path from 'node:path';
import type { BuildTarget } from '../protocol/build.ts';

/** Stands in a command for a folder outside of the work tree that belongs to the target alone and is kept between builds. */
export const scratchFolder = '{scratch}';

/** Whether the command, or its environment, makes use of the scratch folder. */
export function usesScratch({ command, kind }: BuildTarget): boolean {
  return command.includes(scratchFolder) || kind === 'python compileall';
}

/** Where the scratch folder of a target lies. `folder`: that of all of them, absolute. */
export function scratchOf({ id }: BuildTarget, folder: string): string {
  return path.join(folder, encodeURIComponent(id).replaceAll('*', '%2A').slice(0, 150));
}
