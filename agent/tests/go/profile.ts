// What `go test -coverprofile` writes: blocks of statements and how often each ran.
import { repoPath } from '../javascript/failure-text.ts';
import type { RepoPath } from '../../protocol/ids.ts';
import type { CoveredFunction, LineRange } from '../../store/evidence.ts';
import type { CountedFile } from '../adapter.ts';
import { withoutTexts } from './source.ts';

export interface ProfilePlace {
  /** The module's path: what stands before the slash of its files. */
  readonly module: string;
  /** Absolute. */
  readonly root: string;
  /** Absolute: the module's folder. */
  readonly folder: string;
  /** The text of a file, or null. */
  readonly read: (file: RepoPath) => string | null;
}

/** `example.org/shop/cart/cart.go:3.24,5.2 1 1`: from and to, statements, how often they ran. */
const block = /^(.+):(\d+)\.\d+,(\d+)\.\d+ (\d+) (\d+)$/;

/** By file, what ran. Blocks that stand in the profile twice, as with `-coverpkg`, count once. */
export function readProfile(text: string, place: ProfilePlace): CountedFile[] {
  const files = new Map<string, Map<number, boolean>>();
  for (const line of text.split('\n')) {
    const [, name = '', from, to, statements, count] = block.exec(line.trimEnd()) ?? [];
    if (name === '' || Number(statements) === 0) continue;
    const lines = files.get(name) ?? new Map<number, boolean>();
    files.set(name, lines);
    for (let at = Number(from); at <= Number(to); at++) lines.set(at, lines.get(at) === true || Number(count) > 0);
  }
  return [...files].flatMap(([name, lines]) => fileOf(name, lines, place));
}

function fileOf(name: string, lines: ReadonlyMap<number, boolean>, place: ProfilePlace): CountedFile[] {
  const inModule = name.startsWith(`${place.module}/`) ? name.slice(place.module.length + 1) : null;
  // A package outside of modules is named by its folder.
  const path = inModule === null ? (name.startsWith('/') ? name : null) : `${place.folder}/${inModule}`;
  const file = path === null ? null : repoPath(place.root, path);
  const text = file === null ? null : place.read(file);
  if (file === null || text === null) return [];
  const code = withoutTexts(text).split('\n');
  const counted = new Map([...lines].filter(([line]) => hasCode(code[line - 1] ?? '')));
  return [
    {
      path: file,
      executed: rangesWhere(counted, true),
      missed: rangesWhere(counted, false),
      functions: functionsOf(code, counted),
    },
  ];
}

/** A block reaches over empty lines, comments and the brackets that close it. */
function hasCode(line: string): boolean {
  return /[^\s{}(),;]/.test(line) && !/^\s*\}\s*else\s*\{\s*$/.test(line);
}

function rangesWhere(lines: ReadonlyMap<number, boolean>, ran: boolean): LineRange[] {
  const wanted = [...lines].filter(([, each]) => each === ran).map(([line]) => line);
  return wanted.toSorted((one, other) => one - other).map((line) => [line, line]);
}

const declaration = /^func\s+(?:\(\s*(?:\w+\s+)?\*?\s*(\w+)[^)]*\)\s*)?([\p{L}_][\p{L}\p{Nd}_]*)/u;

/** Functions at the left margin, where gofmt puts them, up to the bracket that closes them there. */
function functionsOf(code: readonly string[], lines: ReadonlyMap<number, boolean>): CoveredFunction[] {
  const found: CoveredFunction[] = [];
  for (const [index, line] of code.entries()) {
    const [matched, type, name = ''] = declaration.exec(line) ?? [];
    if (matched === undefined) continue;
    const isOnOneLine = /\}\s*$/.test(line);
    const end = isOnOneLine ? index : code.findIndex((each, at) => at > index && each.startsWith('}'));
    // Declared only: its body is in assembly.
    if (end === -1) continue;
    const inside = [...lines].filter(([at]) => at > index && at <= end + 1);
    if (inside.length === 0) continue;
    found.push({
      name: type === undefined ? name : `${type}.${name}`,
      startLine: index + 1,
      endLine: end + 1,
      executed: inside.some(([, ran]) => ran),
    });
  }
  return found;
}
