import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { TestId } from '../../../agent/protocol/ids.ts';
import { prepareBrowser } from '../../e2e/environment/browser.ts';
import { MissingError } from '../../e2e/environment/missing.ts';
import { installRunner } from '../../rig/test-runners.ts';
import { TestsRig } from '../../rig/tests-rig.ts';

const header = `import { test, expect } from '@playwright/test';\n`;

describe('Playwright Test', function () {
  this.timeout(300_000);
  let modules = '';
  let browser = '';

  before(async function () {
    try {
      browser = prepareBrowser(() => {});
    } catch (error) {
      if (!(error instanceof MissingError)) throw error;
      process.stdout.write(`skipped: ${error.message}\n`);
      this.skip();
    }
    modules = await installRunner('@playwright/test', '1.65.1');
  });

  const create = (files: Record<string, string>, more = '') =>
    TestsRig.create({
      files: {
        '.gitignore': 'node_modules\ntest-results\n',
        'package.json': '{"private":true}',
        'playwright.config.ts': `import { defineConfig } from '@playwright/test';
export default defineConfig({ testDir: 'e2e', workers: 1, ${more}
  use: { browserName: 'chromium', launchOptions: { executablePath: ${JSON.stringify(browser)}, args: ['--no-sandbox'] } } });`,
        ...files,
      },
      modules,
    });

  it('tells each test when its last try has ended, with what it left', async () => {
    await using rig = await create(
      {
        'e2e/page.spec.ts': `${header}test.describe('cart', () => {
  test('shows "its" title', async ({ page }) => { await page.setContent('<title>Hello</title>'); console.log('looking'); await expect(page).toHaveTitle('Hello'); });
  test('total', async ({}, info) => { await info.attach('log', { path: 'package.json' }); expect(100).toBe(90); });
  test('tries again', async ({}, info) => { expect(info.retry).toBe(1); });
  test.skip('later', async () => {});
  test.fixme('some day', async () => {});
  test('must fail', async () => { test.fail(); expect(1).toBe(2); });
  test('hangs', async () => { test.setTimeout(200); await new Promise(() => {}); });
  test('exits', async () => { process.exit(0); });
});
`,
        'e2e/bad.spec.ts': `${header}nope(`,
      },
      'retries: 1,',
    );
    const { lines, results } = await rig.run();
    assert.deepEqual(lines, [
      'errored e2e/bad.spec.ts',
      'passed e2e/page.spec.ts › cart › shows "its" title',
      'failed e2e/page.spec.ts › cart › total',
      'passed e2e/page.spec.ts › cart › tries again',
      'skipped e2e/page.spec.ts › cart › later',
      'todo e2e/page.spec.ts › cart › some day',
      'passed e2e/page.spec.ts › cart › must fail',
      'timed_out e2e/page.spec.ts › cart › hangs',
      'failed e2e/page.spec.ts › cart › exits',
    ]);
    const of = (title: string) => results.find((each) => each.titlePath[1] === title) ?? assert.fail(title);
    assert.match(of('shows "its" title').output ?? '', /looking/);
    const total = of('total');
    assert.deepEqual([total.expected, total.actual], ['90', '100']);
    assert.deepEqual([total.failureAt?.file, total.failureAt?.line], ['e2e/page.spec.ts', 4]);
    assert.ok(total.attachments?.some(({ name, path }) => name === 'log' && existsSync(path)));
    assert.equal(of('tries again').retries, 1);
  });

  it('ends where a file that the tests import does not load', async () => {
    await using rig = await create({
      'support/cart.ts': 'export const total = (;\n',
      'e2e/a.spec.ts': `${header}import { total } from '../support/cart';\ntest('adds', () => { expect(total).toBe(90); });\n`,
    });
    const { lines } = await rig.run();
    assert.deepEqual(lines, ['errored support/cart.ts']);
  });

  it('runs the chosen files and cases alone, in each of its projects', async () => {
    const files = {
      'e2e/a.spec.ts': `${header}test.describe('x', () => { test('one (1)', () => {}); test('one (1) more', () => {}); });`,
      'e2e/b.spec.ts': `${header}test('two', () => {});`,
    };
    await using rig = await create(files, `projects: [{ name: 'light' }, { name: 'dark' }],`);
    await rig.tests.discover();
    const ofFile = await rig.run({ tests: [TestId.parse('playwright:e2e/b.spec.ts')] });
    assert.deepEqual(ofFile.lines.toSorted(), [
      'passed e2e/b.spec.ts › dark › two',
      'passed e2e/b.spec.ts › light › two',
    ]);
    const ofCase = await rig.run({ tests: [TestId.parse('playwright:e2e/a.spec.ts > dark > x > one (1)')] });
    assert.deepEqual(ofCase.lines, ['passed e2e/a.spec.ts › dark › x › one (1)']);
  });

  it('says why nothing ran when the configuration throws', async () => {
    await using rig = await create({
      'e2e/a.spec.ts': `${header}test('one', () => {});`,
      'playwright.config.ts': `import '@playwright/test'; throw new Error('no configuration');`,
    });
    const { lines, reasons } = await rig.run();
    assert.deepEqual(lines, []);
    assert.match(reasons[0] ?? '', /no configuration/);
  });
});
