// Inputs and answers of the operations on runs of remote CIs.
import { RemoteRun, RemoteRunId, RemoteTest } from '../../agent/protocol/remote-runs.ts';

const id = RemoteRunId.parse('0123456789ab');

const run = RemoteRun.parse({
  id,
  name: 'CI #123',
  system: 'github-actions',
  commit: '0d4058e',
  url: 'https://ci.example/runs/123',
  importedAt: 1,
  counts: { total: 1, passed: 0, failed: 1, skipped: 0 },
  notes: [],
});

const failing = RemoteTest.parse({
  file: 'test/cart.test.ts',
  group: 'total',
  name: 'applies the discount',
  status: 'failed',
  durationMs: 4,
  message: 'expected 1 to be 2',
  details: null,
  line: 3,
  here: 'passed',
});

export const remoteRunInputs = {
  importRemoteRun: {
    name: 'CI #123',
    system: 'github-actions',
    commit: '0d4058e',
    url: 'https://ci.example/runs/123',
    reports: [{ name: 'junit.xml', content: '<testsuite><testcase name="a"/></testsuite>' }],
  },
  listRemoteRuns: {},
  getRemoteRun: { id },
};

export const remoteRunOutputs = {
  importRemoteRun: run,
  listRemoteRuns: { runs: [run] },
  getRemoteRun: { run, tests: [failing] },
};
