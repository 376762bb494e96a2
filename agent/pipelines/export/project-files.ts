// The files of a project, and what is found in them.

/** The repository, as far as it tells what it needs. */
export interface ProjectFiles {
  readonly files: readonly string[];
  read(path: string): string | null;
}

/** For one tool. */
export interface Setup {
  readonly tool: string;
  /** Steps of a job of GitHub Actions. */
  readonly github: readonly object[];
  /** The image of a job of GitLab; none for what its image has to have anyway. */
  readonly image: string | null;
  /** Commands that come first in a job of GitLab. */
  readonly commands: readonly string[];
  /** What builds and tests the whole project. */
  readonly build: readonly string[];
  readonly test: readonly string[];
}

/** Whether the repository has the file. */
export function hasFile({ files }: ProjectFiles, path: string): boolean {
  return files.includes(path);
}
