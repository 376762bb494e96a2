// What a change of noodle.yaml, or of a file below .noodle, means, by its parts that differ: pipelines and alerts run code, they do not change it.
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import type { RepoPath } from '../protocol/ids.ts';

/** Whether a file is one that the agent itself reads. */
export function isNoodleFile(file: RepoPath): boolean {
  return file === 'noodle.yaml' || /^\.noodle\/[^/]+\.ya?ml$/.test(file);
}

/** Parts that decide nothing about how code is resolved, built or tested. */
const inert: ReadonlySet<string> = new Set(['pipelines', 'alerts', 'telemetry', 'remoteCache']);

/** The first part that differs and decides how code runs; null when none does, `unread` when a version cannot be read. */
export function noodleFileChange(base: string, current: string): { readonly decides: string | null } {
  const before = partsOf(base);
  const after = partsOf(current);
  if (before === null || after === null) return { decides: 'unread' };
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  const decides = [...keys].find((key) => !inert.has(key) && !isDeepStrictEqual(before[key], after[key]));
  return { decides: decides ?? null };
}

/** An empty file, and one that is not there, has none. */
function partsOf(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = parse(text, { logLevel: 'error' }) ?? {};
    return typeof value === 'object' && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
