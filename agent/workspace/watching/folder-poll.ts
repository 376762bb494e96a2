// Looks at folders from time to time, where the system gives no more watches. Costs at most about 2 % of one processor.
import { lstatSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../platform/clock.ts';
import type { Disposer } from '../../protocol/client.ts';
import { below, entriesOf } from '../folder-walk.ts';
import type { TreeEvent } from './tree-watch.ts';

export interface FolderPoll {
  /** Looks at the folder from now on. */
  add(folder: string): void;
  /** Stops looking at a folder and all below it. */
  remove(folder: string): void;
  /** Whether it looks at anything. */
  isNeeded(): boolean;
  dispose(): void;
}

export interface FolderPollOptions {
  readonly root: string;
  readonly clock: Clock;
  readonly onEvent: (event: TreeEvent) => void;
}

const leastPauseMs = 5000;
const pausePerWork = 50;

/** Does nothing until a folder is added. */
export function createFolderPoll({ root, clock, onEvent }: FolderPollOptions): FolderPoll {
  const seen = new Map<string, ReadonlyMap<string, string>>();
  let stop: Disposer | null = null;
  const look = async () => {
    const startedAt = clock.monotonicMs();
    for (const [folder, before] of [...seen]) {
      await setImmediate();
      if (seen.get(folder) !== before) continue;
      const now = statesIn(root, folder);
      seen.set(folder, now);
      for (const event of differences(before, now)) onEvent(event);
    }
    if (seen.size === 0) stop = null;
    if (stop !== null) schedule(Math.max(leastPauseMs, (clock.monotonicMs() - startedAt) * pausePerWork));
  };
  const schedule = (pauseMs: number) => {
    stop = clock.schedule(pauseMs, () => void look());
  };
  return {
    add(folder) {
      seen.set(folder, statesIn(root, folder));
      if (stop === null) schedule(leastPauseMs);
    },
    remove(folder) {
      for (const name of seen.keys()) {
        if (folder === '' || name === folder || name.startsWith(`${folder}/`)) seen.delete(name);
      }
    },
    isNeeded: () => seen.size > 0,
    dispose() {
      stop?.();
      stop = null;
      seen.clear();
    },
  };
}

/** Kind, size and time of each entry; folders only by their being there, as they are looked at by themselves. */
function statesIn(root: string, folder: string): ReadonlyMap<string, string> {
  const states = new Map<string, string>();
  for (const entry of entriesOf(path.join(root, folder))) {
    const name = below(folder, entry.name);
    const stats = lstatSync(path.join(root, name), { throwIfNoEntry: false });
    if (stats !== undefined)
      states.set(name, entry.isDirectory() ? `folder ${stats.ino}` : `${stats.size} ${stats.mtimeMs} ${stats.ino}`);
  }
  return states;
}

function* differences(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): Generator<TreeEvent> {
  for (const [name, state] of now) {
    if (before.get(name) !== state) yield { path: name, isEntry: !before.has(name) || state.startsWith('folder') };
  }
  for (const name of before.keys()) {
    if (!now.has(name)) yield { path: name, isEntry: true };
  }
}
