import assert from 'node:assert/strict';
import { escapeMarkdown, statusText } from '../../../extension/status-text.ts';
import { unknownState, type RepositoryState } from '../../../extension/repository.ts';
import { earlierRun, execution, executionId, failingTest, plan, snapshot } from '../../rig/dashboard-data.ts';

const trusted = { isTrusted: true, repositoryName: null };
const runPlan = { executionId: executionId('run-9'), skippedTests: 1195, builds: 2 };

function connected(change: Partial<RepositoryState> = {}): RepositoryState {
  const executions = [execution()];
  return {
    ...unknownState,
    connection: 'connected',
    isRead: true,
    snapshot: snapshot(),
    plan: plan(),
    runPlan,
    executions,
    ...change,
  };
}

const plain = (tooltip: string): string => tooltip.replaceAll('\\', '');

describe('the status bar', () => {
  it('says first that nothing is executed without trust', () => {
    const { text, tooltip, tone } = statusText(connected(), { ...trusted, isTrusted: false });
    assert.equal(text, '$(warning) Noodle');
    assert.match(tooltip, /not trusted, so nothing of it is executed/);
    assert.match(tooltip, /command:workbench\.trust\.manage/);
    assert.equal(tone, 'warning');
  });

  it('says that the agent starts, is stopped, or why it cannot be reached', () => {
    assert.equal(statusText({ ...unknownState, connection: 'starting' }, trusted).text, '$(sync~spin) Noodle');
    const stopped = statusText({ ...unknownState, connectionMessage: 'The agent was stopped.' }, trusted);
    assert.match(plain(stopped.tooltip), /^The agent was stopped\..*Start the agent/s);
    const failed = statusText({ ...unknownState, connection: 'failed', connectionMessage: 'it broke' }, trusted);
    assert.match(failed.tooltip, /^it broke.*noodle\.restartAgent.*noodle\.showLog/s);
    assert.equal(failed.text, '$(warning) Noodle');
  });

  it('counts what fails, with the sentence of the dashboard', () => {
    const { text, tooltip, tone } = statusText(connected(), trusted);
    assert.equal(text, '$(error) 1 failing');
    assert.match(plain(tooltip), /^1 of 9 impacted tests fails since your change to src\/cart\.ts\./);
    assert.match(plain(tooltip), /\*\*cart > total > applies the discount\*\*/);
    assert.match(plain(tooltip), /AssertionError: expected 100 to be 90/);
    assert.equal(tone, 'error');
  });

  it('leads to the test, the reason and another run', () => {
    const { tooltip } = statusText(connected(), trusted);
    const commands = [...tooltip.matchAll(/\(command:([\w.]+)(?:\?([^)]*))?\)/g)].map(([, command, argument]) => [
      command,
      argument === undefined ? null : JSON.parse(decodeURIComponent(argument)),
    ]);
    const test = failingTest();
    assert.deepEqual(commands, [
      ['noodle.openItem', [{ failureAt: test.failureAt }]],
      ['noodle.explain', [test.id]],
      ['noodle.runFailed', null],
      ['noodle.openDashboard', null],
    ]);
  });

  it('leaves the way to the test out when nobody knows it', () => {
    const failing = [failingTest({ failureAt: null, message: null, status: 'timed_out' })];
    const { tooltip } = statusText(connected({ snapshot: snapshot({ failing }) }), trusted);
    assert.doesNotMatch(tooltip, /openItem/);
    assert.match(tooltip, /timed out/);
  });

  it('shows progress with its expected end while a run goes on', () => {
    const running = execution({
      state: 'running',
      finishedTests: 1,
      finishedAt: null,
      counts: { total: 2, passed: 2, failed: 0, skipped: 0 },
    });
    const { text, tooltip, tone } = statusText(
      connected({ executions: [running], snapshot: snapshot({ failing: [] }) }),
      trusted,
    );
    assert.equal(text, '$(sync~spin) 1/4');
    assert.match(plain(tooltip), /Running, nothing fails so far\.\n\n1 of 4 test files finished, about 3\.0 s left/);
    assert.match(tooltip, /command:noodle\.cancelRun/);
    assert.equal(tone, 'plain');
  });

  it('turns red with the first failure of a run', () => {
    const running = execution({ state: 'running', finishedTests: 1, finishedAt: null });
    const { tone, tooltip } = statusText(connected({ executions: [running] }), trusted);
    assert.equal(tone, 'error');
    assert.match(plain(tooltip), /1 test fails so far since your change to src\/cart\.ts/);
  });

  it('is quiet when all is well, and says what the next run would do', () => {
    const state = connected({ executions: [earlierRun('run-8', 1000)], snapshot: snapshot({ failing: [] }) });
    const { text, tooltip, tone } = statusText(state, trusted);
    assert.equal(text, '$(check) Noodle');
    assert.match(
      plain(tooltip),
      /^All 12 tests pass\.\n\n12 tests passed in 1\.8 s\.\n\nNext run: 4 of 4 test files can be affected by 3 changed files\./,
    );
    assert.equal(tone, 'plain');
  });

  it('says that nothing has run yet', () => {
    const { tooltip } = statusText(connected({ executions: [], snapshot: snapshot({ failing: [] }) }), trusted);
    assert.match(plain(tooltip), /^Nothing has run yet\./);
  });

  it('is red when a build broke and no test could say so', () => {
    const broken = execution({ counts: { total: 0, passed: 0, failed: 0, skipped: 0 } });
    const { text, tone } = statusText(
      connected({ executions: [broken], snapshot: snapshot({ failing: [] }) }),
      trusted,
    );
    assert.deepEqual([text, tone], ['$(error) Noodle', 'error']);
  });

  it('tells of a run that was interrupted', () => {
    const interrupted = execution({
      state: 'interrupted',
      reason: 'the agent ended',
      counts: { total: 0, passed: 0, failed: 0, skipped: 0 },
    });
    const { tooltip } = statusText(
      connected({ executions: [interrupted], snapshot: snapshot({ failing: [] }) }),
      trusted,
    );
    assert.match(plain(tooltip), /^The run was interrupted: the agent ended\./);
  });

  it('names the repository where there are several', () => {
    assert.match(statusText(connected(), { ...trusted, repositoryName: 'my_app' }).tooltip, /^\*\*my\\_app\*\*\n/);
  });

  it('takes nothing of a message for Markdown', () => {
    assert.equal(escapeMarkdown('[x](command:y) <b> $(z) `c`'), '\\[x\\]\\(command:y\\) \\<b\\> \\$\\(z\\) \\`c\\`');
  });
});
