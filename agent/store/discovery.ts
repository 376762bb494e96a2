// What runners said when they were asked for their test files: a cache, by a key of all that the answer depends on.
import type { RepoPath } from '../protocol/ids.ts';
import type { Reader, Transaction } from './sql.ts';

/** Keeps an answer; of all answers the latest 64 are kept. */
export declare function saveDiscovery(tx: Transaction, key: string, files: readonly RepoPath[]): void;
export declare function getDiscovery(db: Reader, key: string): RepoPath[] | null;
