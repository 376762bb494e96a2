// Reports for mocha 8 and up, serial and parallel.
'use strict';
const { EventEmitter } = require('events');
const { send, sendResult, describe } = require('./channel.cjs');

const stopWatching = watchLoading();

/** mocha announces each file that it loads on its root suite; a reporter exists only after that, so listen in on all emitters meanwhile. */
function watchLoading() {
  const original = EventEmitter.prototype.emit;
  function emit(event, ...rest) {
    if (event === 'pre-require' && typeof rest[1] === 'string') send({ event: 'at', files: [rest[1]] });
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
  const reported = new WeakSet();
  const left = testsByFile(runner.suite);
  let current;

  /** The file that runs now; the one before has ended when none of its tests is left. */
  const enter = (file) => {
    if (file === undefined || file === current) return;
    if (current !== undefined && (left.get(current) || 0) <= 0) send({ event: 'end', file: current });
    current = file;
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
    if (!reported.has(test) && test.type !== 'hook') left.set(file, (left.get(file) || 0) - 1);
    reported.add(test);
    sendResult({ file, titlePath: titlePath(test), durationMs: test.duration || 0, ...result, ...again });
  };

  runner.on('test', (test) => enter(fileOf(test)));
  runner.on('hook', (hook) => {
    enter(fileOf(hook));
    send({ event: 'alive' });
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
    send({ event: 'done' });
  });
}

function testsByFile(suite, counts = new Map()) {
  for (const test of suite.tests || []) if (test.file !== undefined) counts.set(test.file, (counts.get(test.file) || 0) + 1);
  for (const each of suite.suites || []) testsByFile(each, counts);
  return counts;
}

/** Hooks of required files belong to no file: what counts is the test that they ran for. */
function fileOf(runnable) {
  const running = runnable.type === 'hook' && runnable.ctx ? runnable.ctx.currentTest : undefined;
  return (running && running.file) || runnable.file || (runnable.parent && runnable.parent.file) || undefined;
}

function titlePath(runnable) {
  if (typeof runnable.titlePath === 'function') return runnable.titlePath();
  return [typeof runnable.fullTitle === 'function' ? runnable.fullTitle() : runnable.title];
}

module.exports = NoodleReporter;
