// What a step gets to run with: a slot, and the memory that it is expected to take.
import type { ExecutionId } from '../protocol/ids.ts';
import { formatBytes } from '../protocol/quantities.ts';
import type { StepDefinition } from './definitions.ts';
import type { MemoryBudget } from './memory-budget.ts';
import type { PooledSlot, SlotPool } from './slots.ts';

/** What a step was given to run with. */
export interface StepRoom {
  /** Gives its slot back and asks for it anew; false when it is to end first. */
  slotAgain(priority: number): Promise<boolean>;
  release(): void;
}

/** Of a step that needs neither. */
export const unlimited: StepRoom = { slotAgain: () => Promise.resolve(true), release() {} };

export interface RoomInput {
  readonly slots: Readonly<Record<PooledSlot, SlotPool>>;
  readonly memory: MemoryBudget;
  readonly owner: { readonly executionId: ExecutionId; readonly isInteractive: boolean };
  /** Aborted when the step is not to run any more. */
  readonly signal: AbortSignal;
  /** What it waits for. */
  say(reason: string): void;
}

/** Waits for both; null when the step is to end first. */
export async function roomFor(definition: StepDefinition, input: RoomInput): Promise<StepRoom | null> {
  const { expectedBytes = 0, priority = 0 } = definition;
  let giveSlotBack = await slotFor(definition, priority, input);
  if (giveSlotBack === null) return null;
  const giveMemoryBack = expectedBytes === 0 ? () => {} : await memoryFor(expectedBytes, input);
  if (giveMemoryBack === null) {
    giveSlotBack();
    return null;
  }
  return {
    slotAgain: async (turn) => {
      // First it asks and then it gives: what waits with a lower priority does not come between.
      const again = slotFor(definition, turn, input);
      giveSlotBack?.();
      giveSlotBack = await again;
      return giveSlotBack !== null;
    },
    release: () => {
      giveMemoryBack();
      giveSlotBack?.();
    },
  };
}

async function slotFor(
  { slot }: StepDefinition,
  priority: number,
  { slots, owner, signal }: RoomInput,
): Promise<(() => void) | null> {
  if (slot === 'none') return () => {};
  return await slots[slot].acquire({ ...owner, priority }, signal);
}

async function memoryFor(
  expectedBytes: number,
  { memory, owner, signal, say }: RoomInput,
): Promise<(() => void) | null> {
  const waits = (freeBytes: number, limitBytes: number) =>
    say(
      `waits for memory: it takes about ${formatBytes(expectedBytes)}, ${formatBytes(freeBytes)} of ${formatBytes(limitBytes)} are free`,
    );
  return await memory.acquire({ expectedBytes, isInteractive: owner.isInteractive, waits }, signal);
}
