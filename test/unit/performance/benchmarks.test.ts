import assert from 'node:assert/strict';
import { benchmarkSets } from '../../../agent/performance/benchmarks.ts';
import { RepoPath } from '../../../agent/protocol/ids.ts';
import { PerformanceDefinition } from '../../../agent/protocol/performance.ts';

function setsOf(files: Readonly<Record<string, string>>, definition: object = {}) {
  return benchmarkSets({
    definition: PerformanceDefinition.parse(definition),
    files: Object.keys(files).map((file) => RepoPath.parse(file)),
    read: (file) => files[file] ?? null,
  }).map(({ id, folder, origin }) => `${id} in '${folder}': ${origin}`);
}

const vitest = JSON.stringify({ devDependencies: { vitest: '4' } });

describe('sets of benchmarks', () => {
  it('are those of noodle.yaml', () => {
    const benchmarks = { parse: { command: 'node bench.js', folder: 'core' } };
    assert.deepEqual(setsOf({}, { benchmarks }), ["parse in 'core': declared in noodle.yaml"]);
  });

  it('are found where vitest has benchmark files', () => {
    const files = {
      'package.json': vitest,
      'bench/a.bench.ts': '',
      'b.bench.mjs': '',
      'workbench.ts': '',
      'packages/x/package.json': vitest,
      'packages/x/c.bench.ts': '',
    };
    assert.deepEqual(setsOf(files), [
      "vitest in '': 2 vitest benchmark files",
      "vitest:packages/x in 'packages/x': 1 vitest benchmark file",
    ]);
    assert.deepEqual(setsOf(files, { benchmarks: { vitest: { command: 'x' } } }), [
      "vitest in '': declared in noodle.yaml",
      "vitest:packages/x in 'packages/x': 1 vitest benchmark file",
    ]);
    assert.deepEqual(setsOf({ 'package.json': '{}', 'a.bench.ts': '' }), []);
    assert.deepEqual(setsOf({ 'package.json': '{', 'a.bench.ts': '' }), []);
  });
});
