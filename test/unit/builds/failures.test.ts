import assert from 'node:assert/strict';
import { classifyFailure, type FailedAttempt } from '../../../agent/builds/failures/failure-class.ts';
import { createSignReader } from '../../../agent/builds/failures/failure-signs.ts';
import { nextAction } from '../../../agent/builds/failures/recovery.ts';
import type { BuildFailure, BuildProblem } from '../../../agent/protocol/build.ts';
import { RepoPath } from '../../../agent/protocol/ids.ts';

const problem: BuildProblem = {
  location: { file: RepoPath.parse('src/a.ts'), line: 3, column: 9 },
  severity: 'error',
  message: 'no such type',
};

function classOf(output: string, more: Partial<FailedAttempt> = {}): BuildFailure {
  const reader = createSignReader();
  for (const line of output.split('\n')) reader.take(line);
  return classifyFailure({
    exitCode: 1,
    signalName: null,
    startError: null,
    problems: [],
    signs: reader.found,
    freeBytes: 1e12,
    install: null,
    ...more,
  });
}

describe('the class of a failure', () => {
  const outputs: readonly (readonly [BuildFailure['class'], string])[] = [
    ['out_of_disk', 'Error: ENOSPC: no space left on device, write'],
    ['out_of_disk', 'collect2: fatal error: ld: final link failed: No space left on device'],
    ['out_of_memory', 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory'],
    ['out_of_memory', 'java.lang.OutOfMemoryError: Java heap space'],
    ['out_of_memory', 'c++: fatal error: Killed signal terminated program cc1plus'],
    ['stale_state', "src/a.ts(1,1): error TS6305: Output file 'x.d.ts' has not been built from source file"],
    [
      'stale_state',
      'CMake Error: The current CMakeCache.txt directory /a is different than the directory /b where CMakeCache.txt was created.',
    ],
    ['stale_state', 'error[E0514]: found crate `x` compiled by an incompatible version of rustc'],
    ['stale_state', "make: *** No rule to make target 'old.h', needed by 'a.o'.  Stop."],
    ['network', 'npm error code ENOTFOUND'],
    [
      'network',
      'go: github.com/x/y@v1.0.0: Get "https://proxy.golang.org/x": dial tcp: lookup proxy.golang.org: no such host',
    ],
    ['network', 'warning: spurious network error (3 tries remaining): [6] Could not resolve hostname'],
    ['network', '[ERROR] Could not transfer artifact a:b:pom:1 from/to central (https://repo)'],
    ['missing_dependency', "Error: Cannot find module 'left-pad'"],
    ['missing_dependency', "ModuleNotFoundError: No module named 'yaml'"],
    ['missing_dependency', 'a.c:1:10: fatal error: zlib.h: No such file or directory'],
    ['missing_dependency', 'A.java:1: error: package org.junit does not exist'],
    ['missing_dependency', '/usr/bin/ld: cannot find -lcurl: No such file or directory'],
    ['toolchain_missing', 'sh: 1: tsup: not found'],
    ['toolchain_missing', 'bash: line 1: protoc: command not found'],
    ['toolchain_missing', "'tsc' is not recognized as an internal or external command,"],
    ['toolchain_missing', 'error: invalid source release: 21'],
    ['unknown', 'something went wrong'],
  ];
  for (const [expected, output] of outputs) {
    it(`is ${expected} for: ${output.slice(0, 60)}`, () => {
      const { class: found, evidence } = classOf(output);
      assert.equal(found, expected);
      if (expected !== 'unknown') assert.equal(evidence, output);
    });
  }

  it('is a compile error where a compiler names a place, whatever words the code has', () => {
    const {
      class: found,
      evidence,
      suggestion,
    } = classOf("3 |   if (error.code === 'ETIMEDOUT') {", { problems: [problem] });
    assert.deepEqual([found, evidence, suggestion], ['compile_error', 'src/a.ts:3:9 no such type', null]);
    assert.equal(classOf('', { problems: [{ ...problem, severity: 'warning' }] }).class, 'unknown');
  });

  it('is told by what the machine lacks before what the code lacks', () => {
    assert.equal(classOf('ENOSPC', { problems: [problem] }).class, 'out_of_disk');
    assert.equal(classOf('', { freeBytes: 1000, problems: [problem] }).evidence, '0 MB are left on the disk');
    assert.equal(classOf('', { signalName: 'SIGKILL', exitCode: null }).class, 'out_of_memory');
    assert.equal(classOf('', { exitCode: 137 }).class, 'out_of_memory');
    assert.equal(classOf('', { startError: 'ENOENT', exitCode: null }).class, 'toolchain_missing');
    assert.equal(classOf('', { exitCode: 127 }).class, 'toolchain_missing');
  });

  it('comes with what to do', () => {
    assert.equal(classOf("Cannot find module 'x'", { install: 'npm ci' }).suggestion, 'run `npm ci`');
    assert.match(classOf('JavaScript heap out of memory').suggestion ?? '', /NOODLE_BUILD_PARALLEL_BUILDS/);
  });
});

describe('recovery', () => {
  const failure = (name: BuildFailure['class']): BuildFailure => ({ class: name, evidence: '', suggestion: null });

  it('is a clean rebuild after a stale state, once', () => {
    assert.deepEqual(nextAction(failure('stale_state'), []), { kind: 'clean rebuild' });
    assert.deepEqual(nextAction(failure('stale_state'), [{ kind: 'clean rebuild' }]), { kind: 'give up' });
  });

  it('is another attempt after a fault of the network, later each time', () => {
    const first = nextAction(failure('network'), []);
    const second = nextAction(failure('network'), [first]);
    assert.deepEqual(
      [first, second],
      [
        { kind: 'retry', afterMs: 1000 },
        { kind: 'retry', afterMs: 4000 },
      ],
    );
    assert.deepEqual(nextAction(failure('network'), [first, second]), { kind: 'give up' });
  });

  it('is nothing where it cannot help', () => {
    for (const name of [
      'compile_error',
      'missing_dependency',
      'out_of_memory',
      'out_of_disk',
      'toolchain_missing',
      'unknown',
    ] as const)
      assert.deepEqual(nextAction(failure(name), []), { kind: 'give up' });
  });
});
