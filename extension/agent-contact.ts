// How to reach an agent, from the line that `noodle serve --json` prints once it, or the agent that it found, can be talked to.
import { z } from 'zod';

const AgentStarted = z.object({
  type: z.literal('agent.started'),
  root: z.string(),
  pid: z.int(),
  address: z.url(),
  adopted: z.boolean(),
});

export interface AgentContact {
  /** Absolute path of the repository's root. */
  readonly root: string;
  readonly pid: number;
  readonly port: number;
  readonly token: string;
}

/** Null for a line that says something else. */
export function contactIn(line: string): AgentContact | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  const parsed = AgentStarted.safeParse(value);
  if (!parsed.success) return null;
  const { root, pid, address } = parsed.data;
  const url = new URL(address);
  return { root, pid, port: Number(url.port), token: url.searchParams.get('token') ?? '' };
}
