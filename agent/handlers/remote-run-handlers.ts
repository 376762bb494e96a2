// What answers the operations on runs of remote CIs.
import type { Handlers } from '../server/server.ts';
import { success } from '../protocol/failure.ts';
import type { RemoteRuns } from '../tests/remote-runs/remote-runs.ts';

export interface RemoteRunParts {
  readonly remoteRuns: RemoteRuns;
}

/** One handler for each operation on runs of remote CIs. */
export function remoteRunHandlers({ remoteRuns }: RemoteRunParts) {
  return {
    importRemoteRun: (request) => remoteRuns.import(request),
    listRemoteRuns: async () => success({ runs: remoteRuns.list() }),
    getRemoteRun: ({ id }) => remoteRuns.get(id),
  } satisfies Partial<Handlers>;
}
