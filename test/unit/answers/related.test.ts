import assert from 'node:assert/strict';
import { createRelated, type Related } from '../../../agent/answers/related.ts';
import type { CodeSymbol, Graph } from '../../../agent/graph/graph.ts';
import type { Planner } from '../../../agent/pipelines/planner.ts';
import { ExecutionId, RepoPath, TestId } from '../../../agent/protocol/ids.ts';
import { saveTestEvidence, type CoveredFile } from '../../../agent/store/evidence.ts';
import type { TestFile } from '../../../agent/protocol/test.ts';
import type { Tests } from '../../../agent/tests/tests.ts';
import { MemoryDatabase } from '../../rig/memory-database.ts';

const cart = RepoPath.parse('src/cart.ts');
const texts: Readonly<Record<string, string>> = {
  'src/cart.ts': 'export function total() {}\n\nexport function discount() {}\n',
  'src/money.ts': 'export function cents() {}\n',
  'test/cart.test.ts': [
    "import { total, discount } from '../src/cart.ts';",
    "it('adds up', () => {",
    '  total();',
    '});',
    "it('applies', () => {",
    '  discount();',
    '});',
  ].join('\n'),
  'test/shop.test.ts': "import { shop } from '../src/shop.ts';\nit('opens', () => shop());\n",
};
const imports: Readonly<Record<string, readonly string[]>> = {
  'test/cart.test.ts': ['src/cart.ts'],
  'test/shop.test.ts': ['src/shop.ts'],
  'src/shop.ts': ['src/cart.ts'],
  'src/cart.ts': ['src/money.ts'],
};
const symbols: Readonly<Record<string, readonly CodeSymbol[]>> = {
  'src/cart.ts': [
    { name: 'total', kind: 'function', startLine: 1, endLine: 1 },
    { name: 'discount', kind: 'function', startLine: 3, endLine: 3 },
  ],
  'src/money.ts': [{ name: 'cents', kind: 'function', startLine: 1, endLine: 1 }],
};
const files = ['test/cart.test.ts', 'test/shop.test.ts'].map((file): TestFile => ({
  id: TestId.parse(`mocha:${file}`),
  file: RepoPath.parse(file),
  framework: 'mocha',
  project: '',
  cases: [],
}));
const cases = [
  { id: TestId.parse('mocha:test/cart.test.ts > adds up'), line: 2 },
  { id: TestId.parse('mocha:test/cart.test.ts > applies'), line: 5 },
].map((each) => ({ ...each, titlePath: [], lastStatus: null, lastDurationMs: null }));

describe('tests and the code that they are about', () => {
  let db: MemoryDatabase;
  let related: Related;
  beforeEach(async () => {
    db = await MemoryDatabase.create();
    related = createRelated({ ...parts(), store: db });
  });
  afterEach(() => db[Symbol.dispose]());

  it('are related by names and imports while nothing is recorded', async () => {
    const found = await testsOf(1);
    assert.deepEqual(found, {
      name: 'total',
      tests: [
        ['test/cart.test.ts', 3, 'named', 'it names total'],
        ['test/shop.test.ts', null, 'imported', 'it imports it through 1 file'],
      ],
    });
  });

  it('are related by what ran once that is recorded', async () => {
    record('test/cart.test.ts', [covered({ total: true, discount: false })]);
    record('test/shop.test.ts', [covered({ total: false, discount: true })]);
    assert.deepEqual(
      (await testsOf(3)).tests.map(([file, , evidence]) => [file, evidence]),
      [['test/shop.test.ts', 'recorded']],
    );
    assert.deepEqual(
      (await testsOf(1)).tests.map(([file, , evidence]) => [file, evidence]),
      [['test/cart.test.ts', 'recorded']],
    );
  });

  it('are all of a file where no function is meant', async () => {
    assert.deepEqual(await testsOf(2), { name: null, tests: (await testsOf(undefined)).tests });
    assert.equal((await testsOf(undefined)).tests.length, 2);
  });

  it('lead from a case to the functions that it names itself', async () => {
    assert.deepEqual(await codeOf('mocha:test/cart.test.ts > applies'), [
      ['src/cart.ts', 3, 'discount', 'named'],
      ['src/cart.ts', 1, null, 'imported'],
    ]);
    assert.deepEqual(
      (await codeOf('mocha:test/cart.test.ts')).map(([, , name]) => name),
      ['total', 'discount', null],
    );
  });

  it('lead to what a test ran without naming it, after what it names', async () => {
    const money = { ...covered({ cents: true }), path: RepoPath.parse('src/money.ts'), executed: [[1, 1]] as const };
    record('test/cart.test.ts', [covered({ total: false, discount: true }), money]);
    assert.deepEqual(await codeOf('mocha:test/cart.test.ts'), [
      ['src/cart.ts', 3, 'discount', 'recorded'],
      ['src/cart.ts', 1, 'total', 'named'],
      ['src/cart.ts', 1, null, 'imported'],
      ['src/money.ts', 1, null, 'recorded'],
    ]);
  });

  it('are found by the place of a case too', async () => {
    const found = await related.code({ file: RepoPath.parse('test/cart.test.ts'), line: 6 });
    assert.ok(found.ok);
    assert.equal(found.value.places[0]?.name, 'discount');
    const nothing = await related.code({});
    assert.ok(!nothing.ok && nothing.failure.reason === 'invalid_input');
  });

  it('are not known of what is not there', async () => {
    const [tests, code] = [
      await related.tests(RepoPath.parse('src/gone.ts'), 1),
      await related.code({ test: TestId.parse('mocha:gone') }),
    ];
    assert.ok(!tests.ok && tests.failure.reason === 'not_found');
    assert.ok(!code.ok && code.failure.reason === 'not_found');
  });

  function record(file: string, all: readonly CoveredFile[]): void {
    const test = TestId.parse(`mocha:${file}`);
    db.transact((tx) =>
      saveTestEvidence(tx, [
        { test, executionId: ExecutionId.parse('run-1'), recordedAt: 1, covered: all, reads: [], isComplete: true },
      ]),
    );
  }

  async function testsOf(line: number | undefined) {
    const found = await related.tests(cart, line);
    assert.ok(found.ok);
    const { name, tests } = found.value;
    return { name, tests: tests.map((each) => [each.file, each.line, each.evidence, each.why] as const) };
  }

  async function codeOf(test: string) {
    const found = await related.code({ test: TestId.parse(test) });
    assert.ok(found.ok);
    return found.value.places.map((each) => [each.path, each.line, each.name, each.evidence] as const);
  }
});

function covered(functions: Readonly<Record<string, boolean>>): CoveredFile {
  return {
    path: cart,
    contentHash: 'h',
    executed: [[1, 1]],
    missed: [[3, 3]],
    functions: Object.entries(functions).map(([name, executed], index) => ({
      name,
      startLine: index * 2 + 1,
      endLine: index * 2 + 1,
      executed,
    })),
  };
}

/** Only what relating asks for. */
function parts() {
  const graph = {
    importsOf: (file: string) => imports[file] ?? [],
    importersOf: (file: string) => Object.keys(imports).filter((each) => imports[each]?.includes(file)),
    symbolsIn: async (file: string) => symbols[file] ?? [],
  };
  return {
    graph: graph as unknown as Graph,
    planner: { refresh: async () => {} } as unknown as Planner,
    tests: { discover: async () => ({ files, problems: [] }), casesIn: async () => cases } as unknown as Tests,
    read: (file: RepoPath) => texts[file] ?? null,
  };
}
