import assert from 'node:assert/strict';
import { decideBuilds } from '../../../agent/builds/decision.ts';
import {
  differences,
  fingerprintOf,
  inputsOf,
  outputHash,
  toRecord,
  type InputSources,
} from '../../../agent/builds/fingerprint.ts';
import { selectTargets, type SelectionInput } from '../../../agent/builds/selection.ts';
import { staleReason, type TargetState } from '../../../agent/builds/target-state.ts';
import type { BuildTarget } from '../../../agent/protocol/build.ts';
import type { FileChange } from '../../../agent/protocol/change-set.ts';
import { ExecutionId, RepoPath, TargetId } from '../../../agent/protocol/ids.ts';
import type { PlanRequest } from '../../../agent/protocol/plan.ts';

const id = (name: string) => TargetId.parse(name);

function target(name: string, ...needs: string[]): BuildTarget {
  const folder = `packages/${name}`;
  return {
    id: id(name),
    folder,
    command: 'npm run build',
    language: 'javascript',
    inputs: [`${folder}/**`, 'package-lock.json'],
    outputs: [`${folder}/dist/**`],
    needs: needs.map(id),
    foundIn: `${folder}/package.json script build`,
    environment: {},
    kind: 'npm',
    type: 'incremental',
    tools: [],
    automatic: true,
    stored: true,
  };
}

const targets = new Map(
  [target('core'), target('ui', 'core'), target('web', 'ui'), target('docs')].map((each) => [each.id, each]),
);

function changed(...paths: string[]): FileChange[] {
  return paths.map((path) => ({ path: RepoPath.parse(path), kind: 'modified', lines: [] }));
}

function select(
  files: FileChange[],
  more: {
    request?: PlanRequest;
    unbounded?: SelectionInput['unbounded'];
    neededByTests?: SelectionInput['neededByTests'];
  } = {},
) {
  const change = { base: 'HEAD', head: null, branch: null, files, notes: [] };
  const selected = selectTargets({ request: {}, change, unbounded: [], neededByTests: new Map(), ...more }, targets);
  return [...selected].map(([name, { kind, reason }]) => `${name} ${kind}: ${reason}`);
}

describe('the targets that a change is about', () => {
  it('are those with a changed input, and what depends on them', () => {
    assert.deepEqual(select(changed('packages/core/src/a.ts', 'packages/core/b.ts', 'README.md')), [
      'core wanted: packages/core/src/a.ts and 1 more file changed',
      'ui wanted: needs core',
      'web wanted: needs ui',
    ]);
  });

  it('bring what they need, and nothing else', () => {
    assert.deepEqual(select(changed('packages/web/a.ts')), [
      'core needed: needed by web',
      'ui needed: needed by web',
      'web wanted: packages/web/a.ts changed',
    ]);
    assert.deepEqual(select(changed('README.md')), []);
    assert.deepEqual(select([]), []);
  });

  it('count the old place of a renamed file, and not what a build wrote', () => {
    const [renamed] = changed('elsewhere/a.ts');
    assert.ok(renamed !== undefined);
    assert.deepEqual(select([{ ...renamed, kind: 'renamed', from: RepoPath.parse('packages/docs/a.ts') }]), [
      'docs wanted: packages/docs/a.ts changed',
    ]);
    assert.deepEqual(select(changed('packages/docs/dist/a.js')), []);
  });

  it('are all below a folder in which everything may be changed', () => {
    const unbounded = [{ folder: 'packages/docs', path: RepoPath.parse('x.yaml'), reason: 'its reach is not known' }];
    assert.deepEqual(select([], { unbounded }), ['docs wanted: x.yaml changed: its reach is not known']);
  });

  it('are what the tests load', () => {
    const neededByTests = new Map([
      ['packages/web', [id('core')]],
      ['', [id('docs')]],
    ]);
    const expected = [
      'core needed: needed by the tests in packages/web',
      'docs needed: needed by the tests of this repository',
    ];
    assert.deepEqual(select([], { neededByTests }), expected);
    assert.deepEqual(select(changed('packages/ui/a.ts'), { neededByTests, request: { failed: true } }), expected);
  });

  it('are what was asked for', () => {
    assert.deepEqual(select([], { request: { targets: [id('ui'), id('missing')] } }), [
      'core needed: needed by ui',
      'ui wanted: asked for',
    ]);
    assert.deepEqual(select(changed('packages/docs/a'), { request: { all: true } }), [
      'core wanted: everything is asked for',
      'ui wanted: everything is asked for',
      'web wanted: everything is asked for',
      'docs wanted: packages/docs/a changed',
    ]);
  });
});

const sources: InputSources = {
  files: new Map([
    ['a.ts', 'h1'],
    ['b.ts', 'h2'],
  ]),
  command: 'tsc',
  environment: { A: '1' },
  outputs: ['dist/**'],
  tools: new Map([['node', 'node v24']]),
  platform: 'linux x64',
  needs: new Map([[id('core'), 'o1']]),
};

