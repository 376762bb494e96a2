import assert from 'node:assert/strict';
import { chmod, symlink } from 'node:fs/promises';
import path from 'node:path';
import { systemClock, type Clock } from '../../../agent/platform/clock.ts';
import { createGit, findGit } from '../../../agent/workspace/git.ts';
import { rememberWorkTree } from '../../../agent/workspace/git-changes.ts';
import type { GitSource } from '../../../agent/workspace/git-diff.ts';
import { linesOfOneEdit } from '../../../agent/workspace/plain-edit.ts';
import { Chance } from '../../rig/generated-series.ts';
import { GitRig } from '../../rig/git-rig.ts';
import { WorkspaceRig } from './open-rig.ts';

const lines = Array.from({ length: 10 }, (_, index) => `line ${index + 1}\n`).join('');

/** What people and their tools do to a work tree, one after the other. */
const deeds: readonly [string, (repository: GitRig) => Promise<unknown>][] = [
  ['edit', (repository) => repository.write({ 'a.ts': lines.replace('line 3\n', 'changed\n') })],
  ['edit the same file again', (repository) => repository.write({ 'a.ts': lines.replace('line 7\n', 'changed\n') })],
  ['edit another', (repository) => repository.write({ 'src/b.ts': `first\n${lines}` })],
  ['take an edit back', (repository) => repository.write({ 'a.ts': lines })],
  ['save without a change', (repository) => repository.write({ 'c.ts': lines })],
  ['make a file', (repository) => repository.write({ 'src/new.ts': 'one\n' })],
  ['edit a new file', (repository) => repository.write({ 'src/new.ts': 'one\ntwo\n' })],
  ['stage it', (repository) => repository.git('add', 'src/new.ts')],
  ['edit what is staged', (repository) => repository.write({ 'src/new.ts': 'one\ntwo\nthree\n' })],
  ['unstage it', (repository) => repository.git('reset', '-q')],
  ['delete', (repository) => repository.remove('c.ts')],
  ['move', (repository) => repository.rename('d.ts', 'src/d.ts')],
  ['edit what was moved', (repository) => repository.write({ 'src/d.ts': `${lines}last\n` })],
  [
    'turn a link elsewhere',
    async (repository) => {
      await repository.remove('link');
      await symlink('src/b.ts', repository.path('link'));
    },
  ],
  ['remove a link', (repository) => repository.remove('link')],
  ['make executable', (repository) => chmod(repository.path('a.ts'), 0o755)],
  [
    'a file becomes a folder',
    async (repository) => {
      await repository.remove('a.ts');
      await repository.write({ 'a.ts/index.ts': 'x\n' });
    },
  ],
  ['ignore', (repository) => repository.write({ '.gitignore': 'src/new.ts\n' })],
  ['look otherwise at line ends', (repository) => repository.write({ '.gitattributes': '*.ts -text\n' })],
  ['convert line ends', (repository) => repository.write({ '.gitattributes': '*.ts text eol=crlf\n' })],
  ['write converted line ends', (repository) => repository.write({ 'src/b.ts': lines.replaceAll('\n', '\r\n') })],
  ['edit in two places', (repository) => repository.write({ 'src/d.ts': `0\n${lines.replace('5', 'five')}` })],
  ['commit', (repository) => repository.commit('Next')],
  ['repeat a line', (repository) => repository.write({ 'src/d.ts': `line 1\n${lines}` })],
  ['leave the last line without an end', (repository) => repository.write({ 'src/d.ts': `${lines}last` })],
  ['write no text', (repository) => repository.write({ 'src/d.ts': `a\0b${lines}` })],
  ['write nothing', (repository) => repository.write({ 'src/d.ts': '' })],
  ['let git overlook a file', (repository) => repository.git('update-index', '--assume-unchanged', 'src/b.ts')],
  ['edit what is overlooked', (repository) => repository.write({ 'src/b.ts': 'overlooked\n' })],
  ['let git look again', (repository) => repository.git('update-index', '--no-assume-unchanged', 'src/b.ts')],
  ['edit what was overlooked', (repository) => repository.write({ 'src/b.ts': 'seen\n' })],
  ['edit after a commit', (repository) => repository.write({ 'src/b.ts': lines })],
  ['go back', (repository) => repository.git('checkout', '-q', 'HEAD^', '--', 'c.ts')],
  ['forget a file', (repository) => repository.git('rm', '-q', '--cached', 'src/b.ts')],
  ['edit what git has forgotten', (repository) => repository.write({ 'src/b.ts': 'other\n' })],
  ['throw all away', (repository) => repository.git('reset', '-q', '--hard')],
];

