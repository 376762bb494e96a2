// Reports for Node's own runner, 18 and up; borp takes it too. Loaded by `--test-reporter`, or in the process of a single file.
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

const { send, sendResult, describe, cut } = createRequire(import.meta.url)('./channel.cjs');
/** Set when one file runs by itself, without `--test`: everything belongs to it. */
const entryFile = process.env.NOODLE_NODE_TEST_ENTRY;
delete process.env.NOODLE_NODE_TEST_ENTRY;

export default async function* noodleReporter(source) {
  const state = {
    files: [],
    running: new Set(),
    errors: new Map(),
    nodes: new Map(),
    block: new Blocks(),
    stack: [],
    isIdentified: false,
    tellsEnds: false,
  };
  for await (const { type, data } of source) {
    try {
      receive(type, data ?? {}, state);
    } catch (error) {
      send({ event: 'problem', message: `a message of node:test could not be read: ${error.message}` });
    }
    if (type === 'test:stdout' || type === 'test:stderr') yield data.message;
  }
  for (const file of state.files) send({ event: 'end', file });
  send({ event: 'done' });
}

function receive(type, data, state) {
  const file = fileOfFileTest(data, state, type);
  if (type === 'test:stderr' && data.file !== undefined) remember(data, state);
  if (type === 'test:summary' && data.file !== undefined) state.block.end(data.file);
  if (file !== null) receiveFile(type, data, { file, state });
  else if (data.entryFile !== undefined) receiveIdentified(type, data, state);
  else receiveOrdered(type, data, state);
}

/** What a file prints as errors tells why it broke. */
function remember({ file, message }, { errors }) {
  const key = path.resolve(file);
  errors.set(key, `${errors.get(key) ?? ''}${message}`.slice(-16_000));
}

/** A whole file is a test to node: its name is its path. Such tests come before those that are in it. */
function fileOfFileTest(data, state, type) {
  if (entryFile !== undefined || data.nesting !== 0 || data.entryFile !== undefined) return null;
  if (typeof data.file !== 'string' || typeof data.name !== 'string') return null;
  if (path.resolve(data.name) !== path.resolve(data.file)) return null;
  if (type === 'test:enqueue' && !state.files.includes(data.file)) {
    state.files.push(data.file);
    state.block.add(data.file);
  }
  return state.files.includes(data.file) ? data.file : null;
}

function receiveFile(type, data, { file, state }) {
  if (type === 'test:dequeue') {
    endEarlierFile(file, state);
    state.running.add(file);
    send({ event: 'start', file });
    sendRunning(state);
  }
  if (type === 'test:complete') {
    state.tellsEnds = true;
    state.running.delete(file);
    sendRunning(state);
    state.block.end(file);
    if (state.isIdentified) send({ event: 'end', file });
  }
  if (type !== 'test:pass' && type !== 'test:fail') return;
  state.running.delete(file);
  const isBroken = type === 'test:fail';
  sendResult({
    file,
    titlePath: [],
    status: isBroken ? 'errored' : data.skip !== undefined ? 'skipped' : 'passed',
    durationMs: data.details?.duration_ms ?? 0,
    ...(isBroken ? fileFailure(data.details?.error, state.errors.get(path.resolve(file))) : {}),
  });
}

/** Node 18 does not tell when a file ends; but it starts another only when one of those before has ended. */
function endEarlierFile(file, state) {
  if (state.tellsEnds) return;
  const atOnce = Math.max(1, (os.availableParallelism?.() ?? os.cpus().length) - 1);
  const ended = state.files[state.files.indexOf(file) - atOnce];
  if (ended !== undefined) state.block.end(ended);
}

function sendRunning(state) {
  send({ event: 'at', files: [...state.running] });
}

