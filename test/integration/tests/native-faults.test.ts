import assert from 'node:assert/strict';
import { readFileSync, watch } from 'node:fs';
import { needDebianTool } from '../../rig/debian-tools.ts';
import { TestsRig } from '../../rig/tests-rig.ts';

interface Native {
  readonly name: string;
  readonly tool: { readonly needs: readonly string[]; readonly packages: readonly string[] };
  /** A test that writes its process id into the file `pid` of the repository, and stays. */
  readonly stays: (folder: string) => Record<string, string>;
  /** A test that prints 100 MB and fails. */
  readonly prints: Record<string, string>;
}

const manifest = '[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2021"\n';
const cmake =
  'cmake_minimum_required(VERSION 3.16)\nproject(shop C)\nenable_testing()\nadd_executable(a a.c)\nadd_test(NAME a COMMAND a)\n';

const natives: readonly Native[] = [
  {
    name: 'go test',
    tool: { needs: ['go'], packages: ['golang-go'] },
    stays: (folder) => ({
      'go.mod': 'module shop\n\ngo 1.19\n',
      'a_test.go': `package shop\nimport ("fmt"; "os"; "testing")
func TestStays(t *testing.T) { os.WriteFile("${folder}/pid", []byte(fmt.Sprint(os.Getpid())), 0o644); select {} }\n`,
    }),
    prints: {
      'go.mod': 'module shop\n\ngo 1.19\n',
      'a_test.go': `package shop\nimport ("fmt"; "strings"; "testing")
func TestPrints(t *testing.T) { line := strings.Repeat("x", 999); for i := 0; i < 100_000; i++ { fmt.Println(line) }; t.Fatal("at the end") }\n`,
    },
  },
  {
    name: 'cargo test',
    tool: { needs: ['cargo', 'rustc'], packages: ['cargo'] },
    stays: (folder) => ({
      'Cargo.toml': manifest,
      'src/lib.rs': `#[test] fn stays() { std::fs::write("${folder}/pid", std::process::id().to_string()).unwrap(); loop { std::thread::park() } }\n`,
    }),
    prints: {
      'Cargo.toml': manifest,
      'src/lib.rs':
        '#[test] fn prints() { let line = "x".repeat(999); for _ in 0..100_000 { println!("{line}"); } panic!("at the end") }\n',
    },
  },
  {
    name: 'CTest',
    tool: { needs: ['cmake', 'ctest', 'cc', 'make'], packages: ['cmake', 'gcc', 'make'] },
    stays: (folder) => ({
      'CMakeLists.txt': cmake,
      'a.c': `#include <stdio.h>\n#include <unistd.h>\nint main(void) { FILE *f = fopen("${folder}/pid", "w"); fprintf(f, "%d", getpid()); fclose(f); for (;;) pause(); }\n`,
    }),
    prints: {
      'CMakeLists.txt': cmake,
      'a.c':
        '#include <stdio.h>\nint main(void) { for (int i = 0; i < 100000; i++) printf("%0999d\\n", i); return 1; }\n',
    },
  },
];

for (const { name, tool, stays, prints } of natives) {
  describe(`${name}: faults`, function () {
    this.timeout(300_000);

    before(function () {
      needDebianTool(this, tool);
    });

    it('leaves no process behind when it is cancelled', async () => {
      await using rig = await TestsRig.create({ files: { '.gitignore': 'target\n' } });
      await rig.repository.write(stays(rig.repository.root));
      const run = rig.start({ all: true });
      const watcher = watch(rig.repository.root, (_event, file) => {
        if (file === 'pid' && readFileSync(rig.repository.path('pid'), 'utf8') !== '') run.cancel();
      });
      const { execution, lines } = await run.finished;
      watcher.close();
      assert.equal(execution.state, 'cancelled');
      assert.deepEqual(lines, []);
      const pid = Number(readFileSync(rig.repository.path('pid'), 'utf8'));
      assert.ok(isGone(pid), `process ${pid} still runs`);
    });

    it('keeps the ends of 100 MB that a test prints', async () => {
      await using rig = await TestsRig.create({ files: { '.gitignore': 'target\n', ...prints } });
      const { results } = await rig.run();
      assert.deepEqual(
        results.map((each) => each.status),
        ['failed'],
      );
      assert.ok(JSON.stringify(results).length < 1024 * 1024);
    });
  });
}

/** A container may have nobody who asks how an orphan ended: what is dead but listed is gone. */
function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform === 'linux' && / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}
