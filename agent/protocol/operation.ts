// What every operation of the contract declares.
import { z } from 'zod';

export type Role = 'viewer' | 'developer' | 'operator' | 'admin';

export interface OperationDeclaration {
  /** Method and path under /api/cicd. Path parameters are keys of the input; of a GET the rest is the query. */
  readonly route: `${'GET' | 'POST' | 'DELETE'} /${string}`;
  readonly summary: string;
  readonly input: z.ZodObject;
  readonly output: z.ZodType;
  readonly role: Role;
  readonly audited: boolean;
  /**
   * `creates` an entity (REST: 201) or `executes` something that goes on after the answer (REST: 202). Both take an
   * idempotency key: the same request sent again is answered again, and nothing more is done.
   */
  readonly effect?: 'creates' | 'executes' | undefined;
}

/** Keeps the types of input and output, and fills in what is not said. */
export function operation<const I extends z.ZodObject, const O extends z.ZodType>(declaration: {
  route: OperationDeclaration['route'];
  summary: string;
  input: I;
  output: O;
  role: Role;
  audited?: boolean;
  effect?: OperationDeclaration['effect'];
}) {
  return { ...declaration, audited: declaration.audited ?? false };
}

/** The input of an operation that needs none. */
export const nothing = z.object({});
/** How many items a list answers with, at most. */
export const limit = z.coerce.number().pipe(z.int().min(1).max(1000)).default(50);
/** Where a list goes on: the `nextCursor` of the page before. */
export const cursor = z.string().min(1).max(1000).optional();
/** Null on the last page. */
export const nextCursor = z.string().nullable();
