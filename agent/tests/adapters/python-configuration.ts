// Reading Python projects' configuration: INI files as configparser does, and TOML.
import path from 'node:path';
import { parse as parseToml } from 'smol-toml';
import type { RepoPath } from '../../protocol/ids.ts';
import type { RepositoryView } from '../adapter.ts';

/** The keys of an INI file's section, multi-line values joined by newlines; null when there is no such section. */
export function iniSection(text: string, name: string): ReadonlyMap<string, string> | null {
  const lines = text.split(/\r?\n/);
  const start = lines.findIndex((line) => line.trimEnd() === `[${name}]`);
  if (start === -1) return null;
  const length = lines.slice(start + 1).findIndex((line) => line.startsWith('['));
  return iniValues(lines.slice(start + 1, length === -1 ? undefined : start + 1 + length));
}

function iniValues(lines: readonly string[]): Map<string, string> {
  const values = new Map<string, string>();
  let key: string | null = null;
  for (const line of lines) {
    if (/^\s*[#;]/.test(line)) continue;
    const pair = /^([\w.-]+)\s*[=:]\s*(.*)$/.exec(line);
    if (pair !== null) {
      key = (pair[1] ?? '').toLowerCase();
      values.set(key, (pair[2] ?? '').trim());
    } else if (key !== null && /^\s+\S/.test(line)) {
      values.set(key, `${values.get(key) ?? ''}\n${line.trim()}`.trim());
    }
  }
  return values;
}

/** The table at a dotted place of a TOML text, or null when it is missing or the text does not parse. */
export function tomlTable(text: string, place: readonly string[]): Readonly<Record<string, unknown>> | null {
  let value: unknown;
  try {
    value = parseToml(text);
  } catch {
    return null;
  }
  for (const key of place) value = isRecord(value) ? value[key] : undefined;
  return isRecord(value) ? value : null;
}

/** Words of a setting that is a list in TOML and white-space separated elsewhere. */
export function words(value: unknown): string[] {
  if (Array.isArray(value)) return value.filter((word) => typeof word === 'string');
  if (typeof value === 'string') return value.split(/\s+/).filter((word) => word !== '');
  return [];
}

/** Folders from '' down to the file's own: `a/b/c.py` → '', 'a', 'a/b'. */
export function foldersAbove(file: RepoPath): string[] {
  const parts = file.split('/').slice(0, -1);
  return ['', ...parts.map((_, index) => parts.slice(0, index + 1).join('/'))];
}

/** Folders, as '' or `a/b`, which hold a file of one of these names. */
export function foldersWith(view: RepositoryView, names: ReadonlySet<string>): string[] {
  const folders = new Set<string>();
  for (const file of view.files) {
    const slash = file.lastIndexOf('/');
    if (names.has(file.slice(slash + 1))) folders.add(slash === -1 ? '' : file.slice(0, slash));
  }
  return [...folders].toSorted();
}

export function joined(folder: string, name: string): RepoPath {
  // Both halves are repository paths already.
  return (folder === '' ? name : `${folder}/${name}`) as RepoPath;
}

/** The path of an absolute one in the repository, with forward slashes; null when it lies outside. */
export function relativeTo(root: string, absolute: string): RepoPath | null {
  const relative = path.relative(root, absolute).split(path.sep).join('/');
  // The path was just made relative to the repository's root.
  return relative === '' || relative.startsWith('../') || path.isAbsolute(relative) ? null : (relative as RepoPath);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
