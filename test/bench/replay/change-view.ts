// A checked-out change as the agent sees it: what was changed, what the graph reaches, what is recorded.
import path from 'node:path';
import { createGraph, createHistory, type Graph, type History, type Impact } from '../../../agent/graph/graph.ts';
import { systemClock } from '../../../agent/platform/clock.ts';
import { silentLog } from '../../../agent/platform/log.ts';
import type { ChangeSet } from '../../../agent/protocol/change-set.ts';
import type { RepoPath } from '../../../agent/protocol/ids.ts';
import type { TestFile } from '../../../agent/protocol/test.ts';
import { loadTestEvidence, type TestEvidence } from '../../../agent/store/evidence.ts';
import { openStore, type Store } from '../../../agent/store/store.ts';
import { fileHistory } from '../../../agent/store/tests.ts';
import { openWorkspace, type Workspace } from '../../../agent/workspace/workspace.ts';

export interface SeenChange {
  readonly changes: ChangeSet;
  readonly impact: Impact;
}

/** A clone with the state of an agent in it. */
export class ChangeView implements AsyncDisposable {
  readonly workspace: Workspace;
  readonly graph: Graph;
  readonly history: History;
  readonly #store: Store;

  private constructor(workspace: Workspace, store: Store) {
    this.workspace = workspace;
    this.#store = store;
    this.graph = createGraph({ root: workspace.root, store: null, clock: systemClock, log: silentLog, threads: 0 });
    this.history = createHistory({ store, log: silentLog, readGit: (args) => workspace.readGit(args) });
  }

  static async open(folder: string): Promise<ChangeView> {
    const common = { clock: systemClock, log: silentLog };
    const opened = await openWorkspace({ root: folder, environment: process.env, ...common });
    if (!opened.ok) throw new Error(opened.failure.message);
    const directory = path.join(opened.value.stateDirectory, 'store');
    return new ChangeView(opened.value, await openStore({ directory, onNotice: () => {}, ...common }));
  }

  /** By the test file's id. */
  evidence(): ReadonlyMap<string, TestEvidence> {
    return new Map(loadTestEvidence(this.#store).map((each) => [each.test, each]));
  }

  /** The test files that ever ran here. */
  tests(): Pick<TestFile, 'id' | 'file' | 'framework'>[] {
    return [...fileHistory(this.#store)].map(([id, { file }]) => ({
      id,
      file,
      // An id begins with the name of its framework.
      framework: id.slice(0, id.indexOf(':')) as TestFile['framework'],
    }));
  }

  /** What differs from a commit now, and what that can affect. */
  async look(base: string): Promise<SeenChange> {
    const files = await this.workspace.files();
    await this.graph.update(files);
    const changes = await this.workspace.changes(base);
    if (!changes.ok) throw new Error(changes.failure.message);
    this.history.follow(changes.value.head);
    await this.history.settled();
    const read = (file: RepoPath) => this.workspace.readBase(file, changes.value.base);
    const compared = await this.graph.compare(changes.value, read);
    return { changes: changes.value, impact: this.graph.impactOf(changes.value, compared) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.graph.dispose();
    await this.history.settled();
    await this.#store.dispose();
    await this.workspace.dispose();
  }
}
