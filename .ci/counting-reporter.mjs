// Mocha's own output, and the numbers for whoever started mocha, in the file named by NOODLE_TEST_COUNTS.
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

const { Dot, Spec } = Mocha.reporters;

export default class CountingReporter {
  constructor(runner, options) {
    const Shown = options.reporterOptions?.shown === 'dots' ? Dot : Spec;
    this.shown = new Shown(runner, options);
    runner.once('end', () => {
      const { passes, failures, pending } = runner.stats;
      const file = process.env.NOODLE_TEST_COUNTS;
      if (file !== undefined)
        writeFileSync(file, JSON.stringify({ passed: passes, failed: failures, skipped: pending }));
    });
  }
}
