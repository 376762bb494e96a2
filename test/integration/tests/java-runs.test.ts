// What is asked of Maven, and how the reports of JVM builds are followed.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ProcessSpec } from '../../../agent/platform/processes.ts';
import { RepoPath } from '../../../agent/protocol/ids.ts';
import type { BatchContext, ReportedResult, TestBatch } from '../../../agent/tests/adapter.ts';
import { followReport } from '../../../agent/tests/java/gradle.ts';
import { runMaven } from '../../../agent/tests/java/maven.ts';

interface MavenRun {
  readonly exitCode?: number;
  /** The test files that run, and the others of the project. */
  readonly chosen?: readonly string[];
  readonly others?: readonly string[];
}

describe('runs of Java tests', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'noodle-java-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const write = (file: string, text: string) => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  };

  /** Runs Maven's part on one test file; `mvn` stands for the build. */
  async function maven(
    text: string,
    mvn: (spec: ProcessSpec) => void,
    { exitCode = 0, chosen = ['src/test/java/CartTest.java'], others = [] }: MavenRun = {},
  ) {
    write('pom.xml', '<project/>');
    write('src/test/java/CartTest.java', text);
    const files = chosen.map((file) => RepoPath.parse(file));
    const all = [...files, ...others.map((file) => RepoPath.parse(file))];
    const results: ReportedResult[] = [];
    const calls: ProcessSpec[] = [];
    const context = {
      root,
      environment: {},
      signal: new AbortController().signal,
      touch() {},
      log() {},
      fileStarted() {},
      fileFinished() {},
      report: (result: ReportedResult) => void results.push(result),
      run(spec: ProcessSpec) {
        calls.push(spec);
        mvn(spec);
        return Promise.resolve({ exitCode, signalName: null, startError: null, durationMs: 1 });
      },
    };
    const batch: TestBatch = {
      project: { framework: 'junit', folder: '', files: all, configFiles: [], args: [], foundIn: 'pom.xml' },
      files,
      only: [],
    };
    // The part uses no more of its context than stands here.
    const outcome = await runMaven(batch, context as unknown as BatchContext);
    return { outcome, results, args: calls[0]?.args ?? [] };
  }

  it('tell each class as soon as Maven has printed it', async () => {
    const { results } = await maven('package shop;', (spec) => {
      const report = '<testsuite><testcase classname="shop.CartTest" name="adds"/></testsuite>';
      write('target/surefire-reports/TEST-shop.CartTest.xml', report);
      void spec.onStdout?.('[INFO] Tests run: 1, Failures: 0\n');
      // What is read only at the end is not there any more.
      rmSync(path.join(root, 'target'), { recursive: true });
    });
    assert.deepEqual(
      results.map(({ status, titlePath }) => `${status} ${titlePath.join(' › ')}`),
      ['passed adds'],
    );
  });

  it('tell of a fork that crashed beside tests that failed', async () => {
    const { outcome, results } = await maven(
      'package shop;',
      (spec) => {
        const failed = '<testcase classname="shop.CartTest" name="adds"><failure message="no"/></testcase>';
        write('target/surefire-reports/TEST-shop.CartTest.xml', `<testsuite>${failed}</testsuite>`);
        void spec.onStdout?.('[ERROR] The forked VM terminated without properly saying goodbye. VM crash?\n');
      },
      { exitCode: 1 },
    );
    assert.deepEqual(
      results.map(({ status }) => status),
      ['failed'],
    );
    assert.equal(outcome.state, 'broken');
    assert.match(outcome.state === 'broken' ? outcome.message : '', /^mvn exited with 1:\n.*VM crash\?/s);
  });

  it('name the module of a file, not the one around it', async () => {
    write('shop/pom.xml', '<project/>');
    write('shop/api/pom.xml', '<project/>');
    write('shop/src/test/java/ShopTest.java', 'class ShopTest {}');
    write('shop/api/src/test/java/ApiTest.java', 'class ApiTest {}');
    const { args } = await maven('package shop;', () => {}, {
      chosen: ['shop/api/src/test/java/ApiTest.java'],
      others: ['shop/src/test/java/ShopTest.java'],
    });
    assert.equal(args[args.indexOf('--projects') + 1], path.join('shop', 'api'));
  });

  it('name their classes where that is no longer than an argument may be', async () => {
    const short = await maven('package shop;', () => {});
    assert.deepEqual(short.args.at(-1), '-Dtest=shop.CartTest,shop.CartTest$*');
    const long = await maven(`package ${'a'.repeat(60_000)};`, () => {});
    assert.equal(long.outcome.state, 'finished');
    assert.ok(long.args.every((argument) => !argument.startsWith('-Dtest=')));
  });

  it('read reports whole, wherever a read ends within a character', () => {
    const line = `x${'ä'.repeat(100_000)}`;
    write('report.jsonl', '');
    const lines: string[] = [];
    const reader = followReport(path.join(root, 'report.jsonl'), (each) => lines.push(each));
    write('report.jsonl', `${line}\n{}`);
    reader.end();
    assert.deepEqual(lines, [line, '{}']);
  });
});
