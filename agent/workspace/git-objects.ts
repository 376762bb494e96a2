// Conversations with processes of git that stay for a while. Starting one takes as long as the agent has memory (its
// pages are listed anew for the child: 16 ms at 350 MB were measured), asking one that waits takes less than one.
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import type { Clock } from '../platform/clock.ts';
import type { Disposer } from '../protocol/client.ts';
import { maximumTextBytes } from './text-file.ts';

/** A file in a commit. */
export interface CommittedFile {
  /** Such as `100644`, as trees hold it. */
  readonly mode: string;
  readonly id: string;
  readonly content: Buffer;
}

export interface GitObjects {
  /** Null when it is no file there or over 2 MB; undefined when git did not answer. */
  committed(commit: string, file: string): Promise<CommittedFile | null | undefined>;
  /** The id that git would give to a file of the work tree, after all conversions. Null when it did not answer. */
  idOf(file: string): Promise<string | null>;
  /** What was read of attributes and configuration may be another one by now. */
  forget(): void;
  dispose(): void;
}

export interface GitObjectsOptions {
  readonly executable: string;
  readonly root: string;
  /** Everything that git is to be told before the command. */
  readonly options: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly clock: Clock;
}

interface GitObject {
  readonly id: string;
  readonly type: string;
  readonly content: Buffer;
}

/** Nothing is started before something is asked. */
export function openGitObjects(options: GitObjectsOptions): GitObjects {
  const objects = new Conversation<GitObject | null>(options, ['cat-file', '--batch'], readObject);
  const ids = new Conversation<string>(options, ['hash-object', '--stdin-paths'], readId);
  return {
    async committed(commit, file) {
      if (!canBeAsked(file)) return undefined;
      const folder = path.posix.dirname(file);
      const name = `${commit}:${folder === '.' ? '' : folder}`;
      const [tree, blob] = await Promise.all([objects.ask(name), objects.ask(`${commit}:${file}`)]);
      if (tree === undefined || blob === undefined) return undefined;
      if (tree?.type !== 'tree' || blob?.type !== 'blob') return null;
      const mode = modeIn(tree.content, path.posix.basename(file), tree.id.length / 2);
      return mode === null ? null : { mode, id: blob.id, content: blob.content };
    },
    idOf: async (file) => (canBeAsked(file) ? ((await ids.ask(file)) ?? null) : null),
    forget: () => ids.end(),
    dispose() {
      objects.end();
      ids.end();
    },
  };
}

/** One question a line; what begins with a quotation mark would be taken for a quoted path. */
function canBeAsked(file: string): boolean {
  return !/[\n\r\0\uFFFD]/.test(file) && !file.startsWith('"');
}

/** `mode name NUL id`, again and again. */
function modeIn(tree: Buffer, name: string, idBytes: number): string | null {
  const wanted = Buffer.from(` ${name}\0`);
  for (let at = 0; at < tree.length;) {
    const space = tree.indexOf(0x20, at);
    const end = tree.indexOf(0, space);
    if (space < 0 || end < 0) return null;
    if (tree.subarray(space, end + 1).equals(wanted)) return tree.toString('latin1', at, space);
    at = end + 1 + idBytes;
  }
  return null;
}

/** An answer at the beginning of what was printed: where it ends; null while it is not whole; `broken` when it is none. */
type Reading<Answer> = { readonly answer: Answer; readonly end: number } | null | 'broken';

/** `<id> <type> <size>`, then the content and a newline; a name that stands for nothing is repeated with a word behind it. */
function readObject(printed: Buffer): Reading<GitObject | null> {
  const newline = printed.indexOf(0x0a);
  if (newline < 0) return null;
  const found = /^([0-9a-f]{40,64}) (\w+) (\d+)$/.exec(printed.toString('latin1', 0, newline));
  if (found === null) return { answer: null, end: newline + 1 };
  const [, id = '', type = '', size = ''] = found;
  if (Number(size) > maximumTextBytes) return 'broken';
  const end = newline + 1 + Number(size);
  if (printed.length < end + 1) return null;
  return { answer: { id, type, content: printed.subarray(newline + 1, end) }, end: end + 1 };
}

function readId(printed: Buffer): Reading<string> {
  const newline = printed.indexOf(0x0a);
  return newline < 0 ? null : { answer: printed.toString('latin1', 0, newline), end: newline + 1 };
}

/** A process that nobody asks ends: it holds files open, and memory. */
const idleMs = 20_000;

/** Questions are answered in their order; those of a process that ends are answered with undefined. */
class Conversation<Answer> {
  readonly #options: GitObjectsOptions;
  readonly #command: readonly string[];
  readonly #read: (printed: Buffer) => Reading<Answer>;
  #child: ChildProcess | null = null;
  #printed: Buffer[] = [];
  #waiting: ((answer: Answer | undefined) => void)[] = [];
  #stopIdle: Disposer | null = null;

  constructor(options: GitObjectsOptions, command: readonly string[], read: (printed: Buffer) => Reading<Answer>) {
    this.#options = options;
    this.#command = command;
    this.#read = read;
  }

  async ask(question: string): Promise<Answer | undefined> {
    const child = this.#child ?? this.#start();
    this.#stopIdle?.();
    this.#stopIdle = null;
    return await new Promise((resolve) => {
      this.#waiting.push(resolve);
      child.stdin?.write(`${question}\n`);
    });
  }

  end(): void {
    const child = this.#child;
    this.#child = null;
    this.#stopIdle?.();
    this.#stopIdle = null;
    this.#printed = [];
    child?.kill();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve(undefined);
  }

  #start(): ChildProcess {
    const { executable, root, options, environment } = this.#options;
    const child = spawn(executable, [...options, ...this.#command], {
      cwd: root,
      env: environment,
      stdio: ['pipe', 'pipe', 'ignore'],
      windowsHide: true,
    });
    this.#child = child;
    const gone = () => {
      if (this.#child === child) this.end();
    };
    child.once('error', gone);
    child.once('close', gone);
    child.stdin.on('error', gone);
    child.stdout.on('data', (chunk: Buffer) => {
      if (this.#child === child) this.#take(chunk);
    });
    // The agent does not stay for them; when it goes, their input ends, and they do.
    child.unref();
    return child;
  }

  #take(chunk: Buffer): void {
    this.#printed.push(chunk);
    let printed = Buffer.concat(this.#printed);
    for (let found = this.#read(printed); found !== null; found = this.#read(printed)) {
      if (found === 'broken') return this.end();
      printed = printed.subarray(found.end);
      this.#waiting.shift()?.(found.answer);
    }
    this.#printed = printed.length === 0 ? [] : [printed];
    if (this.#waiting.length === 0) this.#stopIdle ??= this.#options.clock.schedule(idleMs, () => this.end());
  }
}
