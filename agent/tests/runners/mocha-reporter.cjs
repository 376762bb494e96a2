// Reports for mocha, serial and parallel.
'use strict';
const { EventEmitter } = require('events');
const { send, sendResult, describe } = require('./channel.cjs');

/** Where this run records what test files use. */
const evidence = process[Symbol.for('noodle.evidence')];
const stopWatching = watchLoading();

/** mocha announces each file that it loads on its root suite; a reporter exists only after that, so listen in on all emitters meanwhile. */
function watchLoading() {
  const original = EventEmitter.prototype.emit;
  function emit(event, ...rest) {
    if (event === 'pre-require' && typeof rest[1] === 'string') {
      send({ event: 'at', files: [rest[1]] });
      if (evidence !== undefined) {
        evidence.forgetListings();
        evidence.enterLoading(rest[1]);
      }
    }
    return original.call(this, event, ...rest);
  }
  EventEmitter.prototype.emit = emit;
  return () => {
    if (EventEmitter.prototype.emit === emit) EventEmitter.prototype.emit = original;
  };
}

function NoodleReporter(runner) {
  stopWatching();
  send({ event: 'at', files: [] });
  if (evidence !== undefined) evidence.endLoading();
  const reported = new WeakSet();
  const left = partsByFile(runner.suite);
  let current;

  const partEnded = (file) => left.set(file, (left.get(file) || 0) - 1);
  /** The file that runs now; the one before has ended when nothing of it is left. */
  const enter = (file) => {
    if (file === undefined || file === current) return;
    if (current !== undefined && (left.get(current) || 0) <= 0) send({ event: 'end', file: current });
    current = file;
    if (evidence !== undefined) evidence.enter(file);
    send({ event: 'start', file });
    if (!(runner.isParallelMode && runner.isParallelMode())) send({ event: 'at', files: [file] });
  };
  const report = (test, result) => {
    const file = fileOf(test) || current;
    if (file === undefined) {
      if (result.status === 'failed') send({ event: 'problem', message: `${test.title}: ${result.message}` });
      return;
    }
    enter(file);
    const again = reported.has(test) ? { isCorrection: true } : {};
    if (!reported.has(test) && test.type !== 'hook' && test.parent && test.parent.root) partEnded(file);
    reported.add(test);
    const tries = typeof test.currentRetry === 'function' ? test.currentRetry() : 0;
    const retries = tries > 0 ? { retries: tries } : {};
    sendResult({ file, titlePath: titlePath(test), durationMs: test.duration || 0, ...result, ...again, ...retries });
  };

  runner.on('test', (test) => enter(fileOf(test)));
  runner.on('hook', (hook) => {
    enter(fileOf(hook));
    send({ event: 'alive' });
  });
  runner.on('suite end', (suite) => {
    if (suite.parent && suite.parent.root && suite.file !== undefined) partEnded(suite.file);
  });
  runner.on('retry', () => send({ event: 'alive' }));
  // Not at 'pass': what leaks fails between the two.
  runner.on('test end', (test) => {
    if (test.state === 'passed' && !reported.has(test)) report(test, { status: 'passed' });
  });
  runner.on('pending', (test) => report(test, { status: 'skipped' }));
  runner.on('fail', (test, error) => report(test, { status: 'failed', ...describe(error) }));
  runner.once('end', () => {
    for (const file of left.keys()) send({ event: 'end', file });
    if (evidence !== undefined) evidence.enter(null);
    send({ event: 'done' });
  });
}

/** How many tests and suites a file has at its top: tests at the top of all files run before all suites. */
function partsByFile(root) {
  const counts = new Map();
  for (const part of (root.tests || []).concat(root.suites || [])) {
    if (part.file !== undefined) counts.set(part.file, (counts.get(part.file) || 0) + 1);
  }
  return counts;
}

/** Hooks of required files belong to no file: what counts is the test that they ran for. */
function fileOf(runnable) {
  const running = runnable.type === 'hook' && runnable.ctx ? runnable.ctx.currentTest : undefined;
  return (running && running.file) || runnable.file || (runnable.parent && runnable.parent.file) || undefined;
}

function titlePath(runnable) {
  if (typeof runnable.titlePath === 'function') return runnable.titlePath();
  const titles = [];
  for (let each = runnable; each && !each.root; each = each.parent) titles.unshift(each.title);
  return titles;
}

module.exports = NoodleReporter;
