// Runs test files in the order in which they are given; node itself sorts those of its command line.
// `node [flags] node-test-run.mjs <options as JSON> …files`
import path from 'node:path';
import { run } from 'node:test';
import noodleReporter from './node-test-reporter.mjs';

const [given, ...files] = process.argv.slice(2);
const { concurrency = true, timeoutMs, patterns = [], only = false, forceExit = false } = JSON.parse(given);
const options = { files: files.map((file) => path.resolve(file)), concurrency, only, forceExit };
if (timeoutMs !== undefined) options.timeout = timeoutMs;
if (patterns.length > 0) options.testNamePatterns = patterns.map((pattern) => new RegExp(pattern));

for await (const text of noodleReporter(run(options))) process.stdout.write(text);
