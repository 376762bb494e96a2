// A change set: the files and lines that differ between two states of the repository.
import { z } from 'zod';
import { RepoPath } from './ids.ts';

export const ChangeKind = z.enum(['added', 'modified', 'deleted', 'renamed']);
export type ChangeKind = z.infer<typeof ChangeKind>;

/** First and last changed line in the new version, 1-based and inclusive. */
export const LineRange = z.tuple([z.int().positive(), z.int().positive()]);
export type LineRange = z.infer<typeof LineRange>;

export const FileChange = z.object({
  path: RepoPath,
  kind: ChangeKind,
  /** Changed lines of the new version. Empty for a deleted or binary file, and for a pure removal or rename. */
  lines: z.array(LineRange),
  /** Where a renamed file was before. */
  from: RepoPath.optional(),
});
export type FileChange = z.infer<typeof FileChange>;

/** The base of a first commit, as git names a tree without files: everything is new. */
export const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

export const ChangeSet = z.object({
  /** What the change is measured against: a revision as the user wrote it, `HEAD`, `HEAD^`, `emptyTree`, or `file times` without git. */
  base: z.string(),
  /** The commit checked out, or null in a repository without commits or a folder without git. */
  head: z.string().nullable(),
  branch: z.string().nullable(),
  files: z.array(FileChange),
  notes: z.array(z.string()),
});
export type ChangeSet = z.infer<typeof ChangeSet>;
