// What a standing by process writes on its report channel besides results.
import { z } from 'zod';

const StandbyMessage = z.discriminatedUnion('event', [
  /** It waits. `files`: what it has loaded; `unfit`: why it cannot be used, in words. */
  z.object({ event: z.literal('ready'), files: z.array(z.string()), unfit: z.string().optional() }),
  /** Modules that the next one may load before it is needed, in order. */
  z.object({ event: z.literal('loaded'), modules: z.array(z.string()) }),
  /** A lasting one has run what it was told to. */
  z.object({ event: z.literal('served') }),
]);
export type StandbyMessage = z.infer<typeof StandbyMessage>;

/** Reads a line; null for what is meant for the runner's adapter. */
export function parseStandbyLine(line: string): StandbyMessage | null {
  if (!/^\{"event": ?"(?:ready|loaded|served)"/.test(line)) return null;
  try {
    const parsed = StandbyMessage.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
