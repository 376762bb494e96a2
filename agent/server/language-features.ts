// What the language server shows; the parts that know it are given in as this value.
import type { Disposer } from '../protocol/client.ts';
import type { RepoPath, TestId } from '../protocol/ids.ts';

/** A position as editors count: both from 0, `character` in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

/** `end` is not part of it. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** Something wrong at a place. */
export interface Diagnostic {
  readonly range: Range;
  readonly severity: 'error' | 'warning' | 'information';
  readonly message: string;
  /** The id of the test, or the compiler's code. */
  readonly code: string | null;
}

/** A changed function, and the tests that it can affect. */
export interface ImpactLens {
  /** 1-based. */
  readonly line: number;
  readonly name: string;
  readonly tests: readonly TestId[];
  readonly failing: number;
}

export interface ConfigurationCompletion {
  readonly label: string;
  readonly kind: 'key' | 'value';
  readonly documentation: string;
  readonly insertText: string;
  /** What the text takes the place of. */
  readonly replaces: Range;
}

export interface ConfigurationHover {
  /** Markdown. */
  readonly text: string;
  readonly range: Range;
}

/** Help with noodle.yaml, and other files of its kind: pure functions of their text. */
export interface ConfigurationLanguage {
  readonly path: RepoPath;
  /** The other files, as a glob pattern and as a question. */
  readonly others?: { readonly pattern: string; includes(file: RepoPath): boolean };
  complete(text: string, position: Position, file: RepoPath): readonly ConfigurationCompletion[];
  hover(text: string, position: Position, file: RepoPath): ConfigurationHover | null;
  validate(text: string, file: RepoPath): readonly Diagnostic[];
}

export interface LanguageFeatures {
  /** Of failed tests and builds, by file; noodle.yaml's own are made from what the editor holds. */
  diagnostics(): ReadonlyMap<RepoPath, readonly Diagnostic[]>;
  onDiagnosticsChanged(listener: () => void): Disposer;
  codeLenses(file: RepoPath): Promise<readonly ImpactLens[]>;
  onCodeLensesChanged(listener: () => void): Disposer;
  readonly configuration: ConfigurationLanguage;
}
