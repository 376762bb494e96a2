// Opens a workspace on a temporary repository, and waits for what its watcher tells.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock, type Clock } from '../../../agent/platform/clock.ts';
import { silentLog } from '../../../agent/platform/log.ts';
import type { ChangeSet } from '../../../agent/protocol/change-set.ts';
import { openWorkspace, type Workspace } from '../../../agent/workspace/workspace.ts';
import type { FakeClock } from '../../rig/fake-clock.ts';

type Batch = Parameters<Parameters<Workspace['onChange']>[0]>[0];

/** A workspace whose environment is the test's own, with a home of its own; disposed at the end of the test. */
export class WorkspaceRig implements AsyncDisposable {
  readonly workspace: Workspace;
  readonly notices: string[];
  readonly #home: string;
  readonly #batches: Batch[] = [];
  #wake: () => void = () => {};

  private constructor(workspace: Workspace, home: string, notices: string[]) {
    this.workspace = workspace;
    this.notices = notices;
    this.#home = home;
    workspace.onChange((batch) => {
      this.#batches.push(batch);
      this.#wake();
    });
  }

  static async open(
    root: string,
    environment: Record<string, string | undefined> = {},
    clock: Clock = systemClock,
  ): Promise<WorkspaceRig> {
    const home = await mkdtemp(path.join(tmpdir(), 'noodle-home-'));
    const notices: string[] = [];
    const opened = await openWorkspace({
      root,
      clock,
      log: silentLog,
      environment: { PATH: process.env['PATH'], HOME: home, XDG_STATE_HOME: path.join(home, 'state'), ...environment },
      onNotice: ({ message }) => notices.push(message),
    });
    if (!opened.ok) throw new Error(opened.failure.message);
    return new WorkspaceRig(opened.value, home, notices);
  }

  /** The change set; throws where there is none. */
  async changes(base?: string): Promise<ChangeSet> {
    const result = await this.workspace.changes(base);
    if (!result.ok) throw new Error(result.failure.message);
    return result.value;
  }

  /** The change set as short lines: `modified src/a.ts 3-4,9`. */
  async summary(base?: string): Promise<string[]> {
    return (await this.changes(base)).files.map(({ kind, path: name, from, lines }) => {
      const ranges = lines.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
      return [kind, from === undefined ? name : `${from} → ${name}`, ranges].filter((part) => part !== '').join(' ');
    });
  }

  /**
   * Lets time pass on a clock that the test moves, and hands out what was told by then. What was done on disk before is
   * known to the watcher when `files` answers (on Linux), and what the passing of time started is done by the next answer.
   */
  async pass(clock: FakeClock, durationMs: number): Promise<readonly Batch[]> {
    await this.workspace.files();
    clock.advance(durationMs);
    await this.workspace.files();
    return this.#batches.splice(0);
  }

  /** Waits for batches until one, or all together, fit; gives what they held together. */
  async until(fits: (together: Batch) => boolean): Promise<Batch> {
    for (;;) {
      const together: Batch = {
        paths: [...new Set(this.#batches.flatMap(({ paths }) => [...paths]))].sort(),
        headMoved: this.#batches.some(({ headMoved }) => headMoved),
        everything: this.#batches.some(({ everything }) => everything),
      };
      if (fits(together)) {
        this.#batches.splice(0);
        return together;
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.workspace.dispose();
    await rm(this.#home, { recursive: true, force: true });
  }
}
