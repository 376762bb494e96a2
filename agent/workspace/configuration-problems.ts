// What did not fit the schema of a file, in sentences with their places.
import { nearest } from '../protocol/nearest.ts';
import { valueAt, type Misfit } from './configuration-repair.ts';
import { nodeAt, nodeOfKind, type SchemaNode } from './configuration-schema.ts';
import type { ParsedYaml, TextRange } from './configuration-yaml.ts';

/** A problem of a file. */
export interface FileProblem extends TextRange {
  readonly message: string;
  readonly nearest?: string;
}

/** A sentence for each misfit. */
export function misfitProblems(misfits: readonly Misfit[], tree: SchemaNode, yaml: ParsedYaml): FileProblem[] {
  return misfits.map((misfit) =>
    misfit.kind === 'unknown'
      ? unknownKeyProblem(misfit, tree, yaml)
      : misfit.kind === 'misnamed'
        ? misnamedProblem(misfit, yaml)
        : misfitProblem(misfit, tree, yaml),
  );
}

/** Kinds of steps that other versions have. */
const laterKinds: ReadonlySet<string> = new Set(['deployment', 'deploy', 'external']);

function unknownKeyProblem({ path }: Misfit, tree: SchemaNode, yaml: ParsedYaml): FileProblem {
  const key = String(path.at(-1));
  const parent = path.slice(0, -1);
  const known = Object.keys(nodeOfKind(nodeAt(tree, parent), valueAt(yaml.value, parent))?.keys ?? {});
  const near = nearest(key, known);
  const place = parent.length === 0 ? '' : ` in ${parent.join('.')}`;
  const later = laterKinds.has(key) && parent.at(-2) === 'steps';
  if (later)
    return {
      message: `${key} steps${place} are not part of this version; a command step can do it`,
      ...yaml.rangeOfKey(path),
    };
  if (key === 'finally' && parent.at(-2) === 'steps')
    return {
      message: `unknown key "finally"${place}; final steps stand under finally, beside steps`,
      ...yaml.rangeOfKey(path),
    };
  const hint = near === null ? `expected one of ${known.join(', ')}` : `did you mean ${JSON.stringify(near)}?`;
  return {
    message: `unknown key ${JSON.stringify(key)}${place}; ${hint}`,
    ...yaml.rangeOfKey(path),
    ...(near === null ? {} : { nearest: near }),
  };
}

function misnamedProblem({ path, found, expected }: Misfit, yaml: ParsedYaml): FileProblem {
  const place = path.slice(0, -1).join('.');
  const message = `${place}: found the name ${shown(found)}, expected ${expected ?? 'another one'}`;
  return { message, ...yaml.rangeOfKey(path) };
}

function misfitProblem({ path, kind, found }: Misfit, tree: SchemaNode, yaml: ParsedYaml): FileProblem {
  const expected = expectedAt(path, found, tree);
  const place = path.length === 0 ? '' : `${path.join('.')}: `;
  const range = kind === 'missing' ? yaml.rangeOfKey(path.slice(0, -1)) : yaml.rangeOf(path);
  return { message: `${place}found ${kind === 'missing' ? 'nothing' : shown(found)}, expected ${expected}`, ...range };
}

/** A list where one is expected has too few items, or too many. */
function expectedAt(path: Misfit['path'], found: unknown, tree: SchemaNode): string {
  const expected = nodeAt(tree, path)?.expected ?? 'another value';
  if (!Array.isArray(found) || expected !== 'a list') return expected;
  return found.length === 0 ? 'one with an item at least' : 'a shorter one';
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (value === null) return 'nothing';
  if (typeof value === 'object') return 'a map of keys and values';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
