import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { runCommandLine } from '../../../agent/cli/cli.ts';
import { createOpenSession } from '../../../agent/open-session.ts';
import { systemClock } from '../../../agent/platform/clock.ts';
import { silentLog } from '../../../agent/platform/log.ts';
import { FailureError } from '../../../agent/protocol/failure.ts';
import { PerformanceComparison } from '../../../agent/protocol/performance.ts';
import { AgentRig } from '../../rig/agent-rig.ts';
import { GitRig } from '../../rig/git-rig.ts';
import { installRunner } from '../../rig/test-runners.ts';

/** Counts the passes of a loop, so that how busy the machine is makes no difference: work is what is measured. */
const program = `
const { sort } = require('./sort.js');
const value = sort(1000);
const jitter = Number(process.hrtime.bigint() % 97n);
const row = (name, samples) => ({ name, unit: 'passes', samples });
console.log(JSON.stringify({ benchmarks: [row('sort', [value + jitter]), row('other', [5000 + jitter])] }));
`;
const quick = 'exports.sort = (n) => { let passes = 0; for (let i = 0; i < n; i++) passes++; return passes; };\n';
const slow = 'exports.sort = (n) => { let passes = 0; for (let i = 0; i < 2 * n; i++) passes++; return passes; };\n';
const configuration = 'performance:\n  rounds: 6\n  benchmarks:\n    sorting:\n      command: node bench.js\n';
const files = { 'bench.js': program, 'sort.js': quick, 'noodle.yaml': configuration };

async function perfIn(folder: string, ...args: string[]) {
  const lines: string[] = [];
  const complaints: string[] = [];
  const output = {
    line: (text = '') => void lines.push(text),
    complain: (text: string) => void complaints.push(text),
    progress() {},
    style: (_: string, text: string) => text,
    flushed: async () => {},
  };
  const openSession = createOpenSession({
    clock: systemClock,
    log: silentLog,
    version: '0.0.0-test',
    environment: process.env,
  });
  const interrupted = new AbortController().signal;
  const code = await runCommandLine({
    argv: ['perf', ...args],
    version: '0.0.0-test',
    output,
    openSession,
    workingFolder: folder,
    interrupted,
  });
  return { code, lines, complaints };
}

describe('noodle perf', () => {
  it('fails when the work tree is slower than its base, and names it', async () => {
    await using rig = await GitRig.create(files);
    await rig.write({ 'sort.js': slow });
    const { code, lines } = await perfIn(rig.root);
    assert.equal(code, 1);
    assert.match(lines.join('\n'), /^slower +sorting: sort: \+\d+(\.\d+)? % .* passes, p 0\.00\d+$/m);
    assert.equal(lines.at(-1), '2 benchmarks: 1 slower, 0 faster, 1 without a difference, 0 not compared');
    assert.equal(existsSync(rig.path('.git/noodle/performance')), false);
    assert.equal(existsSync(rig.path('.git/noodle/performance-reports')), false);
  });

  it('passes where it is not, with what was measured as JSON', async () => {
    await using rig = await GitRig.create({ ...files, 'sort.js': slow });
    await rig.write({ 'sort.js': quick });
    const { code, lines } = await perfIn(rig.root, 'sorting', '--json', '--rounds', '6', '--minimum-effect', '10%');
    assert.equal(code, 0);
    const comparison = PerformanceComparison.parse(JSON.parse(lines.join('')));
    assert.deepEqual(
      comparison.sets[0]?.benchmarks.map(({ name, verdict, base, work }) => [
        name,
        verdict,
        base.values.length,
        work.values.length,
      ]),
      [
        ['sort', 'faster', 6, 6],
        ['other', 'no_difference', 6, 6],
      ],
    );
    assert.deepEqual([comparison.base, comparison.outcome, comparison.minimumEffect], ['HEAD', 'passed', 0.1]);
  });

  it('says what cannot be compared', async () => {
    await using rig = await GitRig.create({ 'a.txt': '' });
    assert.match((await perfIn(rig.root)).complaints.join('\n'), /there are no benchmarks/);
    await rig.write(files);
    const unknown = await perfIn(rig.root, 'sortin');
    assert.deepEqual(
      [unknown.code, unknown.complaints.join('\n')],
      [2, "noodle: there are no benchmarks 'sortin'\n        Did you mean 'sorting'?"],
    );
    const fresh = await perfIn(rig.root);
    assert.equal(fresh.code, 2);
    assert.match(
      fresh.lines.join('\n'),
      /note +sorting: the base could not be measured: sorting in the base ended with exit code 1/,
    );
    assert.match(
      (await perfIn(rig.root, '--rounds', 'x')).complaints.join('\n'),
      /--rounds: expected a whole number from 4 to 100, found 'x'/,
    );
    await rig.write({ 'bench.js': 'process.exit(3)' });
    assert.match((await perfIn(rig.root)).complaints.join('\n'), /sorting in the work tree ended with exit code 3/);
  });
});

