// Reports for vitest 1 and up. Where NOODLE_VITEST_FILES names a list of files, exactly those run, in that order.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { send, sendResult, describe, cut } = createRequire(import.meta.url)('./channel.cjs');
const listFile = process.env.NOODLE_VITEST_FILES;
const isStandby = process.env.NOODLE_STANDBY !== undefined;
// Workers are started later and must see the user's own environment.
delete process.env.NOODLE_VITEST_FILES;
delete process.env.NOODLE_STANDBY;

export default class NoodleReporter {
  /** Tests by their own objects, so that none is reported twice. */
  #reported = new Set();
  #started = new Set();
  /** What tests print, by the id of the test, until its result is told. */
  #outputs = new Map();
  #copies = new Copies();
  #files = [];
  #vitest;

  async onInit(vitest) {
    this.#vitest = vitest;
    if (isStandby) {
      const { standBy } = await import('./vitest-standby.mjs');
      await standBy(vitest, (files) => this.#beginRun(files));
    }
    if (listFile === undefined) return;
    this.#files = JSON.parse(readFileSync(listFile, 'utf8'));
    vitest.config.sequence.sequencer = sequencerOf(() => this.#files);
  }

  /** vitest makes its sequencer once, so that one asks for the files of the present run. */
  #beginRun(files) {
    this.#reported = new Set();
    this.#started = new Set();
    this.#outputs = new Map();
    this.#copies = new Copies();
    this.#files = files;
    this.#vitest.config.sequence.sequencer = sequencerOf(() => this.#files);
  }

  get #hasTestModules() {
    return Number.parseInt(this.#vitest?.version ?? '1', 10) >= 3;
  }

  onUserConsoleLog(log) {
    (log.type === 'stderr' ? process.stderr : process.stdout).write(log.content);
    if (log.taskId !== undefined)
      this.#outputs.set(log.taskId, cut((this.#outputs.get(log.taskId) ?? '') + log.content));
    send({ event: 'alive' });
  }

  // vitest 3 and up

  onTestRunStart(specifications) {
    for (const each of specifications) this.#copies.expect(each.moduleId, copyKey(each.project?.name, each.pool));
  }

  onTestModuleQueued(module) {
    this.#begin(module.moduleId);
  }

  onTestModuleStart(module) {
    this.#begin(module.moduleId);
  }

  onTestCaseReady() {
    if (this.#hasTestModules) send({ event: 'alive' });
  }

  onTestCaseResult(test) {
    if (!this.#hasTestModules || test.result()?.state === 'pending') return;
    this.#case(test);
  }

  onTestModuleEnd(module) {
    if (!this.#hasTestModules || this.#reported.has(module.id)) return;
    this.#reported.add(module.id);
    this.#begin(module.moduleId);
    for (const test of module.children.allTests()) this.#case(test);
    for (const suite of module.children.allSuites()) {
      if (ownErrors(suite).length > 0) this.#broken(module, suitePath(suite), ownErrors(suite));
    }
    if (ownErrors(module).length > 0) this.#broken(module, [], ownErrors(module));
    this.#copies.end(module.moduleId, moduleKey(module));
  }

  onTestRunEnd(modules, unhandledErrors) {
    if (!this.#hasTestModules) return;
    const ended = modules.filter((each) => each.state() !== 'pending' && each.state() !== 'queued');
    // Version 3 does not tell of the end of files that do not load.
    for (const module of ended) this.onTestModuleEnd(module);
    this.#finish(new Set(ended.map((each) => each.moduleId)), unhandledErrors);
  }

  // vitest 1 and 2

  onCollected(files) {
    if (this.#hasTestModules) return;
    for (const file of files ?? []) this.#begin(file.filepath);
  }

  onTaskUpdate(packs) {
    if (this.#hasTestModules) return this.#endUnloaded(packs);
    send({ event: 'alive' });
    for (const [id] of packs) {
      const task = this.#vitest.state.idMap.get(id);
      if (task === undefined) continue;
      if (task.type === 'suite') this.#suiteTask(task);
      // A test that is tried again is reported when its file ends.
      else if (!task.retry && /^(?:pass|fail)$/.test(task.result?.state)) this.#task(task);
    }
  }

  onFinished(files, errors) {
    if (this.#hasTestModules) return;
    // A file without a result of its own died with its worker.
    const ended = (files ?? []).filter(
      (file) => file.mode !== 'run' || /^(?:pass|fail|skip|todo)$/.test(file.result?.state),
    );
    for (const file of ended) this.#fileTask(file);
    this.#finish(new Set(ended.map((each) => each.filepath)), errors ?? []);
  }

  /** Version 3 tells of files that do not load only here, and at the very end. */
  #endUnloaded(packs) {
    for (const [id] of packs) {
      const task = this.#vitest.state.idMap.get(id);
      if (task?.filepath === undefined || task.result?.state !== 'fail' || task.tasks.length > 0) continue;
      const module = this.#vitest.state.getReportedEntity?.(task);
      if (module !== undefined) this.onTestModuleEnd(module);
    }
  }

  #begin(file) {
    if (this.#started.has(file)) return;
    this.#started.add(file);
    send({ event: 'start', file });
  }

  #case(test) {
    if (this.#reported.has(test.id)) return;
    this.#reported.add(test.id);
    const status = statusOf(test);
    this.#copies.result(test.module.moduleId, moduleKey(test.module), {
      file: test.module.moduleId,
      titlePath: test.task === undefined ? [...suitePath(test.parent), test.name] : taskPath(test.task),
      status,
      durationMs: test.diagnostic()?.duration ?? 0,
      ...(status === 'failed' ? failureOf(test.result().errors ?? []) : {}),
      ...this.#extrasOf(test.id, test.diagnostic()?.retryCount, test.annotations?.()),
      ...(test.location ? { declaredAt: placeOf(test.module.moduleId, test.location) } : {}),
    });
  }

  #suiteTask(task) {
    const isFile = task.filepath !== undefined;
    if (isFile) this.#begin(task.filepath);
    const hasEnded = /^(?:pass|fail|skip|todo)$/.test(task.result?.state) && task.result.duration !== undefined;
    if (isFile && hasEnded) this.#fileTask(task);
  }

  #fileTask(file) {
    if (this.#reported.has(file.id)) return;
    this.#reported.add(file.id);
    this.#begin(file.filepath);
    this.#tasksIn(file);
    this.#copies.end(file.filepath, copyKey(file.projectName));
  }

  #tasksIn(suite) {
    for (const task of suite.tasks ?? []) {
      if (task.type === 'suite') this.#tasksIn(task);
      else this.#task(task);
    }
    const errors = suite.result?.errors ?? [];
    if (errors.length === 0) return;
    const file = fileOf(suite);
    this.#copies.result(file.filepath, copyKey(file.projectName), {
      file: file.filepath,
      titlePath: suite === file ? [] : taskPath(suite),
      status: 'errored',
      durationMs: 0,
      ...failureOf(errors),
    });
  }

  #task(task) {
    if (this.#reported.has(task.id)) return;
    this.#reported.add(task.id);
    const file = fileOf(task);
    const status = taskStatus(task);
    this.#copies.result(file.filepath, copyKey(file.projectName), {
      file: file.filepath,
      titlePath: taskPath(task),
      status,
      durationMs: task.result?.duration ?? 0,
      ...(status === 'failed' ? failureOf(task.result?.errors ?? []) : {}),
      ...this.#extrasOf(task.id, task.result?.retryCount, undefined),
      ...(task.location ? { declaredAt: placeOf(file.filepath, task.location) } : {}),
    });
  }

  /** What a test printed, how often it was tried again, and the files that its annotations carry. */
  #extrasOf(id, retries, annotations) {
    const output = this.#outputs.get(id);
    this.#outputs.delete(id);
    const attachments = (annotations ?? []).flatMap(({ message, attachment }) =>
      typeof attachment?.path === 'string'
        ? [{ name: message, contentType: attachment.contentType, path: attachment.path }]
        : [],
    );
    return {
      ...(output === undefined ? {} : { output }),
      ...(retries > 0 ? { retries } : {}),
      ...(attachments.length === 0 ? {} : { attachments }),
    };
  }

  #broken(module, titlePath, errors) {
    this.#copies.result(module.moduleId, moduleKey(module), {
      file: module.moduleId,
      titlePath,
      status: 'errored',
      durationMs: 0,
      ...failureOf(errors),
    });
  }

  /** Files that began and never ended died with their worker. */
  #finish(ended, errors) {
    this.#copies.flush();
    for (const file of this.#started) {
      if (ended.has(file)) continue;
      sendResult({
        file,
        titlePath: [],
        status: 'errored',
        durationMs: 0,
        ...failureOf(errors.length > 0 ? errors : [new Error('the worker that ran this file ended without a result')]),
      });
      send({ event: 'end', file });
    }
    for (const error of errors) {
      const { message, stack } = describe(error);
      process.stderr.write(`${stack ?? message}\n`);
      send({ event: 'problem', message: `${error?.type ?? 'Unhandled error'}: ${message}` });
    }
    send({ event: 'done' });
  }
}

