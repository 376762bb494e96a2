// What one target of a C or C++ build is made of.
import type { RepoPath } from '../../protocol/ids.ts';

/** Filled while the listings of a build are read. */
export interface BuildTarget {
  readonly name: string;
  isProgram: boolean;
  readonly sources: Set<RepoPath>;
  /** Names of targets and libraries, as written. */
  readonly links: Set<string>;
  /** Names of targets that are built before, which a program may start. */
  readonly needs: Set<string>;
  /** Some source or library could not be told. */
  isOpen: boolean;
}

/** A file that is compiled by itself. */
export const translationUnit = /\.(?:c|cc|cpp|cxx|c\+\+|m|mm|cu|ixx|cppm)$/i;
