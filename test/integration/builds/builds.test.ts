import assert from 'node:assert/strict';
import { RepoPath, TargetId } from '../../../agent/protocol/ids.ts';
import { BuildsRig } from '../../rig/builds-rig.ts';
import { statesOf } from '../../rig/engine-rig.ts';
import { ScriptedCommand } from '../../rig/scripted-command.ts';

/** Copies src/ to dist/, and fails with a compiler's message where a source says so. */
const compiler = `
import { mkdirSync, readFileSync, writeFileSync, existsSync } from 'node:fs';
const source = readFileSync('src/index.ts', 'utf8');
if (source.includes('error')) {
  console.error("src/index.ts(1,7): error TS2322: Type 'string' is not assignable to type 'number'.");
  process.exit(2);
}
mkdirSync('dist', { recursive: true });
writeFileSync('dist/index.js', source.replace(/\\/\\/.*/g, ''));
const runs = existsSync('../../runs') ? readFileSync('../../runs', 'utf8') : '';
writeFileSync('../../runs', runs + JSON.parse(readFileSync('package.json', 'utf8')).name + ' ');
`;

function pack(name: string, dependencies: object = {}) {
  return JSON.stringify({ name, main: 'dist/index.js', scripts: { build: 'node ../../compile.mjs' }, dependencies });
}

const files = {
  '.gitignore': 'dist\nruns\nnode_modules\n',
  'package.json': JSON.stringify({ private: true, workspaces: ['packages/*'] }),
  'package-lock.json': '{}',
  'compile.mjs': compiler,
  'packages/core/package.json': pack('core'),
  'packages/core/src/index.ts': 'export const a = 1;\n',
  'packages/web/package.json': pack('web', { core: '*' }),
  'packages/web/src/index.ts': 'export const b = 2;\n',
  'packages/docs/package.json': pack('docs'),
  'packages/docs/src/index.ts': 'export const c = 3;\n',
};

const everything = { all: true };

