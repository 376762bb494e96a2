import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { BuildsRig } from '../../rig/builds-rig.ts';

const everything = { all: true };

/** A program of the repository: what it does depends on how often it ran. */
function counting(body: string): string {
  return `
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
appendFileSync('runs', 'x');
const run = readFileSync('runs', 'utf8').length;
${body}
`;
}

describe('a build that failed', () => {
  it('because of a stale state is done again without what is left of earlier builds', async () => {
    const files = {
      '.gitignore': 'dist\nruns\n',
      'build.mjs': counting(`
if (existsSync('dist/old')) {
  console.error("error[E0514]: found crate \`x\` compiled by an incompatible version of rustc");
  process.exit(1);
}
mkdirSync('dist', { recursive: true });
writeFileSync('dist/new', 'x');
`),
    };
    const configured = { app: { command: 'node build.mjs', inputs: ['build.mjs'], outputs: ['dist/**'] } };
    await using rig = await BuildsRig.create(files, { configured });
    await rig.git.write({ 'dist/old': '' });
    const execution = await rig.run(everything);
    const [result] = rig.finished(execution);
    assert.equal(result?.status, 'succeeded');
    assert.deepEqual(result.recovery, [
      'built again without what earlier builds have left, because of a stale state of an earlier build: error[E0514]: found crate `x` compiled by an incompatible version of rustc',
    ]);
    assert.equal(await rig.git.read('runs'), 'xx');
    const [explanation] = await rig.builds.explain('app');
    assert.ok(explanation?.facts.some((fact) => fact.startsWith('recovery: built again without')));
  });

  it('because of the network is tried again after a pause', async () => {
    const files = {
      '.gitignore': 'runs\n',
      'build.mjs': counting("if (run === 1) { console.error('npm error code ECONNRESET'); process.exit(1); }"),
    };
    await using rig = await BuildsRig.create(files, { configured: { app: { command: 'node build.mjs' } } });
    const [result] = rig.finished(await rig.run(everything));
    assert.equal(result?.status, 'succeeded');
    assert.deepEqual(result.recovery, [
      'tried again after 1 s, because of a fault of the network: npm error code ECONNRESET',
    ]);
  });

  it('because the code does not compile is not tried again, whatever it says', async () => {
    const files = {
      '.gitignore': 'runs\n',
      'src.c': '',
      'build.mjs': counting("console.error('src.c:3:9: error: ETIMEDOUT undeclared'); process.exit(1);"),
    };
    await using rig = await BuildsRig.create(files, { configured: { app: { command: 'node build.mjs' } } });
    const [result] = rig.finished(await rig.run(everything));
    assert.deepEqual(
      [result?.status, result?.failure?.class, result?.recovery, await rig.git.read('runs')],
      ['failed', 'compile_error', undefined, 'x'],
    );
  });

  it('ends at once when it is cancelled in the pause before it is tried again', async () => {
    const files = { '.gitignore': 'runs\n', 'build.mjs': counting("console.error('ECONNRESET'); process.exit(1);") };
    await using rig = await BuildsRig.create(files, { configured: { app: { command: 'node build.mjs' } } });
    const handle = rig.start((await rig.plan(everything)).builds);
    await rig.engine.next('log.appended', ({ text }) => text.includes('tried again after'));
    handle.cancel('enough');
    assert.deepEqual(rig.resultsOf(await handle.finished), ['cancelled app: enough']);
    assert.equal(await rig.git.read('runs'), 'x');
  });
});

