// Makes what runners say of a failure readable and finds the place in it.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import type { RepoPath } from '../../protocol/ids.ts';
import type { Location } from '../../protocol/test.ts';

/** Text without colours and cursor movements. */
export function plainText(text: string): string {
  return stripVTControlCharacters(text).replaceAll('\r\n', '\n');
}

/** An absolute path (or file URL) as the repository knows it; null outside of it. `root` has no symbolic links. */
export function repoPath(root: string, file: string): RepoPath | null {
  const absolute = file.startsWith('file:') ? pathOfUrl(file) : file;
  if (absolute === null) return null;
  const relative = path.relative(root, absolute);
  const isInside = relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
  // Checked above; this runs for every result.
  return isInside ? (relative.replaceAll(path.sep, '/') as RepoPath) : null;
}

export interface StackPlaces {
  /** Absolute, without symbolic links. */
  readonly root: string;
  /** What relative paths in the stack start from: mocha shortens them. */
  readonly cwd: string;
}

/** The innermost frame of a stack that lies in the repository and in no installed package. */
export function placeInStack(stack: string, places: StackPlaces): Location | undefined {
  for (const line of stack.split('\n')) {
    const place = placeInFrame(line, places);
    if (place !== undefined) return place;
  }
  return undefined;
}

/** `at f (/r/a.ts:3:4)`, `at file:///r/a.ts:3:4`, `at async a.ts:3:4`, `❯ a.ts:3:4`. */
const frame = /^\s*(?:at|❯)\s+(?:.*?\()?(?:async\s+)?([^()]+?):(\d+)(?::(\d+))?\)?\s*$/;
/** The first line of a syntax error: `/r/a.ts:3`. */
const heading = /^((?:file:\/\/|\/|[A-Za-z]:[\\/])[^()]*?):(\d+)(?::(\d+))?$/;

function placeInFrame(text: string, places: StackPlaces): Location | undefined {
  const match = frame.exec(text) ?? heading.exec(text);
  if (match?.[1] === undefined || /^(?:node:|internal\/|native|webpack:|eval)/.test(match[1])) return undefined;
  const named = match[1].replace(/\?.*$/, '');
  const file = repoPath(places.root, named.startsWith('file:') ? named : path.resolve(places.cwd, named));
  const line = Number(match[2]);
  if (file === null || /(?:^|\/)node_modules\//.test(file) || line < 1) return undefined;
  const column = Number(match[3] ?? 0);
  return { file, line, ...(column > 0 ? { column } : {}) };
}

function pathOfUrl(url: string): string | null {
  try {
    return fileURLToPath(url);
  } catch {
    return null;
  }
}