describe('builds', () => {
  it('of a fresh clone are what the change can affect, and what that needs', async () => {
    await using rig = await BuildsRig.create(files);
    await rig.git.write({ 'packages/web/src/index.ts': 'export const b = 3;\n' });
    const { builds, notes } = await rig.plan();
    assert.deepEqual(
      builds.map(({ target, reason, cached }) => [target, reason, cached]),
      [
        ['core', 'needed by web, and it has not been built here yet', false],
        ['web', 'packages/web/src/index.ts changed', false],
      ],
    );
    assert.deepEqual(notes, []);
    const execution = await rig.run();
    assert.equal(execution.state, 'succeeded');
    assert.equal(await rig.git.read('runs'), 'core web ');
    assert.equal(await rig.git.read('packages/web/dist/index.js'), 'export const b = 3;\n');
  });

  it('are skipped as long as nothing has changed', async () => {
    await using rig = await BuildsRig.create(files);
    const first = await rig.run(everything);
    const second = await rig.run(everything);
    assert.deepEqual(
      rig.resultsOf(second).toSorted(),
      ['core', 'docs', 'web'].map((target) => `unchanged ${target}: unchanged since ${first.id}`),
    );
    assert.deepEqual(statesOf(second)['build:core'], `skipped: unchanged since ${first.id}`);
    assert.equal(second.state, 'succeeded');
    assert.equal((await rig.git.read('runs')).split(' ').length - 1, 3);
    assert.ok(rig.finished(second).every(({ cached }) => cached));
  });

  it('stop at a dependency whose output came out the same', async () => {
    await using rig = await BuildsRig.create(files);
    await rig.run(everything);
    await rig.git.write({ 'packages/core/src/index.ts': 'export const a = 1;// a remark\n' });
    const { builds } = await rig.plan();
    assert.deepEqual(
      builds.map(({ target, cached, reason }) => [target, cached, reason]),
      [
        ['core', false, 'packages/core/src/index.ts changed'],
        ['web', false, 'built again if core changes what it writes'],
      ],
    );
    const execution = await rig.run();
    assert.deepEqual(rig.resultsOf(execution), [
      'succeeded core: packages/core/src/index.ts changed',
      "unchanged web: core's output is the same",
    ]);
    assert.deepEqual(rig.finished(execution)[0]?.changedInputs, ['packages/core/src/index.ts']);
    await rig.git.write({ 'packages/core/src/index.ts': 'export const a = 2;\n' });
    assert.deepEqual(rig.resultsOf(await rig.run()), [
      'succeeded core: packages/core/src/index.ts changed',
      'succeeded web: built again if core changes what it writes',
    ]);
  });

  it('are done again when their output is gone, or was changed by someone else', async () => {
    await using rig = await BuildsRig.create(files);
    await rig.run(everything);
    await rig.git.remove('packages/core/dist');
    const plan = await rig.plan({ targets: [TargetId.parse('web')] });
    assert.deepEqual(
      plan.builds.map(({ target, reason }) => `${target}: ${reason}`),
      ['core: needed by web, and its output is missing', 'web: asked for'],
    );
    await rig.run({ targets: [TargetId.parse('web')] });
    await rig.git.write({ 'packages/core/dist/index.js': 'broken' });
    await rig.run(everything);
    assert.equal(await rig.git.read('packages/core/dist/index.js'), 'export const a = 1;\n');
  });

  it('are done again when they are not to be incremental', async () => {
    await using rig = await BuildsRig.create(files, { settings: { 'build.incremental': false } });
    await rig.run({ targets: [TargetId.parse('docs')] });
    await rig.run({ targets: [TargetId.parse('docs')] });
    assert.equal(await rig.git.read('runs'), 'docs docs ');
  });

  it('that fail say where, and what needs them is skipped', async () => {
    await using rig = await BuildsRig.create(files, { hasNpm: true });
    await rig.git.write({ 'packages/core/src/index.ts': 'error' });
    const execution = await rig.run();
    const message = "packages/core/src/index.ts:1:7 Type 'string' is not assignable to type 'number'.";
    assert.deepEqual(rig.resultsOf(execution), [`failed core: ${message}`, 'skipped web: core failed']);
    assert.deepEqual(rig.finished(execution)[0]?.problems, [
      {
        location: { file: 'packages/core/src/index.ts', line: 1, column: 7 },
        severity: 'error',
        message: "Type 'string' is not assignable to type 'number'.",
        code: 'TS2322',
      },
    ]);
    assert.deepEqual([execution.state, execution.reason], ['failed', `core failed: ${message}`]);
    assert.equal(execution.steps.find(({ name }) => name === 'core')?.exitCode, 2);
    assert.notEqual(execution.firstFailureAtMs, null);
  });

  it('are tried again after a failure, whatever had succeeded before', async () => {
    await using rig = await BuildsRig.create(files);
    await rig.run(everything);
    await rig.git.write({ 'packages/core/src/index.ts': 'error' });
    await rig.run();
    await rig.run();
    assert.deepEqual(rig.engine.all('build.started').filter(({ target }) => target === 'core').length, 3);
    await rig.git.write({ 'packages/core/src/index.ts': 'export const a = 1;\n' });
    assert.deepEqual(rig.resultsOf(await rig.run(everything)).filter((line) => line.includes('core')).length, 1);
    assert.ok(rig.resultsOf(await rig.run(everything)).every((line) => line.startsWith('unchanged')));
  });

  it('that leave nothing behind hold when a change is taken back, but not after they failed', async () => {
    const command = 'node check.mjs';
    const check =
      "import { appendFileSync, existsSync } from 'node:fs'; appendFileSync('runs', 'x'); process.exit(existsSync('.git/broken') ? 1 : 0);";
    await using rig = await BuildsRig.create(
      { '.gitignore': 'runs\n', 'a.txt': 'a', 'check.mjs': check },
      { configured: { check: { command, inputs: ['a.txt'] } } },
    );
    const first = await rig.run(everything);
    await rig.git.write({ 'a.txt': 'b' });
    assert.deepEqual(rig.resultsOf(await rig.run(everything)), ['succeeded check: a.txt changed']);
    await rig.git.write({ 'a.txt': 'a' });
    const back = await rig.run(everything);
    assert.deepEqual(rig.resultsOf(back), [`unchanged check: unchanged since ${first.id}`]);
    assert.deepEqual(
      (await rig.builds.explain('check'))[0]?.summary,
      `check is not built: unchanged since ${first.id}`,
    );
    assert.equal(await rig.git.read('runs'), 'xx');
    rig.settings = { ...rig.settings, 'build.incremental': false };
    await rig.git.write({ '.git/broken': '' });
    await rig.run(everything);
    rig.settings = { ...rig.settings, 'build.incremental': true };
    await rig.git.write({ 'a.txt': 'b' });
    assert.match(rig.resultsOf(await rig.run(everything))[0] ?? '', /^unchanged check: unchanged since /);
    await rig.git.write({ 'a.txt': 'a' });
    assert.match(rig.resultsOf(await rig.run(everything))[0] ?? '', /^failed check: /);
  });

  it('say what to do when dependencies are not installed', async () => {
    const manifest = JSON.stringify({
      name: 'app',
      scripts: { build: 'no-such-bundler' },
      devDependencies: { 'no-such-bundler': '1' },
    });
    await using rig = await BuildsRig.create({ 'package.json': manifest, 'package-lock.json': '{}' }, { hasNpm: true });
    assert.deepEqual(rig.resultsOf(await rig.run(everything)), [
      'failed app: its dependencies are not installed: run `npm ci`',
    ]);
    await rig.git.write({ 'node_modules/.keep': '' });
    assert.match(
      rig.resultsOf(await rig.run(everything))[0] ?? '',
      /^failed app: a tool is missing: .*no-such-bundler: (?:command )?not found; run `npm ci`, or install it$/,
    );
  });

  it('that fork a daemon and return are over when they return', async () => {
    await using daemon = await ScriptedCommand.create();
    const command = `${daemon.shell} & echo started`;
    await using rig = await BuildsRig.create({ 'a.txt': '' }, { configured: { app: { command } } });
    assert.equal((await rig.run(everything)).state, 'succeeded');
  });

  it('that are cancelled or run out of time are recorded as that', async () => {
    await using command = await ScriptedCommand.create();
    const configured = { app: { command: command.shell }, next: { command: 'true', needs: ['app'] } };
    await using rig = await BuildsRig.create({ 'a.txt': '' }, { configured });
    const cancelled = rig.start((await rig.plan(everything)).builds);
    await command.invoked();
    cancelled.cancel('by the user');
    assert.deepEqual(rig.resultsOf(await cancelled.finished), [
      'cancelled app: by the user',
      'cancelled next: by the user',
    ]);
    rig.settings = { ...rig.settings, 'build.defaultTimeout': 0.3 };
    assert.deepEqual(rig.resultsOf(await rig.run(everything)), [
      'timed_out app: took longer than 0.3 s',
      'skipped next: app timed out',
    ]);
  });

  it('of one target never run twice at once: the second finds it done', async () => {
    await using command = await ScriptedCommand.create();
    await using rig = await BuildsRig.create({ 'a.txt': '' }, { configured: { app: { command: command.shell } } });
    const { builds } = await rig.plan(everything);
    const [first, second] = [rig.start(builds), rig.start(builds)];
    const started = rig.engine.next(
      'step.changed',
      ({ executionId, step }) => executionId === second.id && step.kind === 'build' && step.state === 'running',
    );
    const invocation = await command.invoked();
    await started;
    invocation.exit(0);
    await first.finished;
    assert.deepEqual(rig.resultsOf(await second.finished), [`unchanged app: unchanged since ${first.id}`]);
    assert.equal(command.count, 1);
  });

  it('in a circle are cut, and nothing hangs', async () => {
    const configured = { a: { command: 'true', needs: ['b'] }, b: { command: 'true', needs: ['a'] } };
    await using rig = await BuildsRig.create({ 'a.txt': '' }, { configured });
    const { problems } = await rig.builds.targets();
    assert.deepEqual(problems, ['targets need each other in a circle: a → b → a; that b needs a is passed over']);
    assert.equal((await rig.run(everything)).state, 'succeeded');
  });

  it('are explained by the very inputs that differ', async () => {
    await using rig = await BuildsRig.create(files);
    const [before] = await rig.builds.explain('core');
    assert.deepEqual(
      [before?.decision, before?.summary],
      ['unknown', 'core has not been built here yet, so it would be built'],
    );
    const { id } = await rig.run(everything);
    assert.equal((await rig.builds.explain('packages/core'))[0]?.summary, `core is not built: unchanged since ${id}`);
    await rig.git.write({ 'packages/core/src/index.ts': 'error', 'packages/core/new.ts': '' });
    const [explanation] = await rig.builds.explain('core');
    assert.deepEqual([explanation?.decision, explanation?.executionId], ['built', id]);
    assert.deepEqual(explanation?.facts.slice(0, 2), [
      'packages/core/new.ts is new',
      'packages/core/src/index.ts changed',
    ]);
    await rig.run();
    assert.match(
      (await rig.builds.explain('core'))[0]?.summary ?? '',
      /^core failed, and nothing that it depends on has changed since: packages\/core\/src\/index.ts:1:7 /,
    );
    assert.deepEqual(await rig.builds.explain('missing'), []);
  });

  it('are planned for the tests that load what they write', async () => {
    await using rig = await BuildsRig.create(files);
    await rig.git.write({ 'README.md': 'x' });
    assert.deepEqual((await rig.plan()).builds, []);
    const { builds } = await rig.plan({}, ['packages/web']);
    assert.deepEqual(
      builds.map(({ target, reason }) => `${target}: ${reason}`),
      ['core: needed by the tests in packages/web, and it has not been built here yet'],
    );
    await rig.run({}, ['packages/web']);
    assert.deepEqual((await rig.plan({}, ['packages/web'])).builds, []);
    assert.deepEqual((await rig.plan({ buildsOnly: true }, ['packages/docs'])).builds, []);
  });

  it('know the target that a path belongs to', async () => {
    await using rig = await BuildsRig.create(files);
    await rig.builds.targets();
    assert.equal(rig.builds.targetOf(RepoPath.parse('packages/core/src/index.ts')), 'core');
    assert.equal(rig.builds.targetOf(RepoPath.parse('compile.mjs')), null);
  });

  it('run by the package manager of the repository', async () => {
    await using rig = await BuildsRig.create(files, { hasNpm: true });
    const execution = await rig.run({ targets: [TargetId.parse('core')] });
    assert.equal(await rig.git.read('runs'), 'core ');
    const log = await rig.engine.engine.log(execution.id, rig.builds.stepOf(TargetId.parse('core')), 0);
    assert.match(log.ok ? log.value.text : '', /^\$ npm run build\n/);
  });

  it('do not see what the agent itself was started with', async () => {
    await using rig = await BuildsRig.create(
      { 'a.txt': '' },
      { configured: { app: { command: 'env > seen', environment: { MINE: '1' } } } },
    );
    process.env['NOODLE_SECRET'] = 'x';
    await rig.run(everything);
    delete process.env['NOODLE_SECRET'];
    const seen = await rig.git.read('seen');
    assert.ok(!seen.includes('NOODLE_SECRET') && seen.includes('MINE=1'));
  });
});