/** Node 24 and up say which file and which parent a test has, so results need not wait for files that come before. */
function receiveIdentified(type, data, state) {
  state.isIdentified = true;
  const key = (id) => `${data.entryFile}\0${id}`;
  if (type === 'test:enqueue') state.nodes.set(key(data.testId), { name: data.name, parent: data.parentId });
  if (type === 'test:dequeue') send({ event: 'alive' });
  if (type !== 'test:complete') return;
  const titles = [data.name];
  for (let node = state.nodes.get(key(data.parentId)); node !== undefined; node = state.nodes.get(key(node.parent)))
    titles.unshift(node.name);
  report(data, { file: data.entryFile, titles, hasPassed: data.details?.passed !== false });
}

/** Before that, tests are told in the order of their files; `start` comes before what is nested in it. */
function receiveOrdered(type, data, state) {
  if (type === 'test:dequeue' || type === 'test:complete') send({ event: 'alive' });
  if (data.nesting === undefined || data.name === undefined) return;
  const file = entryFile ?? state.block.fileOf(type, data);
  if (type === 'test:start') {
    state.stack.length = data.nesting;
    state.stack[data.nesting] = data.name;
  }
  if (type !== 'test:pass' && type !== 'test:fail') return;
  const titles = [...state.stack.slice(0, data.nesting), data.name];
  report(data, { file, titles, hasPassed: type === 'test:pass' });
}

function report(data, { file, titles, hasPassed }) {
  const { error, duration_ms: durationMs = 0, type } = data.details ?? {};
  const isSuite = type === 'suite';
  // A suite counts by its own hooks alone.
  if (isSuite && (hasPassed || error?.failureType !== 'hookFailed')) return;
  sendResult({
    file,
    titlePath: titles,
    status: isSuite ? 'errored' : statusOf(data, hasPassed),
    durationMs,
    ...(hasPassed ? {} : failureOf(error)),
    ...(typeof data.file === 'string' && data.line > 0
      ? { declaredAt: { file: data.file, line: data.line, column: data.column } }
      : {}),
  });
}

/** A reason may stand in for `true`. */
function statusOf({ todo, skip }, hasPassed) {
  if (todo !== undefined && todo !== false) return 'todo';
  if (skip !== undefined && skip !== false) return 'skipped';
  return hasPassed ? 'passed' : 'failed';
}

/** Node wraps what was thrown. */
function failureOf(error) {
  const cause = error?.cause;
  if (cause !== null && typeof cause === 'object') return describe(cause);
  if (cause === undefined) return describe(error ?? 'the test failed');
  return { ...describe(error), message: cut(String(cause)) };
}

function fileFailure(error, printed = '') {
  const how =
    typeof error?.exitCode === 'number'
      ? `exited with ${error.exitCode}`
      : error?.signal
        ? `was ended by ${error.signal}`
        : undefined;
  if (how === undefined) return failureOf(error);
  const thrown = printed.split('\n').find((line) => /^(?:\w*Error|Uncaught|AssertionError)\b/.test(line));
  return { message: thrown ?? `the file ${how}`, stack: cut(`the file ${how}\n${printed}`) };
}

/** Tells which file a test belongs to where node says only where it is declared: the files' tests come one file after the other. */
class Blocks {
  #files = [];
  #current = 0;
  #ended = new Set();
  #numbers = new Set();

  add(file) {
    this.#files.push(file);
  }

  /** All tests of the file have been told, if it is its turn. */
  end(file) {
    if (this.#files[this.#current] === file) this.#ended.add(file);
  }

  fileOf(type, data) {
    if (this.#files.length === 0) return data.file;
    const declaredIn = this.#files.indexOf(data.file, this.#current);
    const current = this.#files[this.#current];
    const isNext =
      this.#ended.has(current) ||
      (type === 'test:complete' && data.nesting === 0 && this.#numbers.has(data.testNumber));
    if (declaredIn > this.#current) this.#advance(declaredIn);
    else if (isNext && this.#current < this.#files.length - 1 && data.file !== current)
      this.#advance(this.#current + 1);
    if (type === 'test:complete' && data.nesting === 0) this.#numbers.add(data.testNumber);
    return this.#files[this.#current];
  }

  #advance(to) {
    for (let index = this.#current; index < to; index++) send({ event: 'end', file: this.#files[index] });
    this.#current = to;
    this.#numbers.clear();
  }
}
