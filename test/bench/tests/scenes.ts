// Repositories that are made for the benchmark: one a framework, the same code and tests in each.
import { execaSync } from 'execa';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { installRunner } from '../../rig/test-runners.ts';

export interface Scene {
  readonly framework: 'vitest' | 'jest' | 'mocha' | 'pytest';
  /** Source of a module that answers `wrongBy` too much. */
  module(index: number, wrongBy: number): string;
  readonly moduleFile: (index: number) => string;
  readonly testFile: (index: number) => string;
  /** The plain runner on these files, in the folder of a repository; all files without. */
  command(files: readonly string[]): { readonly program: string; readonly args: readonly string[] };
  /** What it prints when a test has failed. */
  readonly failureMark: RegExp;
  /** The framework's own watch mode, where it has one that starts again by itself. */
  readonly watch?: { readonly args: readonly string[]; readonly idleMark: RegExp };
  create(root: string): Promise<void>;
}

export const modules = 24;
/** Test files that use every module. */
export const broadTests = 6;

const mochaFolder = path.dirname(createRequire(import.meta.url).resolve('mocha/package.json'));
const scriptModule = (exported: string) => (index: number, wrongBy: number) =>
  `${exported} (n) => n * ${index} + ${wrongBy};\n`;

export const scenes: readonly Scene[] = [
  {
    framework: 'vitest',
    module: scriptModule('export default'),
    moduleFile: (index) => `src/m${index}.js`,
    testFile: (index) => `test/m${index}.test.js`,
    command: (files) => ({
      program: 'node',
      args: ['node_modules/vitest/vitest.mjs', 'run', '--reporter=verbose', ...files],
    }),
    failureMark: /^ *(?:×|✗|❯|FAIL).*m\d+/m,
    watch: { args: ['node_modules/vitest/vitest.mjs', 'watch', '--reporter=verbose'], idleMark: /^ +Duration .*$/m },
    create: async (root) => {
      await link(root, await installRunner('vitest', '4'));
      await writeScripts(root, {
        test: 'vitest run',
        isModule: true,
        head: `import { describe, expect, it } from 'vitest';`,
      });
    },
  },
  {
    framework: 'jest',
    module: scriptModule('module.exports ='),
    moduleFile: (index) => `src/m${index}.js`,
    testFile: (index) => `test/m${index}.test.js`,
    command: (files) => ({ program: 'node', args: ['node_modules/jest/bin/jest.js', ...files] }),
    failureMark: /^FAIL /m,
    create: async (root) => {
      await link(root, await installRunner('jest', '30'));
      await writeScripts(root, { test: 'jest', isModule: false, head: '' });
    },
  },
  {
    framework: 'mocha',
    module: scriptModule('module.exports ='),
    moduleFile: (index) => `src/m${index}.js`,
    testFile: (index) => `test/m${index}.js`,
    command: (files) => ({ program: 'node', args: ['node_modules/mocha/bin/mocha.js', ...files] }),
    failureMark: /^ +1\) /m,
    create: async (root) => {
      await mkdir(path.join(root, 'node_modules'), { recursive: true });
      await symlink(mochaFolder, path.join(root, 'node_modules/mocha'), 'dir');
      const head = `const assert = require('assert');\nconst expect = (value) => ({ toBe: (other) => assert.equal(value, other) });`;
      await writeScripts(root, { test: 'mocha', isModule: false, head, suffix: '.js' });
    },
  },
  {
    framework: 'pytest',
    module: (index, wrongBy) => `def value(n):\n    return n * ${index} + ${wrongBy}\n`,
    moduleFile: (index) => `m${index}.py`,
    testFile: (index) => `tests/test_m${index}.py`,
    command: (files) => ({ program: 'python3', args: ['-m', 'pytest', '-v', '-p', 'no:cacheprovider', ...files] }),
    failureMark: /FAILED/,
    create: writePython,
  },
];

async function link(root: string, folder: string): Promise<void> {
  await symlink(folder, path.join(root, 'node_modules'), 'dir');
}

interface Scripts {
  readonly test: string;
  readonly isModule: boolean;
  readonly head: string;
  readonly suffix?: string;
}

async function writeScripts(root: string, { test, isModule, head, suffix = '.test.js' }: Scripts): Promise<void> {
  const make = scriptModule(isModule ? 'export default' : 'module.exports =');
  const load = (index: number) =>
    isModule ? `import m${index} from '../src/m${index}.js';` : `const m${index} = require('../src/m${index}.js');`;
  const files: Record<string, string> = {
    'package.json': JSON.stringify({ name: 'bench', scripts: { test }, ...(isModule ? { type: 'module' } : {}) }),
    '.gitignore': 'node_modules\n',
  };
  for (const index of indices(modules)) {
    files[`src/m${index}.js`] = make(index, 0);
    const cases = indices(10).map((n) => `  it('times ${n}', () => expect(m${index}(${n})).toBe(${n * index}));`);
    files[`test/m${index}${suffix}`] = [head, load(index), `describe('m${index}', () => {`, ...cases, '});', ''].join(
      '\n',
    );
  }
  for (const index of indices(broadTests)) {
    const names = indices(modules).map((each) => `m${each}`);
    const body = `describe('broad ${index}', () => { it('calls all', () => { for (const each of [${names.join(', ')}]) expect(typeof each(1)).toBe('number'); }); });`;
    files[`test/broad${index}${suffix}`] = [head, ...indices(modules).map(load), body, ''].join('\n');
  }
  await writeAll(root, files);
}

async function writePython(root: string): Promise<void> {
  const files: Record<string, string> = { 'pytest.ini': '[pytest]\npythonpath = .\n', '.gitignore': '__pycache__\n' };
  for (const index of indices(modules)) {
    files[`m${index}.py`] = `def value(n):\n    return n * ${index} + 0\n`;
    const cases = indices(10).map((n) => `def test_times_${n}():\n    assert value(${n}) == ${n * index}\n`);
    files[`tests/test_m${index}.py`] = [`from m${index} import value`, '', ...cases].join('\n');
  }
  for (const index of indices(broadTests)) {
    const imports = indices(modules).map((each) => `import m${each}`);
    const calls = indices(modules).map((each) => `    assert isinstance(m${each}.value(1), int)`);
    files[`tests/test_broad_${index}.py`] = [...imports, '', 'def test_all():', ...calls, ''].join('\n');
  }
  await writeAll(root, files);
}

function indices(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

async function writeAll(root: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), text);
  }
  const git = (...args: string[]) =>
    execaSync('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@example.com', ...args], { cwd: root });
  git('init', '-q');
  git('add', '-A');
  git('commit', '-q', '-m', 'Start');
}
