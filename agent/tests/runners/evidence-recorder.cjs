// Records what runs between two moments (a window): the functions that V8 counted, modules that were loaded, and reads.
// Each window is one file in the folder that the agent named; agent/tests/evidence/ tells its form and reads it.
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const Module = require('module');
const path = require('path');
const { fileURLToPath } = require('url');
const { threadId } = require('worker_threads');

// Taken before anything can replace them.
const { existsSync, readFileSync, renameSync, writeFileSync } = fs;
const stringify = JSON.stringify;

class Recorder {
  constructor(request, { test = null, sharesModules = false }) {
    this.request = request;
    this.process = `${process.pid}-${threadId}-${crypto.randomBytes(3).toString('hex')}`;
    this.test = test;
    this.sharesModules = sharesModules;
    this.session = null;
    this.seesImports = false;
    this.hasEcmaScript = false;
    this.windows = 0;
    this.sources = new Map();
    /** Of those, the ones that do not say where their source map is. */
    this.unmapped = new Set();
    this.seen = new Set();
    this.reset();
  }

  reset() {
    this.reads = new Set();
    this.folders = new Set();
    this.written = new Set();
    this.edges = [];
    this.native = [];
    this.children = [];
    this.isIncomplete = false;
  }

  /** Counts from here on. */
  start() {
    if (this.session !== null) return;
    try {
      const { Session } = require('inspector');
      this.session = new Session();
      this.session.connect();
      this.post('Profiler.enable');
      this.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    } catch {
      this.session = false;
    }
  }

  /** What comes now belongs to this test file, or with null to all. */
  enter(test) {
    if (test === this.test) return;
    this.close();
    this.test = test;
  }

  /** The runner looked for test files, not a test. */
  forgetListings() {
    if (this.test === null) this.folders.clear();
  }

  /** The test file that runs now, for the processes that it starts. */
  testNow() {
    return this.test;
  }

  /** This test file is loaded now. What it opens belongs to it; what runs is counted once, when all are loaded. */
  enterLoading(test) {
    // What ran before the first of them counts for all.
    this.close({ counts: this.test === null });
    this.test = test;
  }

  /** All test files are loaded: each has what ran in the modules that it imports. */
  endLoading() {
    this.close({ counts: false });
    this.test = null;
    this.close({ isLoading: true });
  }

  /** What came since the last window belongs to this test file, which is over. Held back, the window is there for the one who renames it. */
  closeAs(test, { isHeldBack = false } = {}) {
    this.test = test;
    const written = this.close({ isLast: true, isHeldBack });
    this.test = null;
    return written;
  }

  end() {
    this.close({ isLast: true });
    this.session = false;
  }

  close({ isHeldBack = false, ...kind } = {}) {
    if (this.session === false || (this.session === null && this.windows === 0 && this.test === null)) return undefined;
    let written;
    try {
      written = this.write(kind, isHeldBack);
    } catch {
      // No window: the agent knows of no evidence then.
    }
    this.reset();
    return written;
  }

  write({ isLast = false, isLoading = false, counts = true }, isHeldBack) {
    const { scripts, isWhole } = this.scriptsSince(counts);
    const window = {
      process: this.process,
      number: this.windows++,
      test: this.test,
      sharesModules: this.sharesModules,
      // Those of `require` are always known.
      knowsImports: this.seesImports || !this.hasEcmaScript,
      isLast,
      isLoading,
      isComplete: isWhole && !this.isIncomplete,
      scripts,
      edges: this.edges,
      native: this.native,
      reads: [...this.reads],
      folders: [...this.folders],
      written: [...this.written],
      children: this.children,
    };
    if (this.request.child !== undefined) window.child = this.request.child;
    const name = path.join(this.request.folder, `${this.process}-${String(window.number).padStart(6, '0')}`);
    writeFileSync(`${name}.part`, stringify(window));
    if (!isHeldBack) renameSync(`${name}.part`, `${name}.json`);
    const unmapped = scripts
      .filter(({ source }) => this.unmapped.has(source))
      .map(({ file, source }) => ({ file, source }));
    return { name, unmapped };
  }

