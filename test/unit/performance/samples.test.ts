import assert from 'node:assert/strict';
import { readSamples } from '../../../agent/performance/samples.ts';
import type { BenchmarkFormat } from '../../../agent/protocol/performance.ts';

function read(format: BenchmarkFormat, text: string | object) {
  const found = readSamples(format, typeof text === 'string' ? text : JSON.stringify(text));
  return found.ok ? found.value : found.failure.message;
}

describe('what benchmark programs write', () => {
  it('is read in the plain form', () => {
    assert.deepEqual(read('json', { benchmarks: [{ name: 'a', unit: 'ops/s', better: 'higher', samples: [1, 2] }] }), [
      { name: 'a', unit: 'ops/s', better: 'higher', samples: [1, 2] },
    ]);
    assert.equal(read('json', 'done\n'), 'it wrote no JSON where the format json is expected');
    assert.equal(read('json', { benchmarks: [] }), 'it wrote no benchmark of the format json');
    assert.match(
      JSON.stringify(read('json', { benchmarks: [{ name: 'a', unit: 'ms', samples: ['1'] }] })),
      /not of the format json: benchmarks\.0\.samples\.0: .*expected number/,
    );
  });

  it('is read from vitest: samples where they are kept, else the median', () => {
    const benchmark = (more: object) => ({ id: '1_0_0', rank: 1, mean: 3, hz: 1, ...more });
    const report = {
      files: [
        {
          filepath: '/repository/bench/a.bench.ts',
          groups: [
            {
              fullName: 'bench/a.bench.ts > group',
              benchmarks: [
                benchmark({ name: 'kept', samples: [1, 2], median: 1.5 }),
                benchmark({ name: 'not kept', samples: [], median: 2 }),
                benchmark({ name: 'old', samples: [] }),
                { name: 'threw', samples: [], mean: null },
              ],
            },
          ],
        },
      ],
    };
    const group = 'bench/a.bench.ts > group';
    assert.deepEqual(read('vitest', report), [
      { name: `${group} > kept`, unit: 'ms', better: 'lower', samples: [1, 2] },
      { name: `${group} > not kept`, unit: 'ms', better: 'lower', samples: [2] },
      { name: `${group} > old`, unit: 'ms', better: 'lower', samples: [3] },
    ]);
  });

  it('is read from pytest-benchmark', () => {
    const benchmark = { name: 'test_sum', fullname: 'bench/test_sum.py::test_sum', stats: { median: 0.5, mean: 0.6 } };
    assert.deepEqual(read('pytest', { machine_info: {}, benchmarks: [benchmark] }), [
      { name: benchmark.fullname, unit: 's', better: 'lower', samples: [0.5] },
    ]);
    const withData = { ...benchmark, stats: { median: 0.5, data: [0.4, 0.6] } };
    assert.deepEqual(read('pytest', { benchmarks: [withData] }), [
      { name: benchmark.fullname, unit: 's', better: 'lower', samples: [0.4, 0.6] },
    ]);
  });

  it('is read from go test -bench -count', () => {
    const text = [
      'goos: linux',
      'pkg: example.org/sum',
      'BenchmarkSum-8   \t 1000000\t      1050 ns/op\t      24 B/op\t       1 allocs/op',
      'BenchmarkSum-8   \t 1000000\t      1060 ns/op\t      24 B/op\t       1 allocs/op',
      'BenchmarkCopy/1-kB-8 \t 5000\t 2.5 ns/op\t 400.25 MB/s',
      'BenchmarkLog',
      'some output',
      'PASS',
      'ok  \texample.org/sum\t2.1s',
    ].join('\n');
    const sum = { name: 'example.org/sum BenchmarkSum', better: 'lower' };
    const copy = 'example.org/sum BenchmarkCopy/1-kB';
    assert.deepEqual(read('go', text), [
      { ...sum, unit: 'ns/op', samples: [1050, 1060] },
      { ...sum, unit: 'B/op', samples: [24, 24] },
      { ...sum, unit: 'allocs/op', samples: [1, 1] },
      { name: copy, unit: 'ns/op', better: 'lower', samples: [2.5] },
      { name: copy, unit: 'MB/s', better: 'higher', samples: [400.25] },
    ]);
    assert.equal(read('go', 'PASS\n'), 'it wrote no benchmark of the format go');
  });
});
