import assert from 'node:assert/strict';
import { TestId } from '../../../agent/protocol/ids.ts';
import type { TestCommand } from '../../../agent/protocol/configuration-file.ts';
import { TestsRig } from '../../rig/tests-rig.ts';

const command = (more: Partial<TestCommand> & Pick<TestCommand, 'command' | 'format'>): TestCommand => ({
  folder: '',
  files: [],
  environment: {},
  ...more,
});

const tapScript = `console.log(\`TAP version 14
# Subtest: cart
    ok 1 - adds
    not ok 2 - "total" \u202e> x
      ---
      message: wrong sum
      wanted: 90
      found: 100
      at:
        file: test/cart.js
        line: 7
      ...
    ok 3 - later # SKIP not yet
    not ok 4 - some day # TODO
    1..4
not ok 1 - cart
1..1\`);
process.exitCode = 1;
`;

describe('a declared test command', () => {
  it('reports TAP test by test, for each file by itself', async () => {
    await using rig = await TestsRig.create({
      files: { "test/it's.js": tapScript, 'test/other.js': `console.log('ok 1 - fine\\n1..1')` },
      commands: { tap: command({ command: 'node {file}', format: 'tap', files: ['test/*.js'] }) },
    });
    const { lines, results, reasons } = await rig.run();
    assert.deepEqual(lines, [
      "passed test/it's.js › cart › adds",
      `failed test/it's.js › cart › "total" \u202e> x`,
      "skipped test/it's.js › cart › later",
      "todo test/it's.js › cart › some day",
      'passed test/other.js › fine',
    ]);
    assert.deepEqual(reasons, []);
    const total = results[1];
    assert.deepEqual([total?.message, total?.expected, total?.actual], ['wrong sum', '90', '100']);
    assert.deepEqual(total?.failureAt, { file: 'test/cart.js', line: 7 });
    const chosen = await rig.run({ tests: [TestId.parse('generic:test/other.js')] });
    assert.deepEqual(chosen.lines, ['passed test/other.js › fine']);
  });

  it('reads the JUnit XML that a command leaves, and none of an earlier run', async () => {
    const xml = `<testsuites><testsuite name="unit">
<testcase classname="shop.Cart" name="adds" time="0.5"/>
<testcase classname="shop.Cart" name="total &quot;&lt;" time="1"><failure message="90 expected">at cart.sh:3</failure></testcase>
<testcase classname="shop.Cart" name="breaks"><error message="boom"/></testcase>
<testcase classname="shop.Cart" name="later"><skipped/></testcase>
</testsuite></testsuites>`;
    await using rig = await TestsRig.create({
      files: { 'noodle.yaml': '', 'report.xml': xml, 'write.sh': 'mkdir -p out; cp report.xml out/r.xml; exit 1' },
      commands: { xml: command({ command: 'sh write.sh', format: 'junit', report: 'out/*.xml' }) },
    });
    const { lines, reasons } = await rig.run();
    assert.deepEqual(lines, [
      'passed noodle.yaml › shop.Cart › adds',
      'failed noodle.yaml › shop.Cart › total "<',
      'errored noodle.yaml › shop.Cart › breaks',
      'skipped noodle.yaml › shop.Cart › later',
    ]);
    assert.deepEqual(reasons, []);
  });

  it('takes no report for that of the next file', async () => {
    const xml = (name: string) => `<testsuite><testcase name="${name}"/></testsuite>`;
    await using rig = await TestsRig.create({
      files: {
        'test/a.sh': `mkdir -p out; echo '${xml('first')}' > out/a.xml`,
        'test/b.sh': `echo '${xml('second')}' > out/b.xml`,
        'test/c.sh': 'echo broken >&2; exit 1',
      },
      commands: {
        xml: command({ command: 'sh {file}', format: 'junit', report: 'out/*.xml', folder: '', files: ['test/*.sh'] }),
      },
    });
    const { results } = await rig.run();
    assert.deepEqual(
      results.map((each) => `${each.status} ${each.file} ${each.titlePath.join(' › ')}`),
      ['passed test/a.sh first', 'passed test/b.sh second', 'errored test/c.sh '],
    );
  });

  it('starts a file whose name begins like an option', async () => {
    await using rig = await TestsRig.create({
      files: { 'test/-e.js': `console.log('ok 1 - fine\\n1..1')` },
      commands: { tap: command({ command: 'node {file}', format: 'tap', folder: 'test', files: ['test/*.js'] }) },
    });
    assert.deepEqual((await rig.run()).lines, ['passed test/-e.js › fine']);
  });

  it('tells an error of a whole suite, whatever the command exits with', async () => {
    const xml =
      '<testsuites><testsuite name="unit"><testcase name="adds"/><error message="boom"/></testsuite></testsuites>';
    await using rig = await TestsRig.create({
      files: { 'noodle.yaml': '', 'write.sh': `echo '${xml}' > r.xml` },
      commands: { xml: command({ command: 'sh write.sh', format: 'junit', report: 'r.xml' }) },
    });
    const { lines, results } = await rig.run();
    assert.deepEqual(lines, ['passed noodle.yaml › adds', 'errored noodle.yaml › unit']);
    assert.equal(results[1]?.message, 'boom');
  });

  it('says why a command reported nothing', async () => {
    await using rig = await TestsRig.create({
      files: { 'noodle.yaml': '' },
      commands: {
        tap: command({ command: 'echo no such tool >&2; exit 3', format: 'tap' }),
        xml: command({ command: 'true', format: 'junit', report: 'none/*.xml' }),
      },
    });
    const { results } = await rig.run();
    assert.deepEqual(
      results.map((each) => each.status),
      ['errored'],
    );
    assert.match(results[0]?.message ?? '', /exited with 3: .*no such tool|exited with 3: [\s\S]*no such tool/);
  });

  it('leaves no process behind when it is cancelled', async () => {
    await using rig = await TestsRig.create({
      files: { 'test/a.js': `console.log('ok 1 - begun\\nok 2 - next'); setInterval(() => {}, 1000);` },
      commands: { tap: command({ command: 'node {file}', format: 'tap', files: ['test/*.js'] }) },
    });
    const run = rig.start({ all: true });
    rig.engine.events.on('test.finished', () => run.cancel());
    const { execution, lines } = await run.finished;
    assert.equal(execution.state, 'cancelled');
    assert.deepEqual(lines, ['passed test/a.js › begun']);
  });
});
