// Folders to open: the sample repository, or files of a test's own; their agents end with them.
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSampleRepository } from '../../../agent/sample/sample-repository.ts';
import { stopAgent } from './agent-processes.ts';

const packages = path.resolve(import.meta.dirname, '../../../node_modules');

export class OpenedFolder implements AsyncDisposable {
  /** Absolute. */
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  /** The sample, in which a change just broke two tests. */
  static async sample(): Promise<OpenedFolder> {
    const folder = await OpenedFolder.withFiles({});
    await createSampleRepository(folder.root, packages);
    return folder;
  }

  /** A folder without git. */
  static async withFiles(files: Readonly<Record<string, string>>): Promise<OpenedFolder> {
    const folder = new OpenedFolder(await realpath(await mkdtemp(path.join(tmpdir(), 'noodle-walk-'))));
    for (const [file, text] of Object.entries(files)) await folder.write(file, text);
    return folder;
  }

  get name(): string {
    return path.basename(this.root);
  }

  read(file: string): Promise<string> {
    return readFile(path.join(this.root, file), 'utf8');
  }

  async write(file: string, text: string): Promise<void> {
    const target = path.join(this.root, file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, text);
  }

  /** Replaces a piece of a file's text, which must be there. */
  async edit(file: string, piece: string, replacement: string): Promise<void> {
    const text = await this.read(file);
    if (!text.includes(piece)) throw new Error(`${file} has no '${piece}'`);
    await this.write(file, text.replace(piece, replacement));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await stopAgent(this.root);
    await rm(this.root, { recursive: true, force: true, maxRetries: 5 });
  }
}
