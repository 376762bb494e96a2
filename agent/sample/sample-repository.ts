// A small monorepo to try Noodle on: two TypeScript packages, one Python package, a history, and a change that breaks it.
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { brokenDiscount } from './core-files.ts';
import { commitAll, startRepository } from './git-history.ts';
import { history } from './history.ts';

/** The file that is changed and not committed, from the repository's root. */
export const changedFile = 'packages/core/src/discount.ts';

/** What the change breaks: `total of a cart with a coupon`, in core itself and, through its build, in web. */
export const failingTests: readonly string[] = ['cart > applies the discount', 'checkout > shows what a coupon saves'];

/**
 * Makes the sample in `folder`, which is created or must be empty. Its history is the same every time, commit by commit.
 * `packages` is a node_modules folder with mocha, typescript and esbuild: they are linked, nothing is installed.
 */
export async function createSampleRepository(folder: string, packages: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await startRepository(folder);
  for (const commit of history) {
    await writeFiles(folder, commit.files);
    await commitAll(folder, commit.message, commit.at);
  }
  await linkPackages(folder, packages);
  await writeFiles(folder, { [changedFile]: brokenDiscount });
}

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [file, content] of Object.entries(files)) {
    await mkdir(path.join(folder, path.dirname(file)), { recursive: true });
    await writeFile(path.join(folder, file), content);
  }
}

/** What `npm install` would leave behind, without a network. */
async function linkPackages(folder: string, packages: string): Promise<void> {
  const target = path.join(folder, 'node_modules');
  await mkdir(path.join(target, '.bin'), { recursive: true });
  await mkdir(path.join(target, '@corner-shop'));
  for (const name of ['mocha', 'typescript', 'esbuild']) {
    await symlink(path.join(packages, name), path.join(target, name), 'junction');
  }
  for (const name of ['core', 'web']) {
    await symlink(path.join(folder, 'packages', name), path.join(target, '@corner-shop', name), 'junction');
  }
  await linkCommand(target, 'mocha', 'mocha/bin/mocha.js');
  await linkCommand(target, 'tsc', 'typescript/bin/tsc');
}

async function linkCommand(modules: string, name: string, script: string): Promise<void> {
  const command = path.join(modules, '.bin', name);
  if (process.platform !== 'win32') return symlink(path.join('..', script), command);
  await writeFile(`${command}.cmd`, `@node "%~dp0\\..\\${script.replaceAll('/', '\\')}" %*\r\n`);
}
