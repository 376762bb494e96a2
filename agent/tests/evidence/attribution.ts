// Adds up the windows of a run's processes to what each test file used.
//
// A process that runs several test files loads a module once, for whichever file asks first. So a later test file also
// counts what ran while the modules that it imports were loaded, and what was loaded before any test file.
import { mergeMarks, type FileMarks } from './line-marks.ts';
import type { MarkedFile, MarkedWindow } from './read-window.ts';

/** What one test file used, with absolute paths. */
export interface UsedFiles {
  readonly covered: ReadonlyMap<string, FileMarks>;
  readonly reads: ReadonlySet<string>;
  readonly folders: ReadonlySet<string>;
  readonly isComplete: boolean;
}

interface Use {
  readonly covered: Map<string, FileMarks>;
  readonly reads: Set<string>;
  readonly folders: Set<string>;
  readonly processes: Set<string>;
  isComplete: boolean;
  readonly children: string[];
}

interface ProcessState {
  readonly edges: Map<string, Set<string>>;
  /** What ran while something was loaded. */
  readonly loads: MarkedWindow[];
  /** What belongs to no test file, hence to all. */
  readonly shared: MarkedWindow[];
  readonly native: Set<string>;
  hasEnded: boolean;
}

/** Takes the windows of each process in their order, and answers at the end. */
export class Attribution {
  readonly #uses = new Map<string, Use>();
  readonly #processes = new Map<string, ProcessState>();
  readonly #finishedChildren = new Set<string>();
  readonly #written = new Set<string>();

  add(window: MarkedWindow): void {
    const state = this.#processOf(window.process);
    for (const [from, to] of window.edges) edgesFrom(state, from).add(to);
    for (const file of window.native) state.native.add(file);
    for (const file of window.written) this.#written.add(file);
    if (window.isLast) state.hasEnded = true;
    if (window.child !== undefined && window.isLast) this.#finishedChildren.add(window.child);
    if (window.isLoading) state.loads.push(window);
    else if (window.test === null) state.shared.push(window);
    else this.#addTo(window.test, window, state);
    if (window.test !== null && window.files.some((file) => file.isNew)) state.loads.push(window);
  }

  /** By test file, what it used; without files that the tests wrote themselves. */
  finish(): Map<string, UsedFiles> {
    const found = new Map<string, UsedFiles>();
    for (const [test, use] of this.#uses) {
      this.#inherit(test, use);
      const isWritten = (file: string) => this.#written.has(file);
      found.set(test, {
        covered: use.covered,
        reads: new Set([...use.reads].filter((file) => !isWritten(file) && !use.covered.has(file))),
        folders: new Set([...use.folders].filter((folder) => !isWritten(folder))),
        isComplete: use.isComplete && this.#haveEnded(use),
      });
    }
    return found;
  }

  #addTo(test: string, window: MarkedWindow, state: ProcessState): void {
    const use = this.#useOf(test);
    if (!use.processes.has(window.process)) {
      use.processes.add(window.process);
      // With modules of its own a test file does not see what others loaded, besides what outlives them.
      if (!window.sharesModules) this.#inheritNative(use, state);
    }
    addFiles(use, window.files);
    for (const each of window.reads) use.reads.add(each);
    for (const each of window.folders) use.folders.add(each);
    if (!window.isComplete) use.isComplete = false;
    use.children.push(...window.children);
  }

  #inheritNative(use: Use, state: ProcessState): void {
    for (const load of state.loads) {
      addFiles(
        use,
        load.files.filter((file) => state.native.has(file.file)),
      );
    }
  }

  /** At the end, when all imports are known. */
  #inherit(test: string, use: Use): void {
    for (const name of use.processes) {
      const state = this.#processOf(name);
      for (const window of state.shared) {
        addFiles(use, window.files);
        // A runner looks at the test files that it is told to run.
        for (const each of window.reads) if (!this.#uses.has(each)) use.reads.add(each);
        for (const each of window.folders) use.folders.add(each);
        // A program that serves all tests, as one that a global set-up starts, may have run anything for this one.
        if (!window.isComplete || window.children.length > 0) use.isComplete = false;
      }
      inheritLoads(test, use, state);
    }
  }

  /** A process that was cut off may have done more, and so may one that a test started. */
  #haveEnded(use: Use): boolean {
    return (
      [...use.processes].every((name) => this.#processOf(name).hasEnded) &&
      use.children.every((child) => this.#finishedChildren.has(child))
    );
  }

  #useOf(test: string): Use {
    const known = this.#uses.get(test);
    if (known !== undefined) return known;
    const use: Use = {
      covered: new Map(),
      reads: new Set(),
      folders: new Set(),
      processes: new Set(),
      children: [],
      isComplete: true,
    };
    this.#uses.set(test, use);
    return use;
  }

  #processOf(name: string): ProcessState {
    const known = this.#processes.get(name);
    if (known !== undefined) return known;
    const state: ProcessState = { edges: new Map(), loads: [], shared: [], native: new Set(), hasEnded: false };
    this.#processes.set(name, state);
    return state;
  }
}

function edgesFrom({ edges }: ProcessState, from: string): Set<string> {
  const known = edges.get(from);
  if (known !== undefined) return known;
  const made = new Set<string>();
  edges.set(from, made);
  return made;
}

function addFiles(use: Use, files: readonly MarkedFile[]): void {
  for (const each of files) {
    const before = use.covered.get(each.file);
    use.covered.set(each.file, before === undefined ? each : mergeMarks(before, each));
  }
}

/** What ran in modules that the test file imports, while one of them was loaded for another test file. */
function inheritLoads(test: string, use: Use, state: ProcessState): void {
  if (state.loads.every((window) => !window.sharesModules)) return;
  const imported = reachedFrom([test, ...use.covered.keys()], state);
  for (const window of state.loads) {
    if (!window.sharesModules || window.test === test) continue;
    const counts = (file: MarkedFile) => !window.knowsImports || imported.has(file.file);
    if (window.files.some((file) => file.isNew && counts(file))) addFiles(use, window.files.filter(counts));
  }
}

function reachedFrom(starts: readonly string[], { edges }: ProcessState): Set<string> {
  const reached = new Set(starts);
  for (const file of reached) for (const next of edges.get(file) ?? []) reached.add(next);
  return reached;
}
