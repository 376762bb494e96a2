import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { loadTestEvidence } from '../../../agent/store/evidence.ts';
import { TestId } from '../../../agent/protocol/ids.ts';
import { ManualClock } from '../../rig/manual-clock.ts';
import { needDebianTool } from '../../rig/debian-tools.ts';
import { TestsRig, type TestsRigOptions } from '../../rig/tests-rig.ts';

const module = { 'go.mod': 'module example.org/shop\n\ngo 1.19\n' };
const testing = 'import "testing"\n';

/** Hangs, and says so in a file a moment after it began to. */
const hanging = `package shop
import (
	"os"
	"testing"
	"time"
)

func TestHang(t *testing.T) {
	go func() { time.Sleep(200 * time.Millisecond); os.WriteFile("waiting", nil, 0o644) }()
	select {}
}
`;

function create(files: Record<string, string>, more: Partial<TestsRigOptions> = {}): Promise<TestsRig> {
  return TestsRig.create({ files: { ...module, ...files }, ...more });
}

describe('go test', function () {
  this.timeout(300_000);

  before(function () {
    needDebianTool(this, { needs: ['go'], packages: ['golang-go'] });
  });

  it('counts the lines that the tests of a package ran, in a run with coverage', async () => {
    await using rig = await create({
      'cart/cart.go': 'package cart\n\nfunc Add(a int) int {\n\tif a > 9 {\n\t\treturn 9\n\t}\n\treturn a\n}\n',
      'cart/a_test.go': `package cart\n${testing}func TestAdd(t *testing.T) { Add(1) }\n`,
      'other/other.go': 'package other\n\nfunc Idle() {\n\tprintln()\n}\n',
      'other/b_test.go': `package other\n${testing}func TestNone(t *testing.T) {}\n`,
    });
    await rig.run();
    assert.deepEqual(loadTestEvidence(rig.engine.store), []);
    await rig.run({ all: true, coverage: true });
    const evidence = loadTestEvidence(rig.engine.store);
    assert.deepEqual(
      evidence.map(({ test, covered, isComplete }) => ({
        test,
        isComplete,
        covered: covered.map(({ path, executed, missed }) => ({ path, executed, missed })),
      })),
      [
        {
          test: 'go:cart/a_test.go',
          isComplete: false,
          covered: [
            {
              path: 'cart/cart.go',
              executed: [
                [3, 4],
                [7, 7],
              ],
              missed: [[5, 5]],
            },
          ],
        },
        {
          test: 'go:other/b_test.go',
          isComplete: false,
          covered: [{ path: 'other/other.go', executed: [], missed: [[3, 4]] }],
        },
      ],
    );
  });

  it('tells every test as it ended, in the file that declares it', async () => {
    await using rig = await create({
      'cart/cart.go': 'package cart\n\nfunc Add(a, b int) int { return a + b }\n',
      'cart/a_test.go': `package cart
${testing}
func TestAdd(t *testing.T) { t.Log("adding") }
func TestTotal(t *testing.T) {
	for _, name := range []string{"one two", "a/b", "\\"q\\"", "\u202eright", "same", "same"} {
		t.Run(name, func(t *testing.T) {
			if name == "a/b" { t.Errorf("want %d", 90) }
		})
	}
}
func TestLater(t *testing.T) { t.Skip("not yet") }
func FuzzAdd(f *testing.F) {
	f.Add(1)
	f.Fuzz(func(t *testing.T, n int) {})
}
func BenchmarkAdd(b *testing.B) {}
`,
      'cart/b_test.go': `package cart_test

import "fmt"

/* func TestNone(t *testing.T) {} */
var _ = \`
func TestNeither(t *testing.T) {}
\`

func ExamplePrint() {
	fmt.Println(1)
	// Output: 1
}
`,
    });
    const { execution, lines, results } = await rig.run();
    assert.deepEqual(lines.toSorted(), [
      'failed cart/a_test.go › TestTotal',
      'failed cart/a_test.go › TestTotal › a/b',
      'passed cart/a_test.go › FuzzAdd',
      'passed cart/a_test.go › FuzzAdd › seed#0',
      'passed cart/a_test.go › TestAdd',
      'passed cart/a_test.go › TestTotal › "q"',
      'passed cart/a_test.go › TestTotal › \\u202eright',
      'passed cart/a_test.go › TestTotal › one_two',
      'passed cart/a_test.go › TestTotal › same',
      'passed cart/a_test.go › TestTotal › same#01',
      'passed cart/b_test.go › ExamplePrint',
      'skipped cart/a_test.go › TestLater',
    ]);
    assert.equal(execution.state, 'failed');
    const failed = results.find((each) => each.titlePath[1] === 'a/b');
    assert.deepEqual(failed?.failureAt, { file: 'cart/a_test.go', line: 8 });
    assert.match(failed?.message ?? '', /want 90/);
    const added = results.find((each) => each.titlePath[0] === 'TestAdd');
    assert.match(added?.output ?? '', /adding/);
    assert.deepEqual(added?.declaredAt, { file: 'cart/a_test.go', line: 4 });
  });

  it('runs the chosen files and cases alone', async () => {
    await using rig = await create({
      'a_test.go': `package shop\n${testing}
func TestA(t *testing.T) { t.Run("x/y (1)", func(t *testing.T) {}); t.Run("z", func(t *testing.T) {}) }\n`,
      'b_test.go': `package shop\n${testing}func TestB(t *testing.T) {}\nfunc TestBee(t *testing.T) {}\n`,
    });
    await rig.tests.discover();
    const ofFile = await rig.run({ tests: [TestId.parse('go:a_test.go')] });
    assert.deepEqual(ofFile.lines.length, 3);
    const ofCase = await rig.run({ tests: [TestId.parse('go:b_test.go > TestB')] });
    assert.deepEqual(ofCase.lines, ['passed b_test.go › TestB']);
    const ofPart = await rig.run({ tests: [TestId.parse('go:a_test.go > TestA > x/y_(1)')] });
    assert.deepEqual(ofPart.lines, ['passed a_test.go › TestA › x/y_(1)', 'passed a_test.go › TestA']);
  });

  it('reports a file that does not compile as its error, and runs the other packages', async () => {
    await using rig = await create({
      'good/a_test.go': `package good\n${testing}func TestGood(t *testing.T) {}\n`,
      'bad/a_test.go': `package bad\n${testing}func TestBad(t *testing.T) { missing() }\n`,
      'bad/b_test.go': `package bad\n${testing}func TestBesideBad(t *testing.T) {}\n`,
    });
    const { lines, results, reasons } = await rig.run();
    assert.deepEqual(lines.toSorted(), [
      'errored bad/a_test.go',
      'errored bad/b_test.go',
      'passed good/a_test.go › TestGood',
    ]);
    assert.deepEqual(results.find((each) => each.file === 'bad/a_test.go')?.failureAt, {
      file: 'bad/a_test.go',
      line: 3,
      column: 30,
    });
    assert.deepEqual(reasons, []);
  });

  it('names the test that ended its process, and runs the rest', async () => {
    await using rig = await create({
      'a_test.go': `package shop\nimport ("os"; "testing")
func TestBefore(t *testing.T) {}
func TestExit(t *testing.T) { os.Exit(0) }\n`,
      'b_test.go': `package shop\n${testing}func TestAfter(t *testing.T) {}\n`,
      'c_test.go': `package shop\n${testing}func TestPanic(t *testing.T) { var m map[string]int; m["a"] = 1 }\n`,
    });
    const { results } = await rig.run();
    const last = new Map(results.map((each) => [`${each.file} ${each.titlePath.join(' ')}`, each]));
    // Go since 1.16 makes a panic of it.
    assert.match(last.get('a_test.go TestExit')?.status ?? '', /^(?:failed|errored)$/);
    assert.equal(last.get('b_test.go TestAfter')?.status, 'passed');
    const panicked = last.get('c_test.go TestPanic');
    assert.ok(panicked?.status === 'failed' || panicked?.status === 'errored');
    assert.deepEqual(panicked?.failureAt?.file, 'c_test.go');
    assert.match(panicked?.stack ?? '', /goroutine \d+/);
  });

  it('ends a test that hangs and goes on', async () => {
    const clock = new ManualClock();
    await using rig = await create(
      {
        'a_test.go': hanging,
        'b_test.go': `package shop\n${testing}func TestFine(t *testing.T) {}\n`,
      },
      { clock },
    );
    // Go prints no stack of what runs at that moment, so time passes once the test waits.
    const waiting = setInterval(() => {
      if (!existsSync(rig.repository.path('waiting'))) return;
      clearInterval(waiting);
      clock.advance(300_000);
    }, 20);
    await rig.tests.discover();
    const { lines, results } = await rig.run({
      tests: ['go:a_test.go', 'go:b_test.go'].map((each) => TestId.parse(each)),
    });
    assert.ok(lines.includes('timed_out a_test.go › TestHang'), lines.join('\n'));
    const hung = results.find((each) => each.status === 'timed_out');
    assert.match(hung?.stack ?? '', /goroutine \d+/);
    assert.deepEqual(hung?.failureAt, { file: 'a_test.go', line: 10 });
    assert.equal(lines.filter((line) => line === 'passed b_test.go › TestFine').length > 0, true);
  });

  it('says what is missing when there is no go', async () => {
    await using rig = await create(
      { 'a_test.go': `package shop\n${testing}func TestA(t *testing.T) {}\n` },
      { environment: { PATH: '/nonexistent' } },
    );
    const { lines, reasons } = await rig.run();
    assert.deepEqual(lines, []);
    assert.match(reasons[0] ?? '', /go is not in PATH: install Go/);
  });
});
