import assert from 'node:assert/strict';
import { TargetId } from '../../../agent/protocol/ids.ts';
import { CommandRig } from '../../rig/command-rig.ts';
import { aTarget } from '../../rig/recorded.ts';

const core = aTarget('@shop/core');
const targets = [
  core,
  aTarget('@shop/web', { needs: [core.id] }),
  aTarget('@shop/docs', { needs: [core.id] }),
  aTarget('cmake:root', {
    kind: 'cmake',
    automatic: false,
    command: 'cmake -S .',
    missingTool: 'cmake is not installed: see https://cmake.org',
  }),
];

async function shown(...argv: readonly string[]): Promise<{ readonly code: number; readonly lines: string[] }> {
  const rig = new CommandRig({ listTargets: () => ({ targets, problems: [] }) });
  const code = await rig.run('targets', ...argv);
  return { code, lines: rig.lines() };
}

describe('noodle targets', () => {
  it('lists what there is to build, what it needs, and which tool is missing', async () => {
    assert.deepEqual(await shown(), {
      code: 0,
      lines: [
        '  @shop/core  npm  npm run build',
        '  @shop/web   npm  npm run build   needs @shop/core',
        '  @shop/docs  npm  npm run build   needs @shop/core',
        '· cmake:root  cmake  cmake -S .',
        '              cmake is not installed: see https://cmake.org',
        '4 targets; those with · are built only when asked for: noodle build <target>',
      ],
    });
    const [json = ''] = (await shown('list', '--json')).lines;
    assert.deepEqual(JSON.parse(json), { targets, problems: [] });
  });

  it('shows the graph as a tree, as JSON and for Graphviz', async () => {
    assert.deepEqual((await shown('graph')).lines, [
      '@shop/web',
      '└─ @shop/core',
      '@shop/docs',
      '└─ @shop/core',
      'cmake:root',
    ]);
    const [json = ''] = (await shown('graph', '--json')).lines;
    const edges: unknown = JSON.parse(json);
    assert.deepEqual(typeof edges === 'object' && edges !== null && 'edges' in edges ? edges.edges : null, [
      ['@shop/web', '@shop/core'],
      ['@shop/docs', '@shop/core'],
    ]);
    assert.deepEqual((await shown('graph', '--dot')).lines, [
      'digraph targets {',
      '  rankdir=LR;',
      '  "@shop/core";',
      '  "@shop/web";',
      '  "@shop/docs";',
      '  "cmake:root" [style=dashed];',
      '  "@shop/core" -> "@shop/web";',
      '  "@shop/core" -> "@shop/docs";',
      '}',
    ]);
  });

  it('says what it expects instead of another word', async () => {
    assert.deepEqual(await shown('tree'), {
      code: 2,
      lines: ["noodle: noodle targets: found 'tree', expected list or graph"],
    });
    assert.deepEqual(await shown('list', '--dot'), {
      code: 2,
      lines: ['noodle: noodle targets list: --dot is for noodle targets graph'],
    });
  });
});

describe('noodle build', () => {
  it('names the nearest target where there is none of that name', async () => {
    const rig = new CommandRig({ listTargets: () => ({ targets, problems: [] }) });
    assert.equal(await rig.run('build', '@shop/cor'), 2);
    assert.match(rig.lines()[0] ?? '', /there is no target '@shop\/cor'; did you mean '@shop\/core'\?/);
  });

  it('asks for builds alone: of the named targets, of what changed, or of everything', async () => {
    const asked: unknown[] = [];
    const rig = new CommandRig({
      listTargets: () => ({ targets, problems: [] }),
      startRun: (request: unknown) => {
        asked.push(request);
        throw new Error('enough is known');
      },
    });
    for (const argv of [['core', 'cmake:root'], [], ['--all', '--base', 'HEAD~1']])
      await rig.run('build', ...argv).catch(() => {});
    assert.deepEqual(asked, [
      { buildsOnly: true, targets: [core.id, TargetId.parse('cmake:root')], trigger: 'command' },
      { buildsOnly: true, trigger: 'command' },
      { buildsOnly: true, base: 'HEAD~1', all: true, trigger: 'command' },
    ]);
  });
});
