// Where an item of ours stands: arguments of commands come from links and keybindings too, so they are parsed.
import { z } from 'zod';
import { Location } from '../../agent/protocol/test.ts';

/** A location as it is, an item of a tree, or a failing test of the status bar. */
const Openable = z.union([
  Location,
  z.object({ location: Location }).transform((item) => item.location),
  z.object({ failureAt: Location }).transform((item) => item.failureAt),
]);

/** Null when the item stands nowhere. */
export function locationOf(item: unknown): Location | null {
  const parsed = Openable.safeParse(item);
  return parsed.success ? parsed.data : null;
}
