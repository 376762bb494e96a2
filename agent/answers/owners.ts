// Who owns files: by CODEOWNERS, and where that names nobody, who made most of their latest commits.
import type { FileHistory } from '../graph/graph.ts';
import type { RepoPath } from '../protocol/ids.ts';
import { codeOwners, codeOwnersPlaces } from './triage/code-owners.ts';

export interface Owners {
  readonly owners: readonly string[];
  readonly by: 'CODEOWNERS' | 'commits' | null;
}

interface OwnerQuestions {
  readonly declared: (file: RepoPath) => readonly string[];
  readonly about: (files: readonly RepoPath[]) => FileHistory | null;
}

/** With fewer commits nobody can be told from who passed by. */
const leastShare = 0.3;
const mostAuthors = 2;
const mostOwners = 5;

/** The first CODEOWNERS that is there, as GitHub looks for it. */
export function readCodeOwners(read: (file: RepoPath) => string | null): (file: RepoPath) => readonly string[] {
  for (const place of codeOwnersPlaces) {
    // A place of ours is a path of the repository.
    const text = read(place as RepoPath);
    if (text !== null) return codeOwners(text);
  }
  return () => [];
}

/** Of one file, or of all files of a folder. */
export function ownersOf(files: readonly RepoPath[], { declared, about }: OwnerQuestions): Owners {
  const owners = [...new Set(files.flatMap((file) => declared(file)))].slice(0, mostOwners);
  if (owners.length > 0) return { owners, by: 'CODEOWNERS' };
  const history = about(files);
  const authors = (history?.authors ?? [])
    .filter(({ commits }) => commits >= leastShare * (history?.recent ?? 0))
    .slice(0, mostAuthors)
    .map(({ name }) => name);
  return authors.length > 0 ? { owners: authors, by: 'commits' } : { owners: [], by: null };
}
