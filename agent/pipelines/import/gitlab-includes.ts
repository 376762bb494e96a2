// What a GitLab CI file includes of its own repository stands before what it says itself.
import { parseYaml } from '../../workspace/configuration-yaml.ts';
import { plainPath, type LocalFiles } from './github-files.ts';

type Keys = Readonly<Record<string, unknown>>;

const deepest = 10;

/** With what it includes; `missing`: what is included from elsewhere, or is not there. */
export function withIncluded(
  value: unknown,
  files: LocalFiles,
  depth = 0,
): { readonly file: unknown; readonly missing: readonly string[] } {
  if (!isMap(value) || value['include'] === undefined) return { file: value, missing: [] };
  const { include, ...own } = value;
  const missing: string[] = [];
  let file: Keys = {};
  for (const entry of [include].flat()) {
    const path = localPath(entry);
    const text = path === null || depth >= deepest ? undefined : files.get(path);
    if (text === undefined) missing.push(nameOf(entry));
    else {
      const found = withIncluded(parseYaml(text).value, files, depth + 1);
      missing.push(...found.missing);
      if (isMap(found.file)) file = { ...file, ...found.file };
    }
  }
  return { file: { ...file, ...own }, missing };
}

function isMap(value: unknown): value is Keys {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function localPath(entry: unknown): string | null {
  const path = typeof entry === 'string' ? entry : isMap(entry) ? entry['local'] : undefined;
  return typeof path === 'string' && !path.includes('://') ? (plainPath(path)[0] ?? null) : null;
}

function nameOf(entry: unknown): string {
  return typeof entry === 'string'
    ? entry
    : Object.entries(isMap(entry) ? entry : {})
        .map(([key, value]) => `${key} ${String(value)}`)
        .join(', ');
}
