import assert from 'node:assert/strict';
import { execa } from 'execa';
import { loadTestEvidence } from '../../../agent/store/evidence.ts';
import { TestId } from '../../../agent/protocol/ids.ts';
import { needDebianTool } from '../../rig/debian-tools.ts';
import { ManualClock } from '../../rig/manual-clock.ts';
import { TestsRig, type TestsRigOptions } from '../../rig/tests-rig.ts';

const manifest = (name: string) => `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n`;

function create(files: Record<string, string>, more: Partial<TestsRigOptions> = {}): Promise<TestsRig> {
  return TestsRig.create({ files: { '.gitignore': 'target\n', 'Cargo.toml': manifest('shop'), ...files }, ...more });
}

describe('cargo test', function () {
  this.timeout(300_000);

  before(function () {
    needDebianTool(this, { needs: ['cargo', 'rustc'], packages: ['cargo'] });
  });

  it('counts the lines that each test program ran, in a run with coverage', async function () {
    const { stdout } = await execa('rustc', ['-vV']);
    const major = /^LLVM version: (\d+)/m.exec(stdout)?.[1] ?? '';
    needDebianTool(this, { needs: [`llvm-cov-${major}`], packages: [`llvm-${major}`] });
    await using rig = await create({
      'src/lib.rs': `pub fn most(a: i32) -> i32 {
    if a > 9 {
        return 9;
    }
    a
}

pub fn idle() {
    println!();
}

#[cfg(test)]
mod tests {
    #[test]
    fn stays() {
        assert_eq!(super::most(1), 1);
    }
}
`,
      'tests/limits.rs': '#[test]\nfn limits() { assert_eq!(shop::most(20), 9); }\n',
    });
    await rig.run({ all: true, coverage: true });
    const found = loadTestEvidence(rig.engine.store).map(({ test, covered }) => {
      const file = covered.find(({ path }) => path === 'src/lib.rs');
      const ran = file?.functions.filter((each) => each.executed).map(({ name }) => name);
      return { test, missed: file?.missed.filter(([line]) => line < 12), ran };
    });
    assert.deepEqual(found, [
      {
        test: 'cargo:src/lib.rs',
        missed: [
          [3, 3],
          [8, 10],
        ],
        ran: ['most', 'stays'],
      },
      {
        test: 'cargo:tests/limits.rs',
        missed: [
          [4, 5],
          [8, 10],
        ],
        ran: ['most'],
      },
    ]);
    const left = await rig.files();
    assert.deepEqual(
      left.filter((file) => file.endsWith('.profraw')),
      [],
    );
  });

  it('tells unit tests, integration tests and examples in documentation', async () => {
    await using rig = await create({
      'src/lib.rs': `pub mod cart;
/// Adds.
/// \`\`\`
/// assert_eq!(shop::add(1, 2), 3);
/// \`\`\`
pub fn add(a: i32, b: i32) -> i32 { a + b }
`,
      'src/cart.rs': `#[cfg(test)]
mod tests {
    #[test]
    fn total() {
        println!("counting");
        assert_eq!(crate::add(1, 1), 3, "sum");
    }
    #[test]
    #[ignore = "slow"]
    fn later() {}
    #[test]
    #[should_panic]
    fn panics() { panic!("as it should") }
}
`,
      'tests/whole.rs': '#[test]\nfn whole() {}\n',
    });
    const { lines, results, reasons } = await rig.run();
    assert.deepEqual(lines.toSorted(), [
      'failed src/cart.rs › cart › tests › total',
      'passed src/cart.rs › cart › tests › panics',
      'passed src/lib.rs › doctest › add (line 3)',
      'passed tests/whole.rs › whole',
      'skipped src/cart.rs › cart › tests › later',
    ]);
    assert.deepEqual(reasons, []);
    const total = results.find((each) => each.status === 'failed');
    assert.deepEqual([total?.expected, total?.actual], ['3', '2']);
    assert.match(total?.message ?? '', /sum/);
    assert.match(total?.output ?? '', /counting/);
    assert.deepEqual([total?.failureAt?.file, total?.failureAt?.line], ['src/cart.rs', 6]);
    assert.deepEqual(total?.declaredAt, { file: 'src/cart.rs', line: 4 });
  });

  it('runs the chosen files and cases alone', async () => {
    await using rig = await create({
      'src/lib.rs': '#[cfg(test)]\nmod tests {\n #[test] fn a() {}\n #[test] fn ab() {}\n}\n',
      'tests/one.rs': '#[test] fn one() {}\n',
      'tests/two.rs': '#[test] fn two() {}\n',
    });
    await rig.tests.discover();
    const ofFile = await rig.run({ tests: [TestId.parse('cargo:tests/two.rs')] });
    assert.deepEqual(ofFile.lines, ['passed tests/two.rs › two']);
    const ofCase = await rig.run({ tests: [TestId.parse('cargo:src/lib.rs > tests > a')] });
    assert.deepEqual(ofCase.lines, ['passed src/lib.rs › tests › a']);
  });

  it('loses no test of a harness that gives up before it', async () => {
    await using rig = await create({
      'Cargo.toml': `${manifest('shop')}[[test]]\nname = "own"\nharness = false\n`,
      'src/lib.rs': 'pub mod target;\n',
      'src/target/mod.rs': '#[test] fn aims() {}\n',
      'tests/own.rs': `fn main() {
    if std::env::args().any(|each| each == "--list") { println!("a: test"); return; }
    println!(r#"{{ "type": "suite", "event": "started", "test_count": 1 }}"#);
    std::process::exit(3);
}
#[cfg(test)]
#[test]
fn a() {}
`,
    });
    const { lines, results } = await rig.run();
    assert.deepEqual(lines.toSorted(), ['errored tests/own.rs › a', 'passed src/target/mod.rs › target › aims']);
    assert.match(
      results.find(({ status }) => status === 'errored')?.message ?? '',
      /was not run: its process exited with 3/,
    );
  });

  it('names what does not compile and what ends its process, and runs the rest', async () => {
    await using rig = await create({
      'src/lib.rs': '#[cfg(test)]\nmod tests {\n #[test] fn fine() {}\n}\n',
      'tests/bad.rs': '#[test]\nfn bad() { let _: i32 = "text"; }\n',
      'tests/ends.rs': `#[test] fn after() {}
#[test] fn exits() { std::process::exit(0) }
#[test] fn aborts() { std::process::abort() }
`,
    });
    const { lines, results } = await rig.run();
    assert.deepEqual(lines.toSorted(), [
      'errored tests/bad.rs',
      'errored tests/ends.rs › aborts',
      'errored tests/ends.rs › exits',
      'passed src/lib.rs › tests › fine',
      'passed tests/ends.rs › after',
    ]);
    const bad = results.find((each) => each.file === 'tests/bad.rs');
    assert.deepEqual(bad?.failureAt, { file: 'tests/bad.rs', line: 2, column: 25 });
  });

  it('ends a test that hangs and goes on', async () => {
    const clock = new ManualClock();
    await using rig = await create(
      { 'src/lib.rs': '', 'tests/a.rs': '#[test] fn hangs() { loop {} }\n', 'tests/b.rs': '#[test] fn fine() {}\n' },
      { clock },
    );
    rig.engine.events.on('test.started', ({ file }) => {
      if (file === 'tests/a.rs') clock.advance(300_000);
    });
    const { lines } = await rig.run();
    assert.deepEqual([...new Set(lines)].toSorted(), ['passed tests/b.rs › fine', 'timed_out tests/a.rs › hangs']);
  });

  it('finds the packages of a workspace once', async () => {
    await using rig = await create({
      'Cargo.toml': '[workspace]\nmembers = ["crates/*"]\nexclude = ["crates/alone"]\nresolver = "2"\n',
      'crates/one/Cargo.toml': manifest('one'),
      'crates/one/src/lib.rs': '#[test] fn one() {}\n',
      'crates/alone/Cargo.toml': manifest('alone'),
      'crates/alone/src/lib.rs': '#[test] fn alone() {}\n',
    });
    const { files } = await rig.tests.discover();
    assert.deepEqual(
      files.map((each) => `${each.project}: ${each.file}`),
      [': crates/one/src/lib.rs', 'crates/alone: crates/alone/src/lib.rs'],
    );
    assert.equal((await rig.run()).lines.length, 2);
  });
});
