import assert from 'node:assert/strict';
import { invocationsOf } from '../../../agent/tests/scripts/invocations.ts';
import { parseManifest } from '../../../agent/tests/scripts/manifest.ts';

/** What the script `test` starts, as `VARIABLES flags-of-node program arguments`. */
function started(scripts: Record<string, string>, more: Record<string, unknown> = {}, folder = ''): string[] {
  const manifest = parseManifest(JSON.stringify({ scripts, ...more }));
  const source = { manifest: (at: string) => (at === folder ? manifest : null), environment: {} };
  return invocationsOf(source, folder, 'test').map((each) => {
    const variables = Object.entries(each.environment).map(([name, value]) => `${name}=${value}`);
    const place = each.folder === folder ? [] : [`(in ${each.folder})`];
    return [...place, ...variables, ...each.nodeArguments, each.program, ...each.args.map((word) => word.text)].join(
      ' ',
    );
  });
}

describe('invocationsOf', () => {
  it('reads a runner with its arguments', () => {
    assert.deepEqual(started({ test: 'mocha --require test/support/env --check-leaks test/ test/acceptance/' }), [
      'mocha --require test/support/env --check-leaks test/ test/acceptance/',
    ]);
  });

  it('follows npm, pnpm, yarn and bun to other scripts, with their arguments', () => {
    const scripts = { unit: 'jest', 'test:a': 'vitest run', b: 'mocha' };
    assert.deepEqual(started({ ...scripts, test: 'npm run lint && npm run unit -- --runInBand' }), [
      'jest --runInBand',
    ]);
    assert.deepEqual(started({ ...scripts, test: 'pnpm unit --ci && pnpm run b && yarn test:a && bun run unit' }), [
      'jest --ci',
      'mocha',
      'vitest run',
      'jest',
    ]);
    assert.deepEqual(started({ ...scripts, test: 'npm run --silent unit' }), ['jest']);
  });

  it('takes all scripts that an expression of pnpm matches', () => {
    assert.deepEqual(started({ test: 'pnpm run "/^test:.*/"', 'test:spec': 'vitest run', 'test:lint': 'eslint .' }), [
      'vitest run',
      'eslint .',
    ]);
  });

  it('knows npm-run-all, run-s, run-p and concurrently with their patterns', () => {
    const scripts = { 'test:unit': 'mocha a', 'test:web': 'vitest', 'test:web:all': 'jest' };
    assert.deepEqual(started({ ...scripts, test: 'npm-run-all --parallel test:*' }), ['mocha a', 'vitest']);
    assert.deepEqual(started({ ...scripts, test: 'run-s test:unit' }), ['mocha a']);
    assert.deepEqual(started({ ...scripts, test: 'run-p "test:**"' }), ['mocha a', 'vitest', 'jest']);
    assert.deepEqual(started({ ...scripts, test: 'concurrently -n a,b "npm:test:unit" "jest --ci"' }), [
      'mocha a',
      'jest --ci',
    ]);
  });

  it('takes wrappers off: cross-env, env, npx, c8, nyc', () => {
    assert.deepEqual(started({ test: 'cross-env NODE_ENV=test TZ=UTC jest' }), ['NODE_ENV=test TZ=UTC jest']);
    assert.deepEqual(started({ test: 'NODE_OPTIONS=--experimental-vm-modules npx jest' }), [
      'NODE_OPTIONS=--experimental-vm-modules jest',
    ]);
    assert.deepEqual(started({ test: 'nyc --reporter lcov --reporter=text mocha --bail' }), ['mocha --bail']);
    assert.deepEqual(started({ test: 'c8 --100 node --test' }), ['--test node']);
    assert.deepEqual(started({ test: 'c8 -r html npm run u', u: 'mocha' }), ['mocha']);
  });

  it('keeps the flags of node apart from the runner', () => {
    assert.deepEqual(started({ test: 'node --experimental-vm-modules node_modules/jest/bin/jest.js --ci' }), [
      '--experimental-vm-modules jest --ci',
    ]);
    assert.deepEqual(started({ test: 'node -r ts-node/register ./node_modules/.bin/mocha x' }), [
      '-r ts-node/register mocha x',
    ]);
    assert.deepEqual(started({ test: 'node --import tsx --test "test/**/*.test.ts"' }), [
      '--import tsx --test node test/**/*.test.ts',
    ]);
    assert.deepEqual(started({ test: 'tsx --test' }), ['--import tsx --test node']);
    assert.deepEqual(started({ test: 'node test/index.js --fast' }), ['node test/index.js --fast']);
  });

  it('follows cd and --prefix to other folders', () => {
    assert.deepEqual(started({ test: 'cd packages/a && mocha' }), ['(in packages/a) mocha']);
    assert.deepEqual(started({ test: 'cd .. && mocha' }, {}, 'packages/a'), ['(in packages) mocha']);
  });

  it('leaves other packages to themselves', () => {
    assert.deepEqual(
      started({ test: 'pnpm -r test && npm test --workspaces && yarn workspaces run test && pnpm --filter a test' }),
      [],
    );
  });

  it('reads wireit', () => {
    const wireit = {
      test: { command: 'mocha x', dependencies: ['unit', { script: 'build' }] },
      unit: { command: 'vitest run' },
    };
    assert.deepEqual(started({ test: 'wireit', unit: 'wireit', build: 'tsc' }, { wireit }), [
      'vitest run',
      'tsc',
      'mocha x',
    ]);
  });

  it('ends on scripts that call each other', () => {
    assert.deepEqual(started({ test: 'npm run a', a: 'npm test && mocha' }), ['mocha']);
  });
});
