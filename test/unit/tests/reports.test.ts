import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readGoogleTests } from '../../../agent/tests/ctest/google-test.ts';
import { readJunitXml } from '../../../agent/tests/reports/junit-xml.ts';
import { readTap, type TapResult } from '../../../agent/tests/reports/tap.ts';

describe('JUnit XML', () => {
  it('is read with suites, outcomes, output and retries', () => {
    const { cases, suiteErrors, problem } =
      readJunitXml(`<?xml version="1.0"?><testsuites><testsuite name="all" file="a.py">
<properties><property name="x" value="y"/></properties>
<testsuite name="inner"><testcase name="a &lt;b&gt; &quot;c&quot;" classname="m.C" time="1,200.5" line="7"><system-out><![CDATA[<out>]]></system-out></testcase></testsuite>
<testcase name="fails"><failure message="first"/><failure message="second">stack</failure></testcase>
<testcase name="breaks"><failure message="f"/><error message="e"/></testcase>
<testcase name="skips"><skipped message="why"/></testcase>
<testcase name="again"><flakyFailure message="once"/></testcase>
<error message="suite broke"/>
</testsuite></testsuites>`);
    assert.equal(problem, null);
    assert.deepEqual(
      cases.map((each) => [each.name, each.status, each.message]),
      [
        ['a <b> "c"', 'passed', null],
        ['fails', 'failed', 'first\nsecond'],
        ['breaks', 'errored', 'f\ne'],
        ['skips', 'skipped', 'why'],
        ['again', 'passed', null],
      ],
    );
    const [first, , , , again] = cases;
    assert.deepEqual([first?.suites, first?.className, first?.file, first?.line], [['all', 'inner'], 'm.C', 'a.py', 7]);
    assert.deepEqual([first?.durationMs, first?.output], [1_200_500, '<out>']);
    assert.equal(again?.retries, 1);
    assert.deepEqual(suiteErrors, [{ suite: 'all', message: 'suite broke' }]);
  });

  it('counts up to where it is broken', () => {
    const { cases, problem } = readJunitXml('<testsuite><testcase name="a"/><testcase name="b"><fail');
    assert.deepEqual(
      cases.map((each) => each.name),
      ['a'],
    );
    assert.notEqual(problem, null);
    assert.deepEqual(readJunitXml('').cases, []);
    assert.deepEqual(readJunitXml('no XML & at all').cases, []);
  });

  it('may hold characters that XML forbids', () => {
    const { cases, problem } = readJunitXml('<testsuite><testcase name="x&#x1B;[0m\u0007y"/></testsuite>');
    assert.equal(problem, null);
    assert.equal(cases[0]?.name, 'x\ufffd[0m\ufffdy');
  });
});

describe('reports of GoogleTest', () => {
  it('belong to the program of their name, or to one that ran often', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'noodle-gtest-'));
    try {
      const report = (name: string) =>
        JSON.stringify({ testsuites: [{ name: 'Cart', testsuite: [{ name, status: 'RUN', time: '0.5s' }] }] });
      for (const [file, name] of Object.entries({ unit_1: 'a', unit_2: 'b', cart: 'c', cart_1: 'd' }))
        writeFileSync(path.join(folder, `${file}.json`), report(name));
      const found = readGoogleTests(folder, new Set(['unit_1', 'unit_2', 'cart']));
      assert.deepEqual(
        [...found].map(([program, cases]) => [program, cases.map(({ name }) => name)]),
        [
          ['cart', ['c', 'd']],
          ['unit_1', ['a']],
          ['unit_2', ['b']],
        ],
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('TAP', () => {
  const read = (text: string) => {
    const results: TapResult[] = [];
    const reader = readTap((result) => results.push(result));
    for (const part of text.match(/[\s\S]{1,7}/g) ?? []) reader.push(part);
    return {
      problem: reader.end(),
      lines: results.map((each) => `${each.status} ${each.titlePath.join(' › ')}`),
      results,
    };
  };

  it('is read in pieces, with subtests, directives and diagnostics', () => {
    const { lines, problem, results } = read(`TAP version 13
ok 1 - plain # time=12ms
not ok 2 - some day # TODO later
ok 3 - elsewhere # SKIP no network
# Subtest: suite
    ok 1 - in
    not ok 2 - out
      ---
      expected: [1]
      actual: [2]
      location: 'a/b.js:3:4'
      ...
    1..2
not ok 4 - suite
1..4
`);
    assert.equal(problem, null);
    assert.deepEqual(lines, [
      'passed plain',
      'todo some day',
      'skipped elsewhere',
      'passed suite › in',
      'failed suite › out',
    ]);
    const failed = results.at(-1);
    assert.deepEqual(
      [failed?.expected, failed?.actual, failed?.at],
      ['[\n  1\n]', '[\n  2\n]', { file: 'a/b.js', line: 3 }],
    );
  });

  it('tells a plan that was not kept, and a bail-out', () => {
    assert.notEqual(read('1..3\nok 1 - a\n').problem, null);
    assert.equal(read('ok 1 - a\nBail out! no disk\n').problem, 'bailed out: no disk');
  });
});
