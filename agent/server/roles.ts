// Who may call what: a token stands for a role, and each role may do what the lesser ones may.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Role } from '../protocol/operations.ts';

/** The role that a token stands for; null for a token that nobody was given. */
export type Authenticate = (token: string) => Role | null;

export interface TokenGrant {
  readonly token: string;
  readonly role: Role;
}

const rank: { readonly [R in Role]: number } = { viewer: 0, developer: 1, operator: 2, admin: 3 };

/** Whether `role` includes what an operation asks for. */
export function isSufficient(role: Role, needed: Role): boolean {
  return rank[role] >= rank[needed];
}

/** Looks a token up among those granted, in a time that depends on their number alone. */
export function createAuthenticate(grants: readonly TokenGrant[]): Authenticate {
  const rows = grants.map(({ token, role }) => ({ digest: digestOf(token), role }));
  return (token) => {
    const digest = digestOf(token);
    let found: Role | null = null;
    for (const row of rows) if (timingSafeEqual(row.digest, digest)) found = row.role;
    return found;
  };
}

/** Digests have one length, so that comparing them tells nothing about the token's. */
function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
