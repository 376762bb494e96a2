// Reports for jest 27 and up: cases as they finish where jest-circus tells of them, the rest when their file ends.
'use strict';
const fs = require('fs');
const { send, sendResult, show, cut } = require('./channel.cjs');

const statuses = { passed: 'passed', failed: 'failed', todo: 'todo' };

class NoodleReporter {
  constructor() {
    /** By file, the runs of it that are under way: several projects may run one file. */
    this.running = new Map();
  }

  onRunStart() {
    send({ event: 'alive' });
  }

  onTestStart(test) {
    this.begin(test);
  }

  onTestFileStart(test) {
    this.begin(test);
  }

  onTestCaseStart() {
    send({ event: 'alive' });
  }

  onTestCaseResult(test, result) {
    const runs = this.running.get(test.path) || [];
    send({ event: 'alive' });
    // jest does not say which project a case ran in, and with retries the first failure is not the last word.
    if (runs.length !== 1 || runs[0].mayRetry || !['passed', 'failed'].includes(result.status)) return;
    const { reported } = runs[0];
    const key = keyOf(result);
    reported.set(key, (reported.get(key) || 0) + 1);
    sendResult(caseResult(test.path, result));
  }

  onTestResult(test, fileResult) {
    const { reported } = this.begin(test);
    this.running.set(
      test.path,
      this.running.get(test.path).filter((run) => run.context !== test.context),
    );
    for (const result of fileResult.testResults) {
      const key = keyOf(result);
      const count = reported.get(key) || 0;
      if (count > 0) reported.set(key, count - 1);
      else sendResult(caseResult(test.path, result));
    }
    printConsole(fileResult);
    if (fileResult.testExecError || (fileResult.failureMessage && fileResult.testResults.length === 0)) {
      sendResult({ file: test.path, titlePath: [], status: 'errored', durationMs: 0, ...loadFailure(fileResult) });
    }
    if (this.running.get(test.path).length === 0) send({ event: 'end', file: test.path });
  }

  onRunComplete(contexts, results) {
    if (results && results.runExecError) send({ event: 'problem', message: textOf(results.runExecError) });
    send({ event: 'done' });
  }

  begin(test) {
    const runs = this.running.get(test.path) || [];
    const known = runs.find((run) => run.context === test.context);
    if (known !== undefined) return known;
    const begun = { context: test.context, reported: new Map(), mayRetry: mayRetry(test) };
    this.running.set(test.path, runs.concat(begun));
    send({ event: 'start', file: test.path });
    return begun;
  }
}

function keyOf(result) {
  return JSON.stringify([result.ancestorTitles, result.title, result.status]);
}

/** Whether `jest.retryTimes` may be in force: then only the end of a file tells how a test ended. */
function mayRetry(test) {
  const files = [test.path].concat(test.context.config.setupFilesAfterEnv || []);
  return files.some((file) => {
    try {
      return fs.readFileSync(file, 'utf8').includes('retryTimes');
    } catch {
      return false;
    }
  });
}

function caseResult(file, result) {
  const status = statuses[result.status] || 'skipped';
  const reported = {
    file,
    titlePath: [...result.ancestorTitles, result.title],
    status,
    durationMs: result.duration || 0,
  };
  if (result.invocations > 1) reported.retries = result.invocations - 1;
  if (result.location) reported.declaredAt = { file, line: result.location.line, column: result.location.column + 1 };
  return status === 'failed' ? Object.assign(reported, failureOf(result)) : reported;
}

/** jest gives each failure as one text, message and stack together, and for its matchers the compared values. */
function failureOf(result) {
  const failure = splitStack((result.failureMessages || []).join('\n\n'));
  const compared = comparedValues((result.failureDetails || [])[0]);
  if (compared !== undefined && (compared.expected !== undefined || compared.actual !== undefined)) {
    failure.expected = show(compared.expected);
    failure.actual = show(compared.actual);
  }
  return failure;
}

function comparedValues(details) {
  if (!details || typeof details !== 'object') return undefined;
  const matcher = details.matcherResult || (details.error && details.error.matcherResult);
  if (matcher && 'expected' in matcher) return matcher;
  return 'expected' in details ? details : undefined;
}

function loadFailure(fileResult) {
  const error = fileResult.testExecError;
  const text = fileResult.failureMessage || (error && (error.stack || error.message)) || 'the file did not run';
  const failure = splitStack(text.replace(/^.*● Test suite failed to run\s*/s, ''));
  return failure;
}

function splitStack(text) {
  const start = text.search(/^\s+at /m);
  const message = (start === -1 ? text : text.slice(0, start)).trim().replace(/^Error: /, '');
  return { message: cut(message), stack: cut(text) };
}

function textOf(error) {
  return cut(error.stack || error.message || String(error));
}

/** With no reporter of its own jest prints nothing of what tests print. */
function printConsole(fileResult) {
  for (const entry of fileResult.console || []) process.stdout.write(`${entry.message}\n`);
}

module.exports = NoodleReporter;