function state(
  more: { now?: Partial<InputSources>; last?: Partial<InputSources> | null; output?: string; lastOutput?: string } = {},
): TargetState {
  const inputs = inputsOf({ ...sources, ...more.now });
  const before = inputsOf({ ...sources, ...more.last });
  const last = {
    fingerprint: fingerprintOf(before),
    inputs: toRecord(before, more.lastOutput ?? 'out'),
    executionId: ExecutionId.parse('run-1'),
    finishedAt: 1,
    durationMs: 1,
  };
  const output = more.output ?? 'out';
  return {
    inputs,
    fingerprint: fingerprintOf(inputs),
    output,
    hasOutput: output !== '',
    last: more.last === null ? null : last,
  };
}

describe('fingerprints', () => {
  it('are the same for the same inputs, in whatever order', () => {
    const reversed = { ...sources, files: new Map([...sources.files].toReversed()) };
    assert.equal(fingerprintOf(inputsOf(reversed)), fingerprintOf(inputsOf(sources)));
    assert.match(fingerprintOf(inputsOf(sources)), /^[0-9a-f]{64}$/);
  });

  it('differ with every single input, and with nothing else', () => {
    const others: Partial<InputSources>[] = [
      { files: new Map([['a.ts', 'h1']]) },
      {
        files: new Map([
          ['a.ts', 'h1'],
          ['b.ts', 'h3'],
        ]),
      },
      {
        files: new Map([
          ['a.ts', 'h2'],
          ['b.ts', 'h1'],
        ]),
      },
      { command: 'tsc -b' },
      { environment: { A: '2' } },
      { environment: {} },
      { tools: new Map([['node', 'node v26']]) },
      { outputs: ['lib/**'] },
      { platform: 'darwin arm64' },
      { needs: new Map([[id('core'), 'o2']]) },
    ];
    const all = [sources, ...others.map((other) => ({ ...sources, ...other }))].map((each) =>
      fingerprintOf(inputsOf(each)),
    );
    assert.equal(new Set(all).size, all.length);
  });

  it('do not hold values of the environment, which may be secret', () => {
    assert.ok(
      !JSON.stringify([...inputsOf({ ...sources, environment: { TOKEN: 'very-secret' } })]).includes('very-secret'),
    );
  });

  it('are compared input by input', () => {
    const now: InputSources = {
      files: new Map([
        ['a.ts', 'h9'],
        ['c.ts', 'h3'],
      ]),
      command: 'tsc -b',
      environment: { B: '1' },
      outputs: ['dist/**'],
      tools: new Map([['node', 'node v26']]),
      platform: 'linux x64',
      needs: new Map([[id('core'), 'o2']]),
    };
    const { files, sentences } = differences(toRecord(inputsOf(sources), 'x'), inputsOf(now));
    assert.deepEqual(files, ['a.ts', 'b.ts', 'c.ts']);
    assert.deepEqual(sentences, [
      'a.ts changed',
      'b.ts is gone',
      'c.ts is new',
      'the command changed',
      'the environment variable A changed',
      'the environment variable B changed',
      'the output of core changed',
      'it runs on node v26, before it was node v24',
    ]);
  });

  it('tell outputs apart by path and content', () => {
    const hashes = [new Map([['a', '1']]), new Map([['b', '1']]), new Map([['a', '2']]), new Map<string, string>()].map(
      outputHash,
    );
    assert.equal(new Set(hashes).size, 4);
  });
});

function decide(
  states: Readonly<Record<string, TargetState>>,
  more: { kinds?: Readonly<Record<string, 'wanted' | 'needed'>>; isIncremental?: boolean } = {},
): string[] {
  const selected = new Map(
    Object.keys(states).map((name) => [id(name), { kind: more.kinds?.[name] ?? 'wanted', reason: 'because' } as const]),
  );
  const planned = decideBuilds({
    selected,
    targets,
    states: new Map(Object.entries(states).map(([name, each]) => [id(name), each])),
    isIncremental: more.isIncremental ?? true,
  });
  return planned.map(({ target: name, cached, reason }) => `${cached ? '=' : '+'} ${name}: ${reason}`);
}

const fresh = state();
const stale = state({ now: { command: 'tsc -b' } });

describe('what has to be built', () => {
  it('is not what still holds', () => {
    assert.deepEqual(decide({ core: fresh, ui: stale }), ['= core: unchanged since run-1', '+ ui: because']);
  });

  it('is perhaps what needs something that is built', () => {
    assert.deepEqual(decide({ core: stale, ui: fresh, web: fresh }), [
      '+ core: because',
      '+ ui: built again if core changes what it writes',
      '+ web: built again if ui changes what it writes',
    ]);
  });

  it('is what others need only where its last success does not hold', () => {
    assert.deepEqual(decide({ core: fresh, ui: stale }, { kinds: { core: 'needed', ui: 'needed' } }), [
      '+ ui: because, and the command changed',
    ]);
  });

  it('is everything when builds are not incremental', () => {
    assert.deepEqual(decide({ core: fresh, ui: fresh }, { isIncremental: false, kinds: { ui: 'needed' } }), [
      '+ core: because',
      '+ ui: because',
    ]);
  });

  it('is said with the first difference and how many more there are', () => {
    assert.equal(staleReason(state({ last: null })), 'it has not been built here yet');
    assert.equal(staleReason(state({ now: { files: new Map([['a.ts', 'x']]) } })), 'a.ts changed, and 1 more change');
    assert.equal(staleReason(state({ output: '' })), 'its output is missing');
    assert.equal(staleReason(state({ output: 'other' })), 'what it wrote was changed since');
  });
});
