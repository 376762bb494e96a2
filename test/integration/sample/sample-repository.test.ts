import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { git } from '../../../agent/sample/git-history.ts';
import { changedFile, createSampleRepository, failingTests } from '../../../agent/sample/sample-repository.ts';

const packages = path.resolve(import.meta.dirname, '../../../node_modules');

interface Outcome {
  readonly exitCode: number;
  readonly output: string;
}

describe('the sample repository', () => {
  let folder = '';

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'noodle-sample-'));
    await createSampleRepository(folder, packages);
  });

  after(async () => {
    await rm(folder, { recursive: true });
  });

  it('has the same history every time', async () => {
    assert.equal(await git(folder, ['rev-list', '--count', 'HEAD']), '12');
    assert.equal(await git(folder, ['rev-parse', '--short=12', 'HEAD']), '9c6a88e32db3');
  });

  it('has one change, which is not committed', async () => {
    assert.equal(await git(folder, ['status', '--porcelain']), ` M ${changedFile}`);
  });

  it('builds, and its tests fail only where the change breaks them', async () => {
    const build = await npm('run', 'build');
    assert.equal(build.exitCode, 0, build.output);
    const { exitCode, output } = await npm('test', '--workspaces', '--', '--reporter=json-stream');
    assert.equal(exitCode, 1);
    const results = output.split('\n').filter((line) => line.startsWith('["pass"') || line.startsWith('["fail"'));
    const titles = (kind: string) =>
      results
        .map((line) => JSON.parse(line))
        .filter(([found]) => found === kind)
        .map(([, test]) => test.fullTitle);
    assert.deepEqual(
      titles('fail'),
      failingTests.map((title) => title.replace(' > ', ' ')),
    );
    assert.equal(titles('pass').length, 12);
    assert.equal(await git(folder, ['status', '--porcelain']), ` M ${changedFile}`);
  });

  it('passes without the change', async () => {
    const broken = await readFile(path.join(folder, changedFile), 'utf8');
    await git(folder, ['stash', '--quiet']);
    assert.notEqual(await readFile(path.join(folder, changedFile), 'utf8'), broken);
    assert.equal((await npm('run', 'build')).exitCode, 0);
    const { exitCode, output } = await npm('test');
    assert.equal(exitCode, 0, output);
  });

  it('has Python tests that pass', async () => {
    const { exitCode, output } = await run(
      'python3',
      ['-m', 'unittest', 'discover', '-s', 'tests', '-t', '.'],
      path.join(folder, 'python'),
    );
    assert.equal(exitCode, 0, output);
    assert.match(output, /^Ran 5 tests/m);
  });

  async function npm(...args: string[]): Promise<Outcome> {
    return run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, folder);
  }
});

async function run(command: string, args: string[], cwd: string): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd }, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : Number(error.code ?? -1);
      resolve({ exitCode, output: stdout + stderr });
    });
  });
}
