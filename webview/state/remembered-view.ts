// What the user opened, kept over a reload of the page.
import { z } from 'zod';
import { ExecutionId } from '../../agent/protocol/ids.ts';
import type { View } from './state.ts';

const RememberedView = z.object({
  openRunId: ExecutionId.nullable(),
  tab: z.enum(['results', 'log']),
  isDurationTable: z.boolean(),
});

/** The part of the view worth keeping, as JSON. */
export function viewToRemember(view: View): z.infer<typeof RememberedView> {
  return { openRunId: view.openRunId, tab: view.tab, isDurationTable: view.isDurationTable };
}

/** What was kept, or nothing when it is missing or of another version. */
export function rememberedView(kept: unknown): Partial<View> {
  const parsed = RememberedView.safeParse(kept);
  return parsed.success ? parsed.data : {};
}

/** The link of what was shown, or '' where none was kept. */
export function rememberedLink(kept: unknown): string {
  const parsed = z.object({ link: z.string() }).safeParse(kept);
  return parsed.success ? parsed.data.link : '';
}
