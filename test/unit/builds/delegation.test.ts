import assert from 'node:assert/strict';
import { delegationOf } from '../../../agent/builds/delegation.ts';

function kind(build: string, more: Readonly<Record<string, string>> = {}): string {
  return delegationOf(build, { build, ...more });
}

describe('a root build script', () => {
  for (const script of [
    'npm run build --workspaces',
    'npm run build -ws --if-present',
    'npm -ws run build',
    'npm run build --workspace=packages/core && npm run build -w web',
    'turbo run build',
    'npx turbo build --filter=...',
    'cross-env NODE_ENV=production nx run-many -t build',
    'lerna run build --stream',
    'pnpm -r build',
    'pnpm --filter "./packages/*" build',
    'yarn workspaces foreach -A run build',
    'tsc -b',
    'rimraf dist && tsc --build --verbose',
  ]) {
    it(`only has its workspaces built: ${script}`, () => assert.equal(kind(script), 'all'));
  }

  for (const script of [
    'rollup -c',
    'node scripts/build.js',
    'tsc -p .',
    'npm run missing',
    'vite build',
    'npm install',
  ]) {
    it(`builds by itself: ${script}`, () => assert.equal(kind(script), 'none'));
  }

  it('may do both', () => {
    assert.equal(kind('turbo run build && node scripts/post.js'), 'part');
    assert.equal(kind('tsc -b && esbuild src/index.ts --outfile=dist/index.js'), 'part');
  });

  it('is followed through the scripts that it runs', () => {
    assert.equal(
      kind('npm run clean && npm run build:all', { clean: 'rm -rf dist', 'build:all': 'pnpm -r run build' }),
      'all',
    );
    assert.equal(
      kind('run-s clean build:*', { clean: 'rimraf dist', 'build:a': 'turbo build', 'build:b': 'vite build' }),
      'part',
    );
    assert.equal(kind('yarn compile', { compile: 'tsc -b' }), 'all');
    assert.equal(kind('npm-run-all "build:*"', { 'build:a': 'vite build' }), 'none');
  });

  it('may run itself without end', () => {
    assert.equal(kind('npm run again', { again: 'npm run build' }), 'none');
  });
});
