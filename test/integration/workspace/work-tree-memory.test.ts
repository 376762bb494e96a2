import assert from 'node:assert/strict';
import { chmod, symlink } from 'node:fs/promises';
import path from 'node:path';
import { createGit, findGit } from '../../../agent/workspace/git.ts';
import { rememberWorkTree } from '../../../agent/workspace/git-changes.ts';
import type { GitSource } from '../../../agent/workspace/git-diff.ts';
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
  ['commit', (repository) => repository.commit('Next')],
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

function countingSource(root: string, asked: string[][]): GitSource {
  const executable = findGit(process.env);
  if (executable === null) throw new Error('git is missing');
  const git = createGit({ executable, root, environment: process.env });
  const directory = path.join(root, '.git');
  return {
    git: {
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
