// The operating system's watching of folders. On Linux one folder at a time, so that ignored folders are never looked at,
// on macOS and Windows the whole tree at once. Built on node:fs: one inotify instance, no thread, no wake-ups while idle.
import { watch, type FSWatcher } from 'node:fs';
import path from 'node:path';

export interface TreeEvent {
  /** Relative to the root, with forward slashes; '' is the root itself. */
  readonly path: string;
  /** The entry came, went or was replaced; else its content or its attributes changed. */
  readonly isEntry: boolean;
}

/** `gone`: the folder is not there any more. `refused`: the system gives no more watches. */
export type WatchOutcome = 'watching' | 'gone' | 'refused';

export interface TreeWatch {
  /** What was done before is told at the next turn of the event loop; else it can take a moment. */
  readonly isImmediate: boolean;
  /** Watches a folder; again, if it was watched before, as what stands there can be another folder of that name. */
  watch(folder: string): WatchOutcome;
  /** Stops watching a folder and all below it. */
  unwatch(folder: string): void;
  dispose(): void;
}

export interface TreeWatchOptions {
  readonly root: string;
  readonly onEvent: (event: TreeEvent) => void;
}

/** The way that suits the platform. */
export function createTreeWatch(options: TreeWatchOptions): TreeWatch {
  const watchesWholeTrees = process.platform === 'darwin' || process.platform === 'win32';
  return watchesWholeTrees ? watchTree(options) : watchFolders(options);
}

function watchFolders({ root, onEvent }: TreeWatchOptions): TreeWatch {
  const watchers = new Map<string, FSWatcher>();
  const close = (folder: string) => {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  };
  return {
    isImmediate: true,
    watch(folder) {
      close(folder);
      const opened = open({ root, folder, recursive: false }, onEvent);
      if (typeof opened === 'string') return opened;
      watchers.set(folder, opened);
      return 'watching';
    },
    unwatch(folder) {
      for (const name of watchers.keys()) {
        if (folder === '' || name === folder || name.startsWith(`${folder}/`)) close(name);
      }
    },
    dispose() {
      for (const name of watchers.keys()) close(name);
    },
  };
}

function watchTree({ root, onEvent }: TreeWatchOptions): TreeWatch {
  let watcher: FSWatcher | null = null;
  return {
    isImmediate: false,
    watch() {
      if (watcher !== null) return 'watching';
      const opened = open({ root, folder: '', recursive: true }, onEvent);
      if (typeof opened === 'string') return opened;
      watcher = opened;
      return 'watching';
    },
    unwatch() {},
    dispose() {
      watcher?.close();
      watcher = null;
    },
  };
}

function open(
  place: { root: string; folder: string; recursive: boolean },
  onEvent: TreeWatchOptions['onEvent'],
): FSWatcher | 'gone' | 'refused' {
  const { root, folder, recursive } = place;
  try {
    const watcher = watch(path.join(root, folder), { persistent: false, recursive }, (type, name) => {
      // Without a name the system lost events or the folder itself changed.
      const below = name === null ? '' : name.replaceAll(path.sep, '/');
      onEvent({ path: [folder, below].filter((part) => part !== '').join('/'), isEntry: type === 'rename' });
    });
    watcher.on('error', () => onEvent({ path: folder, isEntry: true }));
    return watcher;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    // ENOSPC: no watch left (fs.inotify.max_user_watches). EMFILE: no instance or file descriptor left.
    return code === 'ENOSPC' || code === 'EMFILE' || code === 'ENFILE' || code === 'ENOMEM' ? 'refused' : 'gone';
  }
}
