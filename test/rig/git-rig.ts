// A git repository in a temporary folder, gone at the end of the test: `await using repository = await GitRig.create(…)`.
import { mkdir, mkdtemp, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { commitAll, git, startRepository } from '../../agent/sample/git-history.ts';

/** Paths and what the files hold. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

export class GitRig implements AsyncDisposable {
  /** Absolute, without symbolic links. */
  readonly root: string;
  #commits = 0;

  private constructor(root: string) {
    this.root = root;
  }

  /** A repository with one commit of `files`; without files an empty repository, in which no commit exists. */
  static async create(files: Files = {}): Promise<GitRig> {
    const rig = await GitRig.folder(files);
    await startRepository(rig.root);
    if (Object.keys(files).length > 0) await rig.commit('Start');
    return rig;
  }

  /** A temporary folder with `files` and no git in it. */
  static async folder(files: Files = {}): Promise<GitRig> {
    const rig = new GitRig(await realpath(await mkdtemp(path.join(tmpdir(), 'noodle-rig-'))));
    await rig.write(files);
    return rig;
  }

  /** The absolute path of a file of the repository. */
  path(relative: string): string {
    return path.join(this.root, relative);
  }

  async write(files: Files): Promise<void> {
    for (const [relative, content] of Object.entries(files)) {
      await mkdir(path.dirname(this.path(relative)), { recursive: true });
      await writeFile(this.path(relative), content);
    }
  }

  async read(relative: string): Promise<string> {
    return readFile(this.path(relative), 'utf8');
  }

  async remove(relative: string): Promise<void> {
    await rm(this.path(relative), { recursive: true });
  }

  /** Moves a file in the working tree alone; git learns of it at the next commit. */
  async rename(from: string, to: string): Promise<void> {
    await mkdir(path.dirname(this.path(to)), { recursive: true });
    await rename(this.path(from), this.path(to));
  }

  /** Commits everything, after writing `files`. The commits lie a minute apart. Resolves with the hash. */
  async commit(message = 'Change', files: Files = {}): Promise<string> {
    await this.write(files);
    const at = new Date(Date.UTC(2025, 0, 6, 9, this.#commits++)).toISOString();
    return commitAll(this.root, message, at);
  }

  /** Makes a branch at HEAD and switches to it. */
  async branch(name: string): Promise<void> {
    await this.git('switch', '--quiet', '--create', name);
  }

  /** Switches to a branch, or detached to any other revision. */
  async checkout(revision: string): Promise<void> {
    await this.git('checkout', '--quiet', revision);
  }

  async head(): Promise<string> {
    return this.git('rev-parse', 'HEAD');
  }

  /** Any other git command; resolves with what it printed. */
  async git(...args: string[]): Promise<string> {
    return git(this.root, args);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.root, { recursive: true, force: true, maxRetries: 3 });
  }
}