/** A file that several projects run: their results come one project after the other, so that equal names keep their order. */
class Copies {
  #keys = new Map();
  #waiting = new Map();

  expect(file, key) {
    const keys = this.#keysOf(file);
    if (!keys.includes(key)) keys.push(key);
  }

  result(file, key, result) {
    this.expect(file, key);
    if (this.#keysOf(file)[0] === key) sendResult(result);
    else this.#waitingOf(file, key).push(result);
  }

  end(file, key) {
    this.expect(file, key);
    const keys = this.#keysOf(file);
    this.#waitingOf(file, key).hasEnded = true;
    while (keys.length > 0 && this.#waitingOf(file, keys[0]).hasEnded) {
      this.#release(file, keys.shift());
      if (keys.length > 0) this.#release(file, keys[0]);
    }
    if (keys.length === 0) send({ event: 'end', file });
  }

  flush() {
    for (const [file, keys] of this.#keys) for (const key of keys) this.#release(file, key);
  }

  #release(file, key) {
    for (const result of this.#waitingOf(file, key).splice(0)) sendResult(result);
  }

  #keysOf(file) {
    if (!this.#keys.has(file)) this.#keys.set(file, []);
    return this.#keys.get(file);
  }

  #waitingOf(file, key) {
    const name = `${file}\0${key}`;
    if (!this.#waiting.has(name)) this.#waiting.set(name, []);
    return this.#waiting.get(name);
  }
}

/** Runs the listed files and no others, in their order; groups that vitest keeps apart stay apart. */
function sequencerOf(listed) {
  const indexOf = (order, specification) => order.get(normal(specification.moduleId ?? specification[1]));
  const groupOf = (specification) => specification.project?.config?.sequence?.groupOrder ?? 0;
  return class {
    shard(specifications) {
      return specifications;
    }
    sort(specifications) {
      const order = new Map(listed().map((file, index) => [normal(file), index]));
      return specifications
        .filter((each) => indexOf(order, each) !== undefined)
        .sort((one, other) => groupOf(one) - groupOf(other) || indexOf(order, one) - indexOf(order, other));
    }
  };
}

function normal(file) {
  return process.platform === 'win32' ? file.replace(/\\/g, '/').toLowerCase() : file;
}

function copyKey(project, pool) {
  return `${project ?? ''}${pool === 'typecheck' ? ' (types)' : ''}`;
}

function moduleKey(module) {
  return copyKey(module.project?.name, module.task?.pool);
}

function taskStatus({ result, mode }) {
  const state = result?.state ?? mode;
  return { pass: 'passed', fail: 'failed', todo: 'todo' }[state] ?? (mode === 'todo' ? 'todo' : 'skipped');
}

/** What has not run counts as skipped. */
function statusOf(test) {
  if (test.options?.mode === 'todo') return 'todo';
  const state = test.result()?.state ?? 'skipped';
  return state === 'pending' ? 'skipped' : state;
}

function suitePath(suite) {
  const path = [];
  for (let each = suite; each !== undefined && each.type === 'suite'; each = each.parent) path.unshift(each.name);
  return path;
}

/** As vitest's own reports have it: type tests stand below the name of their file. */
function taskPath(task) {
  const path = [];
  for (let each = task; each !== undefined && each !== null; each = each.suite) path.unshift(each.name);
  // Version 1 has a suite without a name around all.
  return path.length > 1 && path[0] === '' ? path.slice(1) : path;
}

function fileOf(task) {
  let each = task;
  while (each.filepath === undefined) each = each.file ?? each.suite;
  return each;
}

/** Errors of hooks and of loading; those of tests are theirs. */
function ownErrors(entity) {
  return entity.errors?.() ?? [];
}

function failureOf(errors) {
  if (errors.length === 0) return {};
  const [first, ...others] = errors.map(described);
  const more = others.map((each) => each.message).join('\n');
  return more === '' ? first : { ...first, message: `${first.message}\n${more}` };
}

/** A stack of vitest's begins with name and message, and is mapped to sources already. */
function described(error) {
  const { message, stack, expected, actual } = describe(error);
  const frames =
    stack ??
    (error?.stacks ?? [])
      .map((each) => `    at ${each.method || '<anonymous>'} (${each.file}:${each.line}:${each.column})`)
      .join('\n');
  return {
    message,
    ...(frames === '' ? {} : { stack: frames }),
    ...(isCompared(expected, actual) ? { expected, actual } : {}),
  };
}

/** Versions 1 and 2 say 'undefined' where nothing was compared. */
function isCompared(expected, actual) {
  return expected !== undefined && !(expected === 'undefined' && actual === 'undefined');
}

function placeOf(file, location) {
  return { file, line: location.line, column: location.column };
}
