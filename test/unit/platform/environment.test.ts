import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findExecutable, userEnvironment, withPathFirst } from '../../../agent/platform/environment.ts';

describe('userEnvironment', () => {
  it('keeps what is the user’s', () => {
    const env = { PATH: '/usr/bin', HOME: '/home/u', NODE_OPTIONS: '--trace-warnings', NO_COLOR: '1', NODE: '18' };
    assert.deepEqual(userEnvironment(env), env);
  });

  it('drops what our bootstrap, the editor, a git hook and a test runner set', () => {
    const env = {
      HOME: '/home/u',
      NOODLE_TEST_AI_SELECTION: 'false',
      ELECTRON_RUN_AS_NODE: '1',
      VSCODE_IPC_HOOK: '/tmp/x',
      GIT_INDEX_FILE: '.git/index.lock',
      GIT_AUTHOR_NAME: 'kept',
      NODE_TEST_CONTEXT: 'child-v8',
      NODE_CHANNEL_FD: '3',
      UNSET: undefined,
    };
    assert.deepEqual(userEnvironment(env), { HOME: '/home/u', GIT_AUTHOR_NAME: 'kept' });
  });

  it('gives back PATH and NODE_OPTIONS as they were before our bootstrap', () => {
    const env = {
      PATH: '/ours:/usr/bin',
      NOODLE_ORIGINAL_PATH: '/usr/bin',
      NODE_OPTIONS: '--ours',
      NOODLE_ORIGINAL_NODE_OPTIONS: '',
    };
    assert.deepEqual(userEnvironment(env), { PATH: '/usr/bin' });
  });

  it('drops what npm set when npm started us, and nothing else', () => {
    const env = {
      PATH: '/p/node_modules/.bin:/node_modules/.bin:/x/node-gyp-bin:/usr/bin:/home/u/node_modules/.bin',
      npm_lifecycle_event: 'start',
      npm_config_registry: 'r',
      npm_package_name: 'p',
      INIT_CWD: '/p',
      NODE: '/usr/bin/node',
      NPM_CONFIG_CACHE: '/c',
    };
    assert.deepEqual(userEnvironment(env), { PATH: '/usr/bin:/home/u/node_modules/.bin', NPM_CONFIG_CACHE: '/c' });
  });

  it("keeps the user's own npm settings when npm did not start us", () => {
    assert.deepEqual(userEnvironment({ npm_config_registry: 'r', npm_package_name: 'p' }), {
      npm_config_registry: 'r',
    });
  });
});

describe('findExecutable', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'noodle-path-'));
    await mkdir(path.join(folder, 'first/tool'), { recursive: true });
    await mkdir(path.join(folder, 'second'));
    await writeFile(path.join(folder, 'second/tool'), '');
    await writeFile(path.join(folder, 'second/plain'), '');
    await chmod(path.join(folder, 'second/tool'), 0o755);
  });
  after(() => rm(folder, { recursive: true }));

  it('takes the first executable file of PATH, folders and plain files passed over', () => {
    const env = { PATH: ['first', 'second'].map((name) => path.join(folder, name)).join(path.delimiter) };
    assert.equal(findExecutable('tool', env), path.join(folder, 'second/tool'));
    assert.equal(findExecutable('plain', env), null);
    assert.equal(findExecutable('missing', env), null);
  });

  it('takes an absolute path as it is', () => {
    assert.equal(findExecutable(path.join(folder, 'second/tool'), {}), path.join(folder, 'second/tool'));
  });

  it('never looks below the working folder', () => {
    assert.equal(findExecutable('second/tool', { PATH: folder }), null);
    assert.equal(findExecutable('tool', { PATH: `.${path.delimiter}second` }), null);
  });
});

describe('withPathFirst', () => {
  it('puts folders before PATH, and makes one where there was none', () => {
    assert.deepEqual(withPathFirst({ PATH: '/b', A: '1' }, ['/a']), { PATH: `/a${path.delimiter}/b`, A: '1' });
    assert.deepEqual(withPathFirst({}, ['/a']), { PATH: '/a' });
  });
});
