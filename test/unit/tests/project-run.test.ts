import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RepoPath } from '../../../agent/protocol/ids.ts';
import { settingDeclarations, type Settings } from '../../../agent/protocol/settings.ts';
import type { BatchContext, ReportedResult, TestAdapter } from '../../../agent/tests/adapter.ts';
import { mochaAdapter } from '../../../agent/tests/adapters/mocha.ts';
import { runProject, type ProjectTrouble } from '../../../agent/tests/project-run.ts';
import { ManualClock } from '../../rig/manual-clock.ts';

const file = RepoPath.parse('a.js');
const declared = Object.fromEntries(settingDeclarations.map((each) => [each.key, each.default]));

/** Runs one file with a limit of 2 s a test; `act` is what the runner does, which then ends by itself or is stopped. */
async function runWith(
  act: (context: BatchContext, clock: ManualClock) => void,
): Promise<{ readonly results: ReportedResult[]; readonly trouble: ProjectTrouble | null }> {
  const clock = new ManualClock();
  const results: ReportedResult[] = [];
  const temporaryFolder = mkdtempSync(path.join(tmpdir(), 'noodle-project-run-'));
  const adapter: TestAdapter = {
    ...mochaAdapter,
    run: (_, context) => {
      act(context, clock);
      return Promise.resolve(
        context.isHanging() ? { state: 'broken', message: 'stopped', exitCode: null } : { state: 'finished' },
      );
    },
  };
  const project = {
    framework: 'mocha',
    folder: '',
    files: [file],
    configFiles: [],
    args: [],
    foundIn: 'a test',
  } as const;
  try {
    const trouble = await runProject([{ project, files: [file], only: [] }], {
      root: temporaryFolder,
      runnerFolder: temporaryFolder,
      adapter,
      temporaryFolder,
      keptFolder: temporaryFolder,
      clock,
      // Made of the declarations themselves.
      settings: { ...declared, 'test.defaultTimeout': 2 } as unknown as Settings,
      environment: {},
      signal: new AbortController().signal,
      listener: { fileStarted() {}, result: (each) => results.push(each), fileFinished() {}, restarting() {} },
      log() {},
      recordsEvidence: false,
      standbyFolder: temporaryFolder,
      run: () => Promise.reject(new Error('no process is needed')),
      recall: () => Promise.resolve(null),
    });
    return { results, trouble };
  } finally {
    rmSync(temporaryFolder, { recursive: true, force: true });
  }
}

describe('the limit of a test', () => {
  it('does not count what the runner needs to start', async () => {
    const { results, trouble } = await runWith((context, clock) => {
      clock.advance(59_000);
      context.fileStarted(file);
      clock.advance(1999);
    });
    assert.deepEqual({ results, trouble }, { results: [], trouble: null });
  });

  it('counts from the first file that begins', async () => {
    const { results } = await runWith((context, clock) => {
      clock.advance(30_000);
      context.fileStarted(file);
      clock.advance(2000);
    });
    assert.deepEqual(
      results.map(({ status, message }) => [status, message]),
      [['timed_out', 'No test ended for 2 s (NOODLE_TEST_DEFAULT_TIMEOUT), so the runner was stopped.']],
    );
  });

  it('starts again with every result', async () => {
    const { results } = await runWith((context, clock) => {
      context.fileStarted(file);
      for (let count = 0; count < 5; count++) {
        clock.advance(1500);
        context.report({ file, titlePath: [`case ${count}`], status: 'passed', durationMs: 1500 });
      }
    });
    assert.deepEqual(
      results.map(({ status }) => status),
      Array.from({ length: 5 }, () => 'passed'),
    );
  });

  it('ends a runner that begins nothing', async () => {
    const { results, trouble } = await runWith((_, clock) => clock.advance(60_000));
    assert.deepEqual(results, []);
    assert.match(trouble?.message ?? '', /^The runner began no file for 60 s/);
  });
});
