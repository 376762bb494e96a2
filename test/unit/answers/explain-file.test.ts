import assert from 'node:assert/strict';
import { explainFile } from '../../../agent/answers/explain-file.ts';
import { ExecutionId, RepoPath } from '../../../agent/protocol/ids.ts';
import { saveTestEvidence, type TestEvidence } from '../../../agent/store/evidence.ts';
import { testId } from '../../../agent/tests/adapter.ts';
import { GraphRig } from '../../rig/graph-rig.ts';
import { MemoryDatabase } from '../../rig/memory-database.ts';

const paths = ['src/cart.js', 'test/a.test.js', 'test/b.test.js', 'test/c.test.js'].map((text) => RepoPath.parse(text));
const [cart, a, b] = [paths[0], paths[1], paths[2]] as [RepoPath, RepoPath, RepoPath];

function recorded(test: RepoPath, executed: [number, number][], missed: [number, number][]): TestEvidence {
  return {
    test: testId('mocha', test),
    executionId: ExecutionId.parse('run-1'),
    recordedAt: 5,
    covered: [{ path: cart, contentHash: 'x', executed, missed, functions: [] }],
    reads: [],
    isComplete: true,
  };
}

describe('a file that is no test', () => {
  it('is explained by who ran it, and by the ways that lead to the others', async () => {
    await using rig = await GraphRig.create({
      'src/cart.js': 'export const one = () => 1;\n',
      'test/a.test.js': "import '../src/cart.js';",
      'test/b.test.js': "import '../src/cart.js';",
      'test/c.test.js': "import '../src/cart.js';",
    });
    using db = await MemoryDatabase.create();
    db.transact((tx) => saveTestEvidence(tx, [recorded(a, [[1, 3]], [[4, 6]]), recorded(b, [[4, 6]], [[1, 3]])]));
    const tests = paths
      .slice(1)
      .map((file) => ({ id: testId('mocha', file), file, framework: 'mocha' as const, project: '', cases: [] }));
    const explain = (subject: string) => explainFile({ graph: rig.graph, store: db, known: paths, tests }, subject);
    const whole = explain('./src/cart.js');
    assert.equal(whole?.summary, '3 of 3 test files can use it: 2 by recordings, 1 by imports and paths');
    assert.deepEqual(
      whole?.facts.map((fact) => fact.split(/: ran/)[0]),
      ['test/a.test.js', 'test/b.test.js', 'src/cart.js → test/c.test.js'],
    );
    const line = explain('src/cart.js:2');
    assert.equal(line?.subject, 'src/cart.js:2');
    assert.equal(line?.summary, '2 of 3 test files can use the line: 1 by recordings, 1 by imports and paths');
    assert.equal(explain('src/gone.js'), null);
  });
});
