// What is asked of cargo, without a cargo.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ProcessSpec } from '../../../agent/platform/processes.ts';
import { RepoPath } from '../../../agent/protocol/ids.ts';
import type { BatchContext } from '../../../agent/tests/adapter.ts';
import { buildTests } from '../../../agent/tests/cargo/build.ts';
import { runDoctests, type DoctestRun } from '../../../agent/tests/cargo/doctests.ts';

describe('calls of cargo', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'noodle-cargo-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  /** A context in which `cargo` prints what `answer` returns and fails; its arguments are kept. */
  function contextWith(answer: (args: readonly string[]) => string) {
    const calls: string[] = [];
    const context = {
      root,
      environment: {},
      signal: new AbortController().signal,
      touch() {},
      log() {},
      report() {},
      async run(spec: ProcessSpec) {
        calls.push((spec.args ?? []).join(' '));
        await spec.onStdout?.(answer(spec.args ?? []));
        return { exitCode: 101, signalName: null, startError: null, durationMs: 1 };
      },
    };
    // These parts use no more of their context than stands here.
    return { context: context as unknown as BatchContext, calls };
  }

  it('build what is left after an error, however long the description of the workspace is', async () => {
    const target = (name: string) => ({ name, kind: ['lib'], src_path: `${root}/${name}/src/lib.rs` });
    const error = {
      reason: 'compiler-message',
      package_id: 'one',
      target: target('one'),
      message: { level: 'error', message: 'no such type', spans: [] },
    };
    const metadata = {
      description: 'x'.repeat(2_000_000),
      packages: ['one', 'two'].map((name) => ({ id: name, name, targets: [target(name)] })),
    };
    const { context, calls } = contextWith((args) => JSON.stringify(args[0] === 'metadata' ? metadata : error));
    await buildTests(root, context);
    assert.deepEqual(
      calls.filter((call) => call.includes('-p ')).map((call) => call.split(' --no-run')[0]),
      ['test -p two --lib'],
    );
  });

  it('run the examples of a file with the innermost package that holds it', async () => {
    const file = RepoPath.parse('crates/one/src/lib.rs');
    mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(root, file), '/// ```\n/// assert!(true);\n/// ```\npub fn one() {}\n');
    const { context, calls } = contextWith(() => '');
    const run: DoctestRun = {
      batch: {
        project: { framework: 'cargo', folder: '', files: [file], configFiles: [], args: [], foundIn: 'Cargo.toml' },
        files: null,
        only: [],
      },
      context,
      chosen: null,
      folder: root,
      isWanted: () => true,
      started() {},
      report() {},
    };
    const documented = [
      { packageId: 'shop', folder: root },
      { packageId: 'one', folder: path.join(root, 'crates/one') },
    ];
    await runDoctests(run, { executables: [], documented, errors: [], libraryPaths: [], exitCode: 0, output: '' });
    assert.deepEqual(
      calls.map((call) => call.split(' -- ')[0]),
      ['test --doc -p one'],
    );
  });
});
