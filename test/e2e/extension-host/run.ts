// Runs inside VS Code's extension host: mocha over the suites of this folder. Bundled to one CommonJS file.
import Mocha from 'mocha';
import { describeExtension } from './extension.suite.ts';

/** Called by VS Code; rejects when a test fails, which makes the host leave with an error. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000 });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  describeExtension();
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} tests failed in the extension host`);
}
