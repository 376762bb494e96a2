// Reports for Playwright Test, 1.30 and up: each test when its last try has ended.
'use strict';
const { stripVTControlCharacters } = require('util');
const { send, sendResult, cut, show } = require('./channel.cjs');

class NoodleReporter {
  constructor() {
    /** By file, how many tests have not ended. */
    this.left = new Map();
    this.reported = new Set();
    this.isNamed = false;
  }

  printsToStdio() {
    return true;
  }

  version() {
    return 'v2';
  }

  onConfigure(config) {
    this.isNamed = config.projects.filter((project) => project.name !== '').length > 1;
  }

  onBegin(first, second) {
    const suite = second || first;
    for (const test of suite.allTests())
      this.left.set(test.location.file, (this.left.get(test.location.file) || 0) + 1);
    if (process.env.NOODLE_PLAYWRIGHT_LIST) send({ event: 'answer', value: [...this.left.keys()] });
  }

  onTestBegin(test) {
    send({ event: 'start', file: test.location.file });
  }

  onStdOut(chunk) {
    process.stdout.write(chunk);
  }

  onStdErr(chunk) {
    process.stderr.write(chunk);
  }

  onStepBegin() {
    send({ event: 'alive' });
  }

  onTestEnd(test, result) {
    const isGood = result.status === test.expectedStatus || result.status === 'skipped';
    if (result.status === 'interrupted' || (!isGood && result.retry < test.retries)) return send({ event: 'alive' });
    const { file, line, column } = test.location;
    // Tests of a serial group run again with the one that failed.
    const isCorrection = this.reported.has(test.id);
    this.reported.add(test.id);
    sendResult({
      file,
      titlePath: this.titlePath(test),
      status: statusOf(test, result, isGood),
      durationMs: result.duration,
      ...(isGood ? reasonOf(test, result) : failureOf(result)),
      ...outputOf(result),
      ...(result.retry > 0 ? { retries: result.retry } : {}),
      ...(isCorrection ? { isCorrection } : {}),
      declaredAt: { file, line, column },
    });
    if (isCorrection) return;
    const left = (this.left.get(file) || 1) - 1;
    this.left.set(file, left);
    if (left === 0) send({ event: 'end', file });
  }

  onError(error) {
    const file = error.location && error.location.file;
    if (file === undefined) return send({ event: 'problem', message: textOf(error) });
    sendResult({ file, titlePath: [], status: 'errored', durationMs: 0, ...described(error) });
    send({ event: 'end', file });
  }

  async onEnd() {
    send({ event: 'done' });
  }

  /** With several projects each of their runs of a test has its own name. */
  titlePath(test) {
    const [, project, , ...titles] = test.titlePath();
    return this.isNamed && project ? [project, ...titles] : titles;
  }
}

function statusOf(test, result, isGood) {
  if (result.status === 'skipped') return test.annotations.some((each) => each.type === 'fixme') ? 'todo' : 'skipped';
  if (isGood) return 'passed';
  return result.status === 'timedOut' ? 'timed_out' : 'failed';
}

function reasonOf(test, result) {
  if (result.status !== 'skipped') return {};
  const annotation = test.annotations.find((each) => each.type === 'skip' || each.type === 'fixme');
  return annotation && annotation.description ? { message: annotation.description } : {};
}

function failureOf(result) {
  const [error] = result.errors && result.errors.length > 0 ? result.errors : [result.error];
  if (!error)
    return { message: result.status === 'passed' ? 'the test passed, but it was expected to fail' : result.status };
  const others = (result.errors || []).slice(1).map(textOf);
  const failure = described(error);
  return others.length === 0 ? failure : { ...failure, message: cut([failure.message, ...others].join('\n\n')) };
}

function described(error) {
  const failure = { message: textOf(error) };
  if (error.stack) failure.stack = cut(plain(error.stack));
  else if (error.location)
    failure.stack = `${failure.message}\n    at ${error.location.file}:${error.location.line}:${error.location.column}`;
  return { ...failure, ...comparedIn(failure.message, error) };
}

/** Newer versions pass the compared values on; in all of them they stand in the matcher's own format. */
function comparedIn(message, { matcherResult }) {
  if (matcherResult && 'expected' in matcherResult && 'actual' in matcherResult)
    return { expected: show(matcherResult.expected), actual: show(matcherResult.actual) };
  const expected = /^Expected(?: string| pattern| value)?: +(.*)$/m.exec(message);
  const actual = /^Received(?: string| value)?: +(.*)$/m.exec(message);
  return expected && actual ? { expected: expected[1], actual: actual[1] } : {};
}

function outputOf({ stdout, stderr, attachments }) {
  const output = [...stdout, ...stderr].map(String).join('');
  const files = attachments
    .filter((each) => each.path)
    .map(({ name, contentType, path }) => ({ name, contentType, path }));
  return { ...(output === '' ? {} : { output: cut(output) }), ...(files.length === 0 ? {} : { attachments: files }) };
}

function textOf(error) {
  return cut(plain(error.message || error.value || error.stack || String(error)));
}

function plain(text) {
  return stripVTControlCharacters(text);
}

module.exports = NoodleReporter;
