// Loaded into the user's runner by an instrumented copy of a source file: writes down calls of one function and the lines
// that run in it, and calls it with given arguments. No dependencies, Node 20 and up.
'use strict';
const fs = require('fs');

const { appendFileSync } = fs;
/** So many different calls, of so many characters each, are written down by one process. */
const mostCalls = 200;
const longestText = 2_000;
const mostElements = 200;
const probeTimeoutMs = 1_000;

const recorders = new Map();

/** What writes to one file. `record` and `hit` are called by the instrumented source, `probe` by a test of ours. */
exports.open = function open(file) {
  if (!recorders.has(file)) recorders.set(file, recorderOf(file));
  return recorders.get(file);
};

function recorderOf(file) {
  const calls = new Set();
  const lines = new Set();
  /** The lines that the present probe has run; null: nothing is probed. */
  let probed = null;
  const write = (message) => appendFileSync(file, `${JSON.stringify(message)}\n`);

  function noteCall(args) {
    if (probed !== null || calls.size >= mostCalls) return;
    const literals = args.map((value) => literalOf(value));
    if (literals.includes(null)) return;
    const key = literals.join(', ');
    if (key.length > longestText || calls.has(key)) return;
    calls.add(key);
    write({ call: literals });
  }

  function record(target) {
    return new Proxy(target, {
      apply(callee, self, args) {
        noteCall(args);
        return Reflect.apply(callee, self, args);
      },
    });
  }

  function hit(line) {
    if (probed !== null) probed.add(line);
    else if (!lines.has(line)) {
      lines.add(line);
      write({ line });
    }
  }

  /** Calls the function with what each of `makers` answers, one after the other. */
  async function probe(target, makers) {
    for (const [index, make] of makers.entries()) {
      write({ begin: index });
      probed = new Set();
      const outcome = await outcomeOf(target, make());
      write({ probe: index, outcome, lines: [...probed] });
    }
    probed = null;
  }

  return { record, hit, probe };
}

async function outcomeOf(target, args) {
  const before = args.map((value) => literalOf(value));
  try {
    const returned = target(...args);
    const isAsync = typeof returned?.then === 'function';
    let value = isAsync ? await inTime(returned) : returned;
    const isIterator = isIterable(value);
    if (isIterator) value = elementsOf(value);
    if (args.some((each, index) => literalOf(each) !== before[index])) return { kind: 'none', why: 'it changes its arguments' };
    const literal = literalOf(value);
    if (literal === null || literal.length > longestText) return { kind: 'none', why: `it returns ${kindOf(value)}` };
    return { kind: 'value', literal, isAsync, isIterator };
  } catch (error) {
    return errorOutcome(error);
  }
}

function errorOutcome(error) {
  if (!isError(error)) return { kind: 'none', why: 'it throws what is no error' };
  const name = error.constructor?.name ?? error.name;
  return { kind: 'error', name, message: error.message, isAsync: rejected.has(error) };
}

function isIterable(value) {
  return typeof value?.next === 'function' && typeof value[Symbol.iterator] === 'function';
}

/** Errors that came as rejections. */
const rejected = new WeakSet();

function inTime(promise) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new String('late')), probeTimeoutMs);
    promise.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error) => {
        clearTimeout(timer);
        if (isError(error)) rejected.add(error);
        reject(error);
      },
    );
  });
}

function elementsOf(iterator) {
  const elements = [];
  for (const element of iterator) {
    elements.push(element);
    if (elements.length > mostElements) return iterator;
  }
  return elements;
}

function isError(value) {
  return Object.prototype.toString.call(value) === '[object Error]';
}

function kindOf(value) {
  if (typeof value !== 'object' || value === null) return `a ${typeof value}`;
  const name = value.constructor?.name;
  return name === undefined || name === 'Object' ? 'an object that is no plain value' : `a ${name}`;
}

/** A value as source text; null for what is no plain value. Values may come from another realm. */
function literalOf(value, depth = 0) {
  if (value === undefined) return 'undefined';
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || depth > 8) return null;
  return Array.isArray(value) ? arrayLiteral(value, depth) : objectLiteral(value, depth);
}

function arrayLiteral(value, depth) {
  if (value.length > mostElements || Object.keys(value).length !== value.length) return null;
  const elements = value.map((each) => literalOf(each, depth + 1));
  return elements.includes(null) ? null : `[${elements.join(', ')}]`;
}

function objectLiteral(value, depth) {
  if (!isPlain(value) || Object.getOwnPropertySymbols(value).length > 0) return null;
  const fields = [];
  for (const [name, { value: field, enumerable, get }] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
    const literal = get === undefined && enumerable && name !== '__proto__' ? literalOf(field, depth + 1) : null;
    if (literal === null || fields.length > mostElements) return null;
    fields.push(`${/^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name)}: ${literal}`);
  }
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

/** Made by a literal, of whatever realm. */
function isPlain(value) {
  const prototype = Object.getPrototypeOf(value);
  if (prototype === null || Object.getPrototypeOf(prototype) !== null) return false;
  return Object.hasOwn(prototype, 'hasOwnProperty');
}

/** In single quotes, as most tests have it. */
function quoted(text) {
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${inner.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`;
}
