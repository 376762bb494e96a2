// What a compiled language's resolution fills in, and what all of them share. Made for one state of the file names.
import type { RepoPath } from '../../protocol/ids.ts';
import type { FileFacts, ImportFact, ImportKind } from '../facts.ts';
import type { EdgeCollector } from './edges.ts';
import type { CompileCommandsReader } from './compile-commands.ts';
import type { FileSet } from './file-set.ts';
import type { LinkedPaths } from './linked-paths.ts';

export interface LanguageParts {
  readonly files: FileSet;
  /** Every file that has facts of this language. */
  readonly sources: readonly RepoPath[];
  readonly factsOf: (file: RepoPath) => FileFacts;
  /** The text of a file that decides resolution; null when it is gone. */
  readonly read: (file: RepoPath) => string | null;
  readonly disk: DiskParts;
}

/** What lies on the disk beside the files of the repository. */
export interface DiskParts {
  /** Absolute. */
  readonly root: string;
  readonly links: LinkedPaths;
  readonly compileCommands: CompileCommandsReader;
}

export interface LanguageResolver {
  /** What a file depends on besides the paths in its strings. */
  addEdges(edges: EdgeCollector, file: RepoPath): void;
}

/** The specifiers of one kind. */
export function specifiersOf(facts: FileFacts, kind: ImportKind): string[] {
  return facts.imports.flatMap((fact) => (fact.kind === kind ? [fact.specifier] : []));
}

/** The words of the facts of one kind. */
export function namesOf(facts: FileFacts, kind: 'names' | 'declares'): string[] {
  return specifiersOf(facts, kind).flatMap((names) => (names === '' ? [] : names.split(' ')));
}

export function hasTrait(facts: FileFacts, trait: string): boolean {
  return facts.imports.some((fact) => fact.kind === 'trait' && fact.specifier === trait);
}

/** Whether the edges of other files may be others after a file's facts changed from `before` to `now`. */
export function concernsOthers(before: FileFacts, now: FileFacts): boolean {
  return before !== now && stampOf(before) !== stampOf(now);
}

function stampOf({ imports, definesTests }: FileFacts): string {
  const telling = imports.filter(tellsOthers).map(({ kind, specifier }) => `${kind} ${specifier}`);
  return [definesTests === true, ...telling.toSorted()].join('\n');
}

function tellsOthers({ kind, specifier }: ImportFact): boolean {
  return kind === 'scope' || kind === 'declares' || kind === 'trait' || specifier.startsWith('global ');
}

/** Adds to the list under a key. */
export function addTo<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