describe('the remembered difference of the work tree', () => {
  it('is what git tells of the whole, whatever happens', async () => {
    await using repository = await GitRig.create({ 'a.ts': lines, 'src/b.ts': lines, 'c.ts': lines, 'd.ts': lines });
    await symlink('a.ts', repository.path('link'));
    await repository.commit('Link');
    await using watched = await WorkspaceRig.open(repository.root);
    await watched.workspace.watch();
    await using fresh = await WorkspaceRig.open(repository.root);
    for (const [deed, act] of deeds) {
      await act(repository);
      for (const base of [undefined, 'HEAD'])
        assert.deepEqual(
          await watched.changes(base),
          await fresh.changes(base),
          `after: ${deed} (${base ?? 'no base'})`,
        );
    }
  });

  it('asks git about the touched file alone, and of nothing when nothing was touched', async () => {
    await using repository = await GitRig.create({ 'a.ts': lines, 'b.ts': lines });
    const asked: string[][] = [];
    const memory = rememberWorkTree(countingSource(repository.root, asked));
    const commit = await repository.head();
    const paths = async () => {
      const found = await memory.difference(commit);
      if (!found.ok) throw new Error(found.failure.message);
      return found.value.entries.map((entry) => entry.path).toSorted();
    };
    await repository.write({ 'a.ts': 'changed\n' });
    assert.deepEqual(await paths(), ['a.ts']);
    asked.length = 0;
    assert.deepEqual(await paths(), ['a.ts']);
    assert.equal(asked.length, 0);
    await repository.write({ 'b.ts': 'changed\n' });
    memory.touch(['b.ts']);
    assert.deepEqual(await paths(), ['a.ts', 'b.ts']);
    assert.deepEqual(
      asked.map((args) => [args[0], args.slice(args.indexOf('--') + 1)]),
      [['diff', [':(top,literal)b.ts']]],
    );
    await repository.write({ 'new.ts': 'x\n' });
    assert.deepEqual(await paths(), ['a.ts', 'b.ts'], 'what nobody tells of is not looked for');
    memory.touch(null);
    assert.deepEqual(await paths(), ['a.ts', 'b.ts', 'new.ts']);
  });
});

describe('plain edits', () => {
  it('are told without a process of git that was not there', async () => {
    await using repository = await GitRig.create({ 'a.ts': lines, 'deep/b.ts': lines });
    const asked: string[][] = [];
    const source = countingSource(repository.root, asked, systemClock);
    const memory = rememberWorkTree(source);
    const commit = await repository.head();
    await memory.difference(commit);
    asked.length = 0;
    await repository.write({ 'a.ts': lines.replace('line 4\n', 'one\ntwo\n'), 'deep/b.ts': `${lines}last\n` });
    memory.touch(['a.ts', 'deep/b.ts']);
    const found = await memory.difference(commit);
    assert.ok(found.ok);
    assert.deepEqual(
      found.value.entries.map(({ path: file, lines: changed }) => [file, changed]),
      [
        ['a.ts', [[4, 5]]],
        ['deep/b.ts', [[11, 11]]],
      ],
    );
    assert.deepEqual(asked, []);
    source.git.dispose();
  });

  it('have the lines that git would tell, or are left to it', async () => {
    await using repository = await GitRig.create({ 'a.txt': '' });
    const chance = new Chance(7);
    const below = (limit: number) => Math.floor(chance.uniform() * limit);
    const text = (length: number) =>
      Array.from({ length }, () => `${below(5)}${below(4) === 0 ? '\r' : ''}\n`).join('');
    let told = 0;
    for (let round = 0; round < 60; round++) {
      const [head, tail] = [text(below(6)), text(below(6))];
      const before = head + text(below(4)) + tail;
      const after = head + text(below(4)) + tail + (below(6) === 0 ? 'open' : '');
      const lines = linesOfOneEdit(before, after);
      if (lines === null || before === after) continue;
      told += 1;
      await repository.write({ 'before.txt': before, 'after.txt': after });
      assert.deepEqual(lines, await linesOfGit(repository), JSON.stringify([before, after]));
    }
    assert.ok(told >= 15, `${told} were told`);
  });
});

async function linesOfGit(repository: GitRig): Promise<(readonly [number, number])[]> {
  const git = createGit({ executable: findGit(process.env) ?? '', root: repository.root, environment: process.env });
  const { stdout } = await git.run(['diff', '--no-index', '-U0', '--', 'before.txt', 'after.txt']);
  return [...stdout.matchAll(/^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@/gm)].flatMap(([, start = '', count = '1']) =>
    count === '0' ? [] : [[Number(start), Number(start) + Number(count) - 1] as const],
  );
}

function countingSource(root: string, asked: string[][], clock?: Clock): GitSource {
  const executable = findGit(process.env);
  if (executable === null) throw new Error('git is missing');
  const git = createGit({ executable, root, environment: process.env, ...(clock === undefined ? {} : { clock }) });
  const directory = path.join(root, '.git');
  return {
    git: {
      ...(git.objects === undefined ? {} : { objects: git.objects }),
      run(args, call) {
        asked.push([...args]);
        return git.run(args, call);
      },
      dispose: () => git.dispose(),
    },
    root,
    stateDirectory: path.join(directory, 'noodle'),
    directories: { directory, commonDirectory: directory },
  };
}
