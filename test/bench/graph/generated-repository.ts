// A generated repository of TypeScript packages, as large as a benchmark asks.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RepoPath } from '../../../agent/protocol/ids.ts';

export interface Repository {
  readonly root: string;
  readonly files: readonly RepoPath[];
}

const filesPerPackage = 500;

/** Packages of 500 TypeScript files, and of each so many test files, that import each other as packages do. */
export async function generateRepository(
  root: string,
  { packages, testsPerPackage = 0 }: { readonly packages: number; readonly testsPerPackage?: number },
): Promise<Repository> {
  const files: string[] = [];
  for (let index = 0; index < packages; index++) {
    const folder = `packages/p${index}`;
    const manifest = JSON.stringify({ name: `@bench/p${index}`, exports: './dist/index.js' });
    await write(root, `${folder}/package.json`, manifest, files);
    await write(
      root,
      `${folder}/tsconfig.json`,
      '{ "compilerOptions": { "outDir": "dist", "rootDir": "src", "paths": { "~/*": ["./src/*"] } } }',
      files,
    );
    for (let number = 0; number < filesPerPackage; number++)
      await write(root, fileOf(index, number), sourceOf(index, number), files);
    for (let number = 0; number < testsPerPackage; number++)
      await write(root, `${folder}/test/t${number}.test.ts`, testOf((number * 37) % filesPerPackage), files);
  }
  // The generator names them; they are all below the root, with forward slashes.
  return { root, files: files.toSorted() as RepoPath[] };
}

function testOf(number: number): string {
  const source = number === 0 ? 'index' : `d${number % 10}/m${number}`;
  return `import { f${number} } from '../src/${source}';\nit('counts', () => f${number}({ a: 1, b: 'x' }));\n`;
}

function fileOf(index: number, number: number): string {
  return `packages/p${index}/src/${number === 0 ? 'index' : `d${number % 10}/m${number}`}.ts`;
}

function sourceOf(index: number, number: number): string {
  const below = [1, 7, 31, 101].map((step) => number + step).filter((each) => each < filesPerPackage);
  const imports = below.map(
    (each) => `import { f${each}, type T${each} } from '${number === 0 ? '.' : '..'}/d${each % 10}/m${each}';`,
  );
  if (number % 50 === 49 && index > 0) imports.push(`import { f0 as other } from '@bench/p${index - 1}';`);
  if (number % 20 === 19) imports.push(`import { f2 as near } from '~/d2/m2';`);
  const body = Array.from({ length: 8 }, (_, each) => functionOf(number, each, below));
  return [
    ...imports,
    `/** Shape ${number}. */\nexport interface T${number} { a: number; b: string; c?: T${number}[] }`,
    ...body,
    '',
  ].join('\n');
}

function functionOf(number: number, each: number, below: readonly number[]): string {
  const calls = below.map((other) => `f${other}({ a: 1, b: 'x' } as never)`).join(' + ') || '0';
  return `// Step ${each}\nexport function f${number}${each === 0 ? '' : `_${each}`}(input: T${number}, count = ${each}): number {\n  let total = 0;\n  for (const item of input.c ?? []) {\n    if (item.a > count && item.b.length !== 0) total += item.a * 2 + ${calls};\n  }\n  return total / 2;\n}`;
}

async function write(root: string, file: string, text: string, files: string[]): Promise<void> {
  await mkdir(path.join(root, path.dirname(file)), { recursive: true });
  await writeFile(path.join(root, file), text);
  files.push(file);
}