describe('comparisons of performance', () => {
  it('take what vitest measured', async function () {
    this.timeout(180_000);
    const modules = await installRunner('vitest', '4');
    const bench = `import { bench } from 'vitest';\nbench('loop', () => {}, { time: 1, iterations: 1, warmupTime: 0, warmupIterations: 0 });\n`;
    await using rig = await AgentRig.create({
      '.gitignore': 'node_modules\n',
      'package.json': JSON.stringify({ devDependencies: { vitest: '4' } }),
      'loop.bench.js': bench,
    });
    await symlink(modules, rig.repository.path('node_modules'), 'dir');
    await rig.repository.write({ 'new.js': '' });
    assert.deepEqual(
      (await rig.client.listBenchmarks({})).sets.map(({ id }) => id),
      ['vitest'],
    );
    const { executionId } = await rig.client.comparePerformance({ rounds: 4 });
    await rig.event(
      'execution.changed',
      (event) => event.execution.id === executionId && event.execution.finishedAt !== null,
    );
    const { sets } = await rig.client.getPerformanceComparison({ id: executionId });
    assert.deepEqual(
      sets[0]?.benchmarks.map(({ name, base, work, verdict }) => [
        name,
        base.values.length,
        work.values.length,
        verdict,
      ]),
      [['loop.bench.js > loop', 4, 4, 'too_few']],
    );
  });

  it('are recorded, and gates of pipelines ask for them', async () => {
    const pipelines = 'pipelines:\n  ship:\n    steps:\n      speed:\n        gate: { kind: performance }\n';
    await using rig = await AgentRig.create({ ...files, 'noodle.yaml': configuration + pipelines });
    const gate = async () => {
      const { executionId } = await rig.client.executePipeline({ id: 'ship', all: true });
      const { execution } = await rig.event(
        'execution.changed',
        (event) => event.execution.id === executionId && event.execution.finishedAt !== null,
      );
      return execution.steps.find(({ kind }) => kind === 'gate');
    };
    const compare = async () => {
      const { executionId } = await rig.client.comparePerformance({});
      await rig.event(
        'execution.changed',
        (event) => event.execution.id === executionId && event.execution.finishedAt !== null,
      );
      return await rig.client.getExecutionStatus({ id: executionId });
    };
    assert.match((await gate())?.reason ?? '', /the benchmarks sorting were never compared/);
    await rig.repository.write({ 'sort.js': slow });
    const slower = await compare();
    assert.deepEqual(
      [slower.kind, slower.state, slower.counts],
      ['tests', 'failed', { total: 2, passed: 1, failed: 1, skipped: 0 }],
    );
    assert.match(slower.reason ?? '', /^compare failed: sort is slower: /);
    assert.equal((await gate())?.reason, 'the benchmarks sorting were slower than their base');
    const [set] = (await rig.client.explain({ subject: 'sorting' })).explanations;
    assert.deepEqual([set?.subjectKind, set?.decision, set?.executionId], ['benchmarks', 'failed', slower.id]);
    assert.match(
      set?.summary ?? '',
      /^1 of 2 benchmarks slower than HEAD \([0-9a-f]{10}\): 6 rounds on each side, least effect 5 %$/,
    );
    const [one] = (await rig.client.explain({ subject: 'other' })).explanations;
    assert.equal(one?.decision, 'compared');
    await rig.repository.write({ 'sort.js': `${quick}// the same\n` });
    assert.equal((await compare()).state, 'succeeded');
    await rig.restart();
    assert.deepEqual(
      [(await gate())?.state, (await rig.client.getPerformanceComparison({ id: slower.id })).outcome],
      ['succeeded', 'slower'],
    );
  });

  it('end with every process and the second work tree when they are cancelled', async () => {
    await using rig = await AgentRig.create({ ...files, 'bench.js': 'setInterval(() => {}, 1000);\n' });
    await rig.repository.write({ 'sort.js': slow });
    const { executionId } = await rig.client.comparePerformance({});
    await rig.event('step.changed', ({ step }) => step.name === 'measure sorting' && step.state === 'running');
    await rig.client.cancelExecution({ id: executionId });
    const { execution } = await rig.event(
      'execution.changed',
      (event) => event.execution.id === executionId && event.execution.finishedAt !== null,
    );
    assert.equal(execution.state, 'cancelled');
    assert.equal(existsSync(rig.repository.path('.git/noodle/performance')), false);
    await assert.rejects(rig.client.getPerformanceComparison({ id: executionId }), FailureError);
  });
});
