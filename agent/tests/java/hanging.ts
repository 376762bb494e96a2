// Where a JVM build hangs: of all threads those that are in the sources of the project.
import type { Location } from '../../protocol/test.ts';
import { boundedText } from '../native/output-text.ts';
import { placeInJavaStack } from './classes.ts';

export interface HangingPlace {
  /** Of all threads that are in the repository, those that do something first. */
  readonly stack?: string;
  readonly failureAt?: Location;
}

/** The threads of the repository; nothing where no thread is in it. */
export function placeInDumps(dumps: readonly string[], root: string, modules: readonly string[]): HangingPlace {
  const threads = dumps.flatMap((dump) => dump.split(/\n\n(?=")/).filter((part) => part.startsWith('"')));
  const placed = threads.flatMap((thread) => {
    const failureAt = placeInJavaStack(thread, root, modules);
    return failureAt === undefined ? [] : [{ thread: thread.trim(), failureAt }];
  });
  // Who waits for another thread is less to blame than who works.
  const busy = placed.find(({ thread }) => thread.includes('java.lang.Thread.State: RUNNABLE')) ?? placed[0];
  if (busy === undefined) return {};
  const others = placed.filter((each) => each !== busy);
  const stack = boundedText([busy, ...others].map(({ thread }) => thread).join('\n\n'));
  return { stack, failureAt: busy.failureAt };
}
