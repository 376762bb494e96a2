import assert from 'node:assert/strict';
import { discoverTargets } from '../../../agent/builds/discovery.ts';
import { FileTree } from '../../../agent/builds/paths.ts';
import { canMeet, overlapsOf } from '../../../agent/builds/output-overlaps.ts';
import { ConfigurationFile } from '../../../agent/protocol/configuration-file.ts';
import { TargetId, type RepoPath } from '../../../agent/protocol/ids.ts';

function discover(configured: object, files: Readonly<Record<string, string>> = {}) {
  const { targets } = ConfigurationFile.parse({ targets: configured });
  return discoverTargets({
    // The keys are paths of a repository.
    tree: new FileTree(Object.keys(files) as RepoPath[]),
    read: (path) => files[path] ?? null,
    configured: targets,
    isEnabled: () => true,
  });
}

function needs(configured: object, files: Readonly<Record<string, string>> = {}): string[] {
  return [...discover(configured, files).targets.values()].map((target) => `${target.id} ← ${target.needs.join(',')}`);
}

describe('targets of noodle.yaml', () => {
  it('are built after what generates their inputs', () => {
    const generate = { command: 'gen', inputs: ['schema/**'], outputs: ['src/generated/**'] };
    assert.deepEqual(needs({ app: { command: 'tsc', inputs: ['src/**'], outputs: ['dist/**'] }, generate }), [
      'generate ← ',
      'app ← generate',
    ]);
    const core = JSON.stringify({ name: 'core', main: 'dist/a.js', scripts: { build: 'tsc' } });
    assert.deepEqual(
      needs(
        { generate: { ...generate, outputs: ['core/src/generated/**'] } },
        { 'package.json': '{"workspaces":["core"]}', 'core/package.json': core },
      ),
      ['generate ← ', 'core ← generate'],
    );
    assert.deepEqual(
      needs(
        { pack: { command: 'tar', inputs: ['core/dist/**'], outputs: ['out.tar'] } },
        { 'package.json': '{"workspaces":["core"]}', 'core/package.json': core },
      ),
      ['core ← ', 'pack ← core'],
    );
  });

  it('do not need each other for what both could read with everything', () => {
    const [a, b] = [
      { command: 'a', outputs: ['a/**'] },
      { command: 'b', outputs: ['b/**'] },
    ];
    assert.deepEqual(needs({ a, b }), ['a ← ', 'b ← ']);
    assert.deepEqual(needs({ a: { ...a, needs: ['b'] }, b: { ...b, inputs: ['a/**'] } }), ['b ← ', 'a ← b']);
  });

  it('are refused with both names where their outputs overlap', () => {
    const model = discover({
      a: { command: 'x', outputs: ['out/**'] },
      b: { command: 'y', outputs: ['out/b/*.js'] },
      c: { command: 'z', outputs: ['other/**'] },
    });
    const sentence = 'the outputs of a and b overlap: out/** and out/b/*.js';
    assert.deepEqual(
      [...model.refused],
      [
        ['a', sentence],
        ['b', sentence],
      ],
    );
    assert.deepEqual(model.problems, [sentence]);
  });

  it('are one for each platform', () => {
    const cli = {
      command: 'go build -o dist/{platform}/',
      language: 'go',
      outputs: ['dist/{platform}/**'],
      environment: { LABEL: '{os} on {arch}' },
      platforms: ['linux/amd64', 'darwin/arm64'],
    };
    const { targets, problems } = discover({ cli, pack: { command: 'tar', inputs: [], needs: ['cli'] } });
    assert.deepEqual([...targets.keys()], ['cli:linux-amd64', 'cli:darwin-arm64', 'pack']);
    const mac = targets.get(TargetId.parse('cli:darwin-arm64'));
    assert.equal(mac?.command, 'go build -o dist/darwin-arm64/');
    assert.deepEqual(mac?.environment, {
      TARGET_OS: 'darwin',
      TARGET_ARCH: 'arm64',
      GOOS: 'darwin',
      GOARCH: 'arm64',
      LABEL: 'darwin on arm64',
    });
    assert.deepEqual(targets.get(TargetId.parse('pack'))?.needs, ['cli:linux-amd64', 'cli:darwin-arm64']);
    assert.deepEqual([mac?.tools, problems], [['go'], []]);
  });

  it('say their tools, their type, and when they are built', () => {
    const [target] = discover({
      a: { command: 'x', tools: ['protoc'], type: 'clean', automatic: false },
    }).targets.values();
    assert.deepEqual(
      [target?.tools, target?.type, target?.automatic, target?.stored],
      [['protoc'], 'clean', false, false],
    );
  });
});

describe('declared patterns', () => {
  it('mean all of a folder that they name', () => {
    const { targets } = discover({
      a: { command: 'x', inputs: ['src', 'lib/', 'a.txt', 'Makefile'], outputs: ['out', '!out/keep', '*/gen'] },
    });
    const [a] = targets.values();
    assert.deepEqual(a?.inputs, ['src', 'src/**', 'lib/**', 'a.txt', 'Makefile', 'Makefile/**']);
    assert.deepEqual(a?.outputs, ['out', 'out/**', '!out/keep', '!out/keep/**', '*/gen', '*/gen/**']);
  });

  it('overlap where one target writes into the folder of another', () => {
    const { problems } = discover({
      a: { command: 'x', outputs: ['out'] },
      b: { command: 'y', outputs: ['out/x'] },
    });
    assert.match(JSON.stringify(problems), /the outputs of a and b overlap/);
  });
});

describe('patterns of outputs', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['dist/**', 'dist/**', true],
    ['dist/**', 'dist/a/b.js', true],
    ['dist/*.js', 'dist/*.css', false],
    ['dist/*.js', 'dist/a/b.js', false],
    ['dist/a*', 'dist/*b', true],
    ['a/**/x.js', 'a/b/c/x.js', true],
    ['a/**/x.js', 'a/b/y.js', false],
    ['packages/a/dist/**', 'packages/b/dist/**', false],
    ['**', 'anything', true],
    ['out/{a,b}', 'out/b', true],
  ];
  for (const [a, b, expected] of cases) {
    it(`${a} and ${b} ${expected ? 'can' : 'cannot'} match the same path`, () => {
      assert.deepEqual([canMeet(a, b), canMeet(b, a)], [expected, expected]);
    });
  }

  it('overlap no more where one takes the other away', () => {
    const id = (name: string) => TargetId.parse(name);
    assert.deepEqual(
      overlapsOf([
        { id: id('a'), outputs: ['dist/**', '!dist/types/**'] },
        { id: id('b'), outputs: ['dist/types/**'] },
      ]),
      [],
    );
    assert.equal(
      overlapsOf([
        { id: id('a'), outputs: ['dist/**'] },
        { id: id('b'), outputs: ['dist/types/**'] },
      ]).length,
      1,
    );
  });
});
