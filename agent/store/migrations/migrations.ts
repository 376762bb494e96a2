// All migrations, in order.
import { initialSchema } from './0001-initial-schema.ts';
import { testEvidence } from './0002-test-evidence.ts';
import type { Migration } from './migration.ts';

export type { Migration } from './migration.ts';

export const migrations: readonly Migration[] = [initialSchema, testEvidence];
