import { homedir } from 'node:os';
import path from 'node:path';

/** Where large things are kept between test runs: $NOODLE_TEST_CACHE, else ~/.cache/noodle-test. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return environment['NOODLE_TEST_CACHE'] ?? path.join(homedir(), '.cache', 'noodle-test');
}
