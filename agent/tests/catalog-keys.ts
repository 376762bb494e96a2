// Hashes under which a runner's list of files stays valid.
import { createHash } from 'node:crypto';
import type { RepositoryView, TestProject } from './adapter.ts';

/** Raised when the same project would be listed differently by a newer version of this code. */
const version = 1;

export function hashOf(parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
}

/** Names a project across changes of its files. */
export function projectKey({ framework, folder, args, nodeArguments = [], environment = {} }: TestProject): string {
  return JSON.stringify([framework, folder, args, nodeArguments, environment]);
}

/** Everything that a runner's list depends on: the project, its configuration, and which files there are that could be tests. */
export function discoveryKey(project: TestProject, view: RepositoryView): string {
  const prefix = project.folder === '' ? '' : `${project.folder}/`;
  const names = view.files.filter(
    (file) =>
      file.startsWith(prefix) &&
      /\.(?:[cm]?[jt]sx?|py|vue|svelte|coffee|feature|go|rs|java|kt|c|cc|cpp|cxx)$/.test(file),
  );
  const configuration = project.configFiles.map((file) => view.read(file) ?? '');
  return hashOf([String(version), projectKey(project), ...configuration, '', ...names]);
}