  scriptsSince(counts) {
    if (!counts) return { scripts: [], isWhole: true };
    return this.session === null ? { scripts: [], isWhole: false } : this.takeScripts();
  }

  /** The scripts of the repository of which something ran; counts begin anew. */
  takeScripts() {
    const answer = this.post('Profiler.takePreciseCoverage');
    if (answer === null) return { scripts: [], isWhole: false };
    const found = [];
    for (const { scriptId, url, functions } of answer.result) {
      const file = this.fileOf(url);
      if (file === null) continue;
      found.push({ scriptId, file, functions });
      if (url.startsWith('file:') && Module._cache[file] === undefined) this.hasEcmaScript = true;
    }
    this.findSources(found);
    const scripts = found.map(({ scriptId, file, functions }) => ({
      file,
      source: this.sources.get(scriptId) || null,
      isNew: !this.seen.has(scriptId) && this.seen.add(scriptId) !== null,
      functions: functions.map(({ functionName, ranges }) => [
        functionName,
        ...ranges.flatMap(({ startOffset, endOffset, count }) => [startOffset, endOffset, count]),
      ]),
    }));
    return { scripts, isWhole: true };
  }

  /** What V8 compiled, where it is not what lies on disk: a transformed text with its source map. */
  findSources(found) {
    const unknown = found.filter(({ scriptId }) => !this.sources.has(scriptId));
    const changed = unknown.filter((each) => !isAsOnDisk(each));
    for (const { scriptId } of unknown) this.sources.set(scriptId, '');
    if (changed.length === 0) return;
    // Only now, for a moment: scripts can be asked for while the debugger's domain is enabled.
    this.post('Debugger.enable', { maxScriptsCacheSize: 0 });
    for (const { scriptId } of changed) {
      const answer = this.post('Debugger.getScriptSource', { scriptId });
      if (answer !== null) this.sources.set(scriptId, this.keepSource(answer.scriptSource));
    }
    this.post('Debugger.disable');
  }

  keepSource(text) {
    const name = crypto.createHash('sha1').update(text).digest('hex');
    const file = path.join(this.request.folder, `${name}.js`);
    if (!/\/\/[#@] sourceMappingURL=/.test(text.slice(text.lastIndexOf('\n//')))) this.unmapped.add(name);
    if (!existsSync(file)) {
      writeFileSync(`${file}.${this.process}`, text);
      renameSync(`${file}.${this.process}`, file);
    }
    return name;
  }

  fileOf(url) {
    if (url === '' || url.startsWith('node:')) return null;
    let file = url;
    if (url.startsWith('file:')) {
      try {
        file = fileURLToPath(url);
      } catch {
        return null;
      }
    }
    return this.isOfRepository(file) ? file.replace(/[?#].*$/, '') : null;
  }

  isOfRepository(file) {
    return (
      file.startsWith(this.request.root) &&
      !file.includes(`${path.sep}node_modules${path.sep}`) &&
      !file.startsWith(this.request.git) &&
      !file.startsWith(this.request.runners)
    );
  }

  /** The answer, or null. In the same thread an answer comes before `post` returns. */
  post(method, parameters) {
    if (this.session === null || this.session === false) return null;
    let answer = null;
    this.session.post(method, parameters, (error, result) => {
      if (error === null) answer = result;
    });
    return answer;
  }
}

/** The script's first function is the script itself: where that is as long as the file, nothing was put into it. */
function isAsOnDisk({ file, functions }) {
  const whole = functions[0] && functions[0].ranges[0];
  if (whole === undefined || whole.startOffset !== 0 || functions[0].functionName !== '') return false;
  try {
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '').length === whole.endOffset;
  } catch {
    return false;
  }
}

module.exports = { Recorder };
