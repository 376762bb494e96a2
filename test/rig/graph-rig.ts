// A graph over files in a temporary folder: `await using rig = await GraphRig.create({ 'a.ts': "import './b'", … })`.
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { createGraph } from '../../agent/graph/graph.ts';
import type { Graph, GraphUpdate, Impact, Maker } from '../../agent/graph/graph.ts';
import { systemClock } from '../../agent/platform/clock.ts';
import { silentLog } from '../../agent/platform/log.ts';
import type { FileChange } from '../../agent/protocol/change-set.ts';
import { RepoPath } from '../../agent/protocol/ids.ts';
import type { Store } from '../../agent/store/store.ts';
import { GitRig } from './git-rig.ts';
import type { Files } from './git-rig.ts';

export interface GraphRigOptions {
  readonly store?: Store;
  readonly threads?: number;
  /** Folders that stand for ignored ones. */
  readonly ignored?: readonly string[];
  /** Build targets. */
  readonly makers?: readonly Maker[];
}

export class GraphRig implements AsyncDisposable {
  readonly folder: GitRig;
  readonly graph: Graph;
  readonly #ignored: readonly string[];

  private constructor(folder: GitRig, options: GraphRigOptions) {
    this.folder = folder;
    this.#ignored = ['node_modules', '.git', ...(options.ignored ?? [])];
    this.graph = createGraph({
      root: folder.root,
      store: options.store ?? null,
      clock: systemClock,
      log: silentLog,
      threads: options.threads ?? 0,
      makers: () => options.makers ?? [],
    });
  }

  /** Writes the files and brings the graph up to date. */
  static async create(files: Files, options: GraphRigOptions = {}): Promise<GraphRig> {
    const rig = GraphRig.over(await GitRig.folder(files), options);
    await rig.update();
    return rig;
  }

  /** A second graph over a folder that exists. */
  static over(folder: GitRig, options: GraphRigOptions = {}): GraphRig {
    return new GraphRig(folder, options);
  }

  /** All files that are not ignored, as the workspace lists them. */
  async files(): Promise<RepoPath[]> {
    const entries = await readdir(this.folder.root, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) =>
        path.relative(this.folder.root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'),
      )
      .filter((file) => !this.#ignored.some((name) => `/${file}`.includes(`/${name}/`)))
      .toSorted()
      .map((file) => RepoPath.parse(file));
  }

  async update(changed?: readonly string[]): Promise<GraphUpdate> {
    return this.graph.update(
      await this.files(),
      changed?.map((file) => RepoPath.parse(file)),
    );
  }

  impact(...changes: (string | FileChange)[]): Impact {
    const files = changes.map((change): FileChange =>
      typeof change === 'string' ? { path: RepoPath.parse(change), kind: 'modified', lines: [] } : change,
    );
    return this.graph.impactOf({ base: 'HEAD', head: null, branch: null, notes: [], files });
  }

  /** The files that a change of `changed` reaches, itself left out. */
  reached(...changed: string[]): string[] {
    return [...this.impact(...changed).reached.keys()].filter((file) => !changed.includes(file)).toSorted();
  }

  imports(file: string): readonly string[] {
    return this.graph.importsOf(RepoPath.parse(file));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.graph.dispose();
    await this.folder[Symbol.asyncDispose]();
  }
}

/** A change of one kind. */
export function change(kind: FileChange['kind'], file: string, from?: string): FileChange {
  return { path: RepoPath.parse(file), kind, lines: [], ...(from === undefined ? {} : { from: RepoPath.parse(from) }) };
}

/** Which files `file` depends on, in a repository of `files`. */
export async function importsOf(file: string, files: Files): Promise<readonly string[]> {
  await using rig = await GraphRig.create(files);
  return rig.imports(file);
}

/** Which files a change of `file` reaches, in a repository of `files`. */
export async function reachedFrom(file: string, files: Files): Promise<readonly string[]> {
  await using rig = await GraphRig.create(files);
  return rig.reached(file);
}
