// What reading one file tells, before anything is resolved: persisted by content hash, so it says nothing of other files.

/** Raised whenever an extractor finds more or other things, so that persisted facts are read anew. */
export const extractorVersion = 9;

/**
 * How a file names another:
 * - `import`, `reexport`, `dynamic`, `require`: loads a module; `mock` may load it, and its manual mock;
 * - `types`: only a type checker looks there; `elidable`: an import whose names occur in types alone, which most
 *   compilers drop and some keep;
 * - `path`: a path that is certain, relative to the file's folder; `mention`: a text that may be a path;
 * - `folder`: everything below a folder, because the rest of the path is computed; `glob`: a pattern;
 * - `command`: a word that may be the name of an executable of the repository;
 * - `module`, `module-types`, `member`: dotted names of Python; a member may be a submodule or just a name.
 * Of the compiled languages:
 * - `use`: what an import names, in the language's own syntax; `scope`: the package or namespace that the file is part of;
 * - `declares`: names that the file defines for others, `names`: names that it uses; several, parted by blanks;
 * - `trait`: something about the file that its language's resolution must know.
 */
export type ImportKind = keyof typeof letters;

const letters = {
  import: 'i',
  reexport: 'x',
  dynamic: 'd',
  require: 'r',
  mock: 'm',
  types: 't',
  elidable: 'e',
  path: 'p',
  mention: 'n',
  folder: 'f',
  glob: 'g',
  command: 'c',
  module: 'y',
  'module-types': 'z',
  member: 'b',
  use: 'u',
  scope: 's',
  declares: 'o',
  names: 'a',
  trait: 'k',
} as const;

export interface ImportFact {
  readonly kind: ImportKind;
  readonly specifier: string;
}

export interface FileFacts {
  readonly imports: readonly ImportFact[];
  /** What could not be known, in sentences. */
  readonly notes: readonly string[];
  /** Why it was not read whole, in a sentence. */
  readonly problem?: string;
  /** The file does not parse: its imports come from a search in its text and from its last good version. */
  readonly isDamaged?: true;
  /** It holds tests, as far as its text tells. */
  readonly definesTests?: true;
  /** Python: the names in `__all__`, which a star import loads. */
  readonly exported?: readonly string[];
}

/** A function, method or class with its lines, 1-based and inclusive. */
export interface CodeSymbol {
  readonly name: string;
  readonly kind: string;
  readonly startLine: number;
  readonly endLine: number;
}

/** A language: one file in extractors/ fills this, and the registry lists it. */
export interface Extractor {
  readonly id: string;
  /** Extensions with their dot, lower case. */
  readonly extensions: readonly string[];
  /** Never throws on bad source. */
  extract(path: string, text: string): FileFacts;
  /** Asynchronous where a parser must be loaded first. */
  symbols(path: string, text: string): readonly CodeSymbol[] | Promise<readonly CodeSymbol[]>;
}

export const noFacts: FileFacts = { imports: [], notes: [] };

interface EncodedFacts {
  i?: string[];
  n?: readonly string[];
  p?: string;
  d?: 1;
  t?: 1;
  a?: readonly string[];
}

/** Facts as compact JSON: each import is one text, its kind a letter in front. */
export function encodeFacts(facts: FileFacts): string {
  const encoded: EncodedFacts = {};
  if (facts.imports.length > 0) encoded.i = facts.imports.map((fact) => letters[fact.kind] + fact.specifier);
  if (facts.notes.length > 0) encoded.n = facts.notes;
  if (facts.problem !== undefined) encoded.p = facts.problem;
  if (facts.isDamaged === true) encoded.d = 1;
  if (facts.definesTests === true) encoded.t = 1;
  if (facts.exported !== undefined) encoded.a = facts.exported;
  return JSON.stringify(encoded);
}

/** Reads what `encodeFacts` wrote; null when it is something else. */
export function decodeFacts(text: string): FileFacts | null {
  let encoded: EncodedFacts;
  try {
    // Written by encodeFacts under the same extractorVersion; the shape of `i` is checked below.
    encoded = JSON.parse(text) as EncodedFacts;
  } catch {
    return null;
  }
  if (typeof encoded !== 'object' || encoded === null || (encoded.i !== undefined && !Array.isArray(encoded.i)))
    return null;
  return {
    imports: (encoded.i ?? []).map(decodeImport),
    notes: encoded.n ?? [],
    ...(encoded.p === undefined ? {} : { problem: encoded.p }),
    ...(encoded.d === 1 ? { isDamaged: true as const } : {}),
    ...(encoded.t === 1 ? { definesTests: true as const } : {}),
    ...(encoded.a === undefined ? {} : { exported: encoded.a }),
  };
}

// One value per letter, so that the shape of all facts is the same to the engine.
const kindOfLetter: Readonly<Record<string, ImportKind>> = Object.fromEntries(
  // Object.entries forgets that the keys are ImportKind.
  (Object.entries(letters) as [ImportKind, string][]).map(([kind, letter]) => [letter, kind]),
);

function decodeImport(text: string): ImportFact {
  return { kind: kindOfLetter[text[0] ?? ''] ?? 'mention', specifier: text.slice(1) };
}
