// Ids of executions: what it is, when it was asked for (UTC), and enough chance to be unique.
import { randomBytes } from 'node:crypto';
import type { ExecutionKind } from '../protocol/execution.ts';
import { ExecutionId } from '../protocol/ids.ts';

const prefixes: Readonly<Record<ExecutionKind, string>> = { pipeline: 'run', build: 'build', tests: 'tests' };

/** E.g. `run-20261123-134501-1a2b3c`; sorts by time within a kind. */
export function newExecutionId(kind: ExecutionKind, at: number): ExecutionId {
  const [date = '', time = ''] = new Date(at).toISOString().replace(/[-:]/g, '').split(/[T.]/);
  return ExecutionId.parse(`${prefixes[kind]}-${date}-${time}-${randomBytes(3).toString('hex')}`);
}

/** Whether the id can name a folder: ids from outside could be anything. */
export function isSafeExecutionId(id: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(id) && !id.includes('..');
}
