// Writes messages on file descriptor 3, a line of JSON each. Loaded into the user's runner: no dependencies, Node 14 and up.
'use strict';
const fs = require('fs');
const util = require('util');

// Tests may replace these for themselves.
const { writeSync } = fs;
const print = process.stdout.write.bind(process.stdout);
const descriptor = 3;
const longest = 64 * 1024;
const mostWaiting = 64 * 1024 * 1024;
const pause = new Int32Array(new SharedArrayBuffer(4));
/** What could not be written yet: a test that replaces the file system hides the descriptor for a while. */
const waiting = [];
let waitingBytes = 0;
let isOpen = true;
process.on('exit', () => write());

/** Sends a message whose first key is `event`. Nothing that happens here may disturb the run. */
function send(message) {
  if (!isOpen) return;
  // The newline before it ends what a test may have written there.
  const bytes = Buffer.from(`\n${JSON.stringify(message)}\n`);
  if (waitingBytes + bytes.length > mostWaiting) return;
  waiting.push(bytes);
  waitingBytes += bytes.length;
  write();
}

function write() {
  while (waiting.length > 0) {
    try {
      const rest = waiting[0].subarray(writeSync(descriptor, waiting[0]));
      waitingBytes -= waiting[0].length - rest.length;
      if (rest.length > 0) waiting[0] = rest;
      else waiting.shift();
    } catch (error) {
      if (error.code === 'EPIPE') isOpen = false;
      if (error.code !== 'EAGAIN') return;
      Atomics.wait(pause, 0, 0, 2);
    }
  }
}

function cut(text) {
  return text.length <= longest ? text : `${text.slice(0, longest)}… (${text.length} characters)`;
}

/** A value as text, for the comparison of expected and actual. */
function show(value) {
  if (typeof value === 'string') return cut(value);
  try {
    return cut(
      util.inspect(value, { depth: 8, sorted: true, maxArrayLength: 500, maxStringLength: 10000, breakLength: 80 }),
    );
  } catch {
    return '(a value that cannot be shown)';
  }
}

function read(object, key) {
  try {
    return object[key];
  } catch {
    return undefined;
  }
}

/** Message, stack and the compared values of whatever was thrown. */
function describe(error) {
  if (error === null || typeof error !== 'object') return { message: cut(String(error)) };
  const stack = read(error, 'stack');
  const described = { message: cut(messageOf(error, stack)) };
  if (typeof stack === 'string') described.stack = cut(stack);
  return Object.assign(described, compared(error));
}

function messageOf(error, stack) {
  const text = read(error, 'message');
  if (typeof text === 'string' && text !== '') return text;
  return typeof stack === 'string' ? stack.split('\n')[0] : show(error);
}

/** What was expected and what came, where something was compared. */
function compared(error) {
  if (!('expected' in error && 'actual' in error) || read(error, 'showDiff') === false) return {};
  const expected = read(error, 'expected');
  const actual = read(error, 'actual');
  if (expected === undefined && actual === undefined) return {};
  return { expected: show(expected), actual: show(actual) };
}

/** Sends a result; one that failed is also printed, for the log of the step. */
function sendResult(result) {
  // Titles may be anything: jest takes numbers, functions and arrays.
  const titlePath = result.titlePath.map(String);
  send(Object.assign({ event: 'result' }, result, { titlePath }));
  if (result.status !== 'failed' && result.status !== 'errored') return;
  const title = [result.file].concat(titlePath).join(' › ');
  const text =
    result.stack && result.message && !result.stack.includes(result.message)
      ? `${result.message}\n${result.stack}`
      : result.stack || result.message || '';
  print(`✗ ${title}\n${text.replace(/^/gm, '    ')}\n`);
}

module.exports = { send, sendResult, describe, show, cut };
