// The test frameworks that there is an adapter for.
import type { Framework } from '../protocol/test.ts';
import type { TestAdapter } from './adapter.ts';
import { cargoAdapter } from './adapters/cargo.ts';
import { ctestAdapter } from './adapters/ctest.ts';
import { genericAdapter } from './adapters/generic.ts';
import { goAdapter } from './adapters/go.ts';
import { jestAdapter } from './adapters/jest.ts';
import { junitAdapter } from './adapters/junit.ts';
import { mochaAdapter } from './adapters/mocha.ts';
import { nodeTestAdapter } from './adapters/node-test.ts';
import { playwrightAdapter } from './adapters/playwright.ts';
import { pytestAdapter } from './adapters/pytest.ts';
import { unittestAdapter } from './adapters/unittest.ts';
import { vitestAdapter } from './adapters/vitest.ts';

/** In the order in which projects of one folder are shown. */
export const adapters: readonly TestAdapter[] = [
  vitestAdapter,
  jestAdapter,
  mochaAdapter,
  nodeTestAdapter,
  pytestAdapter,
  unittestAdapter,
  playwrightAdapter,
  goAdapter,
  cargoAdapter,
  ctestAdapter,
  junitAdapter,
  genericAdapter,
];

export function adapterOf(framework: Framework): TestAdapter {
  const found = adapters.find((adapter) => adapter.framework === framework);
  if (found === undefined) throw new Error(`no adapter for ${framework}`);
  return found;
}
