// `node .ci/prepare-e2e.ts browser [workbench]`: makes sure of what the page tests and the walks need.
import { prepareBrowser } from '../test/e2e/environment/browser.ts';
import { cacheFolder } from '../test/e2e/environment/cache.ts';
import { prepareCodeServer } from '../test/e2e/environment/code-server.ts';
import { MissingError } from '../test/e2e/environment/missing.ts';

const wanted = process.argv.slice(2);
const report = (line: string) => void process.stdout.write(`${line}\n`);

try {
  if (wanted.includes('browser')) prepareBrowser(report);
  if (wanted.includes('workbench')) prepareCodeServer(cacheFolder(), report);
} catch (error) {
  if (!(error instanceof MissingError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