describe('a target of noodle.yaml', () => {
  const files = { '.gitignore': 'dist\nruns\nout\n', 'src.txt': 'one', 'shared/config.json': '{}' };

  it('that is to be built from scratch is built each time, without what it wrote before', async () => {
    const build = counting("mkdirSync('dist', { recursive: true }); writeFileSync('dist/' + run, '');");
    const clean = { command: 'node build.mjs', inputs: ['src.txt'], outputs: ['dist/**'], type: 'clean' };
    await using rig = await BuildsRig.create({ ...files, 'build.mjs': build }, { configured: { app: clean } });
    await rig.run(everything);
    await rig.run(everything);
    assert.equal(await rig.git.read('runs'), 'xx');
    await assert.rejects(rig.git.read('dist/1'));
    assert.equal(await rig.git.read('dist/2'), '');
  });

  it('that is to be full loses what it wrote before, and is skipped while nothing changes', async () => {
    const build = counting("mkdirSync('dist', { recursive: true }); writeFileSync('dist/' + run, '');");
    const full = { command: 'node build.mjs', inputs: ['src.txt'], outputs: ['dist/**'], type: 'full' };
    await using rig = await BuildsRig.create({ ...files, 'build.mjs': build }, { configured: { app: full } });
    await rig.run(everything);
    await rig.run(everything);
    assert.equal(await rig.git.read('runs'), 'x');
    await rig.git.write({ 'src.txt': 'two' });
    await rig.run(everything);
    await assert.rejects(rig.git.read('dist/1'));
  });

  it('is not built where its output overlaps with that of another one', async () => {
    const configured = {
      a: { command: 'node -e 0', outputs: ['out/**'] },
      b: { command: 'node -e 0', outputs: ['out/b'] },
    };
    await using rig = await BuildsRig.create(files, { configured });
    const { notes } = await rig.plan(everything);
    assert.deepEqual(notes, ['the outputs of a and b overlap: out/** and out/b']);
    const execution = await rig.run(everything);
    assert.deepEqual(rig.resultsOf(execution).toSorted(), [
      'failed a: the outputs of a and b overlap: out/** and out/b',
      'failed b: the outputs of a and b overlap: out/** and out/b',
    ]);
  });

  it('is generated before what reads it, and again only when its own inputs change', async () => {
    const configured = {
      app: {
        command: "node -e \"fs.mkdirSync('dist',{recursive:true});fs.copyFileSync('gen/a.txt','dist/a.txt')\"",
        inputs: ['src.txt', 'gen/**'],
        outputs: ['dist/**'],
      },
      generate: {
        command:
          "node -e \"fs.mkdirSync('gen',{recursive:true});fs.writeFileSync('gen/a.txt',fs.readFileSync('schema.txt','utf8').toUpperCase())\"",
        inputs: ['schema.txt'],
        outputs: ['gen/**'],
      },
    };
    await using rig = await BuildsRig.create(
      { '.gitignore': 'dist\ngen\n', 'src.txt': '', 'schema.txt': 'a' },
      { configured },
    );
    assert.deepEqual(
      rig.resultsOf(await rig.run(everything)).map((line) => line.split(':')[0]),
      ['succeeded generate', 'succeeded app'],
    );
    await rig.git.write({ 'src.txt': 'changed' });
    assert.deepEqual(
      rig.resultsOf(await rig.run(everything)).map((line) => line.split(':')[0]),
      ['unchanged generate', 'succeeded app'],
    );
    await rig.git.write({ 'schema.txt': 'b' });
    await rig.run(everything);
    assert.equal(await rig.git.read('dist/a.txt'), 'B');
  });

  it('that reads what is not its input is told so: by node', async () => {
    const build =
      "import { readFileSync } from 'node:fs';\nreadFileSync('shared/config.json');\nreadFileSync('src.txt');\n";
    const configured = { app: { command: 'node build.mjs', inputs: ['src.txt', 'build.mjs'] } };
    await using rig = await BuildsRig.create({ ...files, 'build.mjs': build }, { configured });
    const execution = await rig.run(everything);
    assert.deepEqual(rig.finished(execution)[0]?.undeclaredReads, ['shared/config.json']);
    const log = await rig.engine.engine.log(execution.id, undefined, 0);
    assert.match(log.ok ? log.value.text : '', /^reads shared\/config\.json, which is not an input$/m);
    const [explanation] = await rig.builds.explain('app');
    assert.ok(explanation?.facts.includes('reads shared/config.json, which is not an input'));
  });

  it('that reads what is not its input is told so: by python', async () => {
    const python = execFileSync('sh', ['-c', 'python3 -c "import sys; print(sys.executable)"'], {
      encoding: 'utf8',
    }).trim();
    const build =
      "open('shared/config.json').read()\nopen('src.txt').read()\nopen('out.txt', 'w').write('x')\nopen('out.txt').read()\n";
    const configured = {
      app: {
        command: `"${python}" build.py`,
        language: 'python',
        inputs: ['src.txt', 'build.py'],
        outputs: ['out.txt'],
        tools: ['node'],
      },
    };
    await using rig = await BuildsRig.create({ ...files, 'build.py': build }, { configured });
    assert.deepEqual(rig.finished(await rig.run(everything))[0]?.undeclaredReads, ['shared/config.json']);
  });

  it('whose tool is not installed says which and how to get it', async () => {
    await using rig = await BuildsRig.create({ 'go.mod': 'module x\n', 'a.go': 'package x\n' });
    const { targets } = await rig.builds.targets();
    assert.match(targets[0]?.missingTool ?? '', /^go is not installed: /);
    // Nobody who did not ask is bothered.
    assert.deepEqual((await rig.plan(everything)).builds, []);
    await rig.git.write({ 'a.go': 'package y\n' });
    assert.deepEqual((await rig.plan()).builds, []);
    const [id] = targets.map((target) => target.id);
    assert.ok(id !== undefined);
    const [result] = rig.finished(await rig.run({ targets: [id] }));
    assert.deepEqual([result?.status, result?.failure?.class], ['failed', 'toolchain_missing']);
    assert.match(result?.reason ?? '', /^go is not installed: /);
  });
});

describe('metrics of builds', () => {
  it('tell hits, durations, saved time and the chain that takes longest', async () => {
    const configured = {
      core: { command: "node -e \"fs.writeFileSync('core.txt','x')\"", inputs: ['src.txt'], outputs: ['core.txt'] },
      app: { command: "node -e \"fs.writeFileSync('app.txt','x')\"", inputs: ['core.txt'], outputs: ['app.txt'] },
      lonely: { command: 'exit 1', inputs: [] },
    };
    await using rig = await BuildsRig.create({ '.gitignore': '*.txt\n!src.txt\n', 'src.txt': 'one' }, { configured });
    await rig.run(everything);
    await rig.run(everything);
    await rig.git.remove('core.txt');
    await rig.run(everything);
    const metrics = await rig.builds.metrics(0);
    const of = (name: string) => metrics.filter(({ target }) => target === name);
    const counts = of('core').map(({ requests, built, unchanged, fromLocalCache, failed }) => [
      requests,
      built,
      unchanged,
      fromLocalCache,
      failed,
    ]);
    assert.deepEqual(counts, [[3, 1, 1, 1, 0]]);
    const [core] = of('core');
    assert.ok(core !== undefined && core.onCriticalPath);
    assert.equal(core.hitRate?.toFixed(3), '0.667');
    assert.ok(core.savedMs > 0 && core.savedMs >= (core.medianMs ?? Infinity));
    const [lonely] = of('lonely');
    assert.deepEqual([lonely?.failed, lonely?.hitRate, lonely?.onCriticalPath], [3, 0, false]);
    assert.equal(
      (await rig.builds.metrics(Date.now() + 60_000)).every(({ requests }) => requests === 0),
      true,
    );
  });
});
