// How a target stands: the fingerprint of its present inputs, what it has written, and its last success.
import { readlink } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../platform/clock.ts';
import type { BuildTarget } from '../protocol/build.ts';
import type { Fingerprint, RepoPath, TargetId } from '../protocol/ids.ts';
import type { LastSuccess } from '../store/builds.ts';
import { ContentHashes, shortHash } from './content-hashes.ts';
import {
  differences,
  fingerprintOf,
  inputsOf,
  outputHash,
  outputIn,
  toRecord,
  type Differences,
  type Inputs,
} from './fingerprint.ts';
import { leavesNothing } from './leaves-nothing.ts';
import { listOutputs } from './output-files.ts';
import type { FileTree } from './paths.ts';
import { filesMatching, matcherOf } from './patterns.ts';
import { declaredVariables } from './known-environment.ts';
import type { ToolVersions } from './tool-versions.ts';

export interface TargetState {
  readonly inputs: Inputs;
  readonly fingerprint: Fingerprint;
  /** Hash of what it has written. */
  readonly output: string;
  readonly hasOutput: boolean;
  readonly last: LastSuccess | null;
}

export interface InspectorOptions {
  /** Absolute path of the repository. */
  readonly root: string;
  readonly clock: Clock;
  readonly environment: () => Readonly<Record<string, string>>;
  readonly lastSuccess: (target: TargetId) => LastSuccess | null;
  /** An earlier success with the fingerprint. */
  readonly successWith: (
    target: TargetId,
    fingerprint: Fingerprint,
  ) => Omit<LastSuccess, 'inputs' | 'fingerprint'> | null;
  readonly tools: Pick<ToolVersions, 'of'>;
}

/** So many targets are looked at at once. */
const parallelTargets = 32;

interface Written {
  readonly hash: string;
  readonly count: number;
}

/** So long nothing is looked at twice that nobody has touched meanwhile. */
const momentMs = 1000;

/** Looks at targets; what it has read it remembers as long as the files stay the same. */
export class Inspector {
  readonly #options: InspectorOptions;
  readonly #sources: ContentHashes;
  /** What builds write is ignored by git, so nobody tells when it changes: it is looked at each time. */
  readonly #written: ContentHashes;
  readonly #inputFiles = new WeakMap<BuildTarget, { readonly tree: FileTree; readonly files: readonly RepoPath[] }>();
  readonly #successes = new Map<TargetId, LastSuccess | null>();
  /** What was just found: the steps of a run begin with what its plan has looked at. */
  readonly #recent = new Map<
    TargetId,
    { readonly state: TargetState; readonly tree: FileTree; readonly atMs: number }
  >();
  readonly #versions = new Map<string, { readonly version: Promise<string>; readonly atMs: number }>();

  constructor(options: InspectorOptions) {
    this.#options = options;
    this.#sources = new ContentHashes(options.root, options.clock);
    this.#written = new ContentHashes(options.root, options.clock);
  }

  /** Source files changed on disk; null: which ones is not known. From the first call on, others are taken to be the same. */
  filesChanged(paths: readonly RepoPath[] | null): void {
    this.#sources.filesChanged(paths);
  }

  /** A build of the target was recorded. */
  recorded(target: TargetId): void {
    this.#successes.delete(target);
  }

  /** Something was written: nothing that was found is taken for granted any more. */
  forgetRecent(): void {
    this.#recent.clear();
  }

  /** As `inspect`, or what that found a moment ago, if nothing was built since. */
  async recent(target: BuildTarget, targets: ReadonlyMap<TargetId, BuildTarget>, tree: FileTree): Promise<TargetState> {
    const known = this.#recent.get(target.id);
    const isYoung = known !== undefined && this.#options.clock.monotonicMs() - known.atMs <= momentMs;
    return isYoung && known.tree === tree ? known.state : await this.inspect(target, targets, tree);
  }

  /** The states of many, each output looked at once. */
  async inspectAll(
    chosen: readonly BuildTarget[],
    targets: ReadonlyMap<TargetId, BuildTarget>,
    tree: FileTree,
  ): Promise<Map<TargetId, TargetState>> {
    const outputs = new Map<BuildTarget, Promise<Written>>();
    const output = (target: BuildTarget | undefined) => {
      if (target === undefined) return this.#output(target);
      const known = outputs.get(target) ?? this.#output(target);
      outputs.set(target, known);
      return known;
    };
    const waiting = chosen.toReversed();
    const states = new Map<TargetId, TargetState>();
    const work = async () => {
      for (let target = waiting.pop(); target !== undefined; target = waiting.pop())
        states.set(target.id, await this.#inspect(target, { targets, tree, output }));
    };
    await Promise.all(Array.from({ length: Math.min(parallelTargets, chosen.length) }, work));
    return states;
  }

  /** The state of `target`, whose inputs are among the files of `tree`. */
  async inspect(
    target: BuildTarget,
    targets: ReadonlyMap<TargetId, BuildTarget>,
    tree: FileTree,
  ): Promise<TargetState> {
    return await this.#inspect(target, { targets, tree, output: (each) => this.#output(each) });
  }

  async #inspect(
    target: BuildTarget,
    {
      targets,
      tree,
      output: outputOf,
    }: {
      readonly targets: ReadonlyMap<TargetId, BuildTarget>;
      readonly tree: FileTree;
      readonly output: (target: BuildTarget | undefined) => Promise<Written>;
    },
  ): Promise<TargetState> {
    const needs = new Map<TargetId, string>();
    for (const need of target.needs) needs.set(need, (await outputOf(targets.get(need))).hash);
    const environment = this.#options.environment();
    const inputs = inputsOf({
      files: await this.#sources.of(this.#filesOf(target, tree)),
      command: target.command,
      outputs: target.outputs,
      environment: { ...declaredVariables(target, environment), ...target.environment },
      tools: await this.#versionsOf(target.tools),
      platform: `${process.platform} ${process.arch}`,
      needs,
    });
    const output = await outputOf(target);
    const fingerprint = fingerprintOf(inputs);
    const last = this.#lastSuccess(target.id);
    const earlier = last === null ? null : this.#earlierSuccess(target, last, fingerprint);
    const state = {
      inputs,
      fingerprint,
      output: output.hash,
      hasOutput: output.count > 0,
      last: earlier === null ? last : { ...earlier, fingerprint, inputs: toRecord(inputs, output.hash) },
    };
    this.#recent.set(target.id, { state, tree, atMs: this.#options.clock.monotonicMs() });
    return state;
  }

  /** The hash of what a target has written by now. */
  async outputOf(target: BuildTarget): Promise<string> {
    return (await this.#output(target)).hash;
  }

  #filesOf(target: BuildTarget, tree: FileTree): readonly RepoPath[] {
    const known = this.#inputFiles.get(target);
    if (known?.tree === tree) return known.files;
    const isOutput = matcherOf(target.outputs);
    const files = filesMatching(target.inputs, tree).filter((file) => !isOutput(file));
    this.#inputFiles.set(target, { tree, files });
    return files;
  }

  #lastSuccess(target: TargetId): LastSuccess | null {
    const known = this.#successes.get(target);
    if (known !== undefined) return known;
    const found = this.#options.lastSuccess(target);
    this.#successes.set(target, found);
    return found;
  }

  /** Of a target that leaves nothing behind: a change that was taken back has been built already. */
  #earlierSuccess(target: BuildTarget, last: LastSuccess, fingerprint: Fingerprint) {
    if (last.fingerprint === fingerprint || !leavesNothing(target)) return null;
    return this.#options.successWith(target.id, fingerprint);
  }

  async #versionsOf(tools: readonly string[]): Promise<Map<string, string>> {
    const versions = await Promise.all(tools.map((tool) => this.#versionOf(tool)));
    return new Map(tools.map((tool, index) => [tool, versions[index] ?? '']));
  }

  #versionOf(tool: string): Promise<string> {
    const atMs = this.#options.clock.monotonicMs();
    const known = this.#versions.get(tool);
    if (known !== undefined && atMs - known.atMs <= momentMs) return known.version;
    const version = this.#options.tools.of(tool, this.#options.environment());
    this.#versions.set(tool, { version, atMs });
    return version;
  }

  async #output(target: BuildTarget | undefined): Promise<Written> {
    const { files, links } = await listOutputs(this.#options.root, target?.outputs ?? []);
    const hashes = await this.#written.of(files);
    for (const link of links) {
      const leadsTo = await readlink(path.join(this.#options.root, link)).catch(() => null);
      if (leadsTo !== null) hashes.set(link, shortHash(`link to ${leadsTo}`));
    }
    return { hash: outputHash(hashes), count: hashes.size };
  }
}

/** Whether its last success still holds: the inputs are the same, and what it wrote is still there. */
export function isFresh({ last, fingerprint, output }: TargetState): boolean {
  return last !== null && last.fingerprint === fingerprint && outputIn(last.inputs) === output;
}

/** Whether nothing has to be run for it. */
export function isUpToDate({ type }: Pick<BuildTarget, 'type'>, state: TargetState, isIncremental: boolean): boolean {
  return isIncremental && type !== 'clean' && isFresh(state);
}

/** Whether what it writes may be kept, and brought back. */
export function isCacheable({ stored, type, outputs }: Pick<BuildTarget, 'stored' | 'type' | 'outputs'>): boolean {
  return stored && type !== 'clean' && outputs.length > 0;
}

/** What differs from the last success; nothing when there was none. */
export function changedSince({ last, inputs }: TargetState): Differences {
  return last === null ? { files: [], sentences: [] } : differences(last.inputs, inputs);
}

/** Why it has to be built, in one sentence. For a target that is not fresh. */
export function staleReason(state: TargetState): string {
  if (state.last === null) return 'it has not been built here yet';
  const { sentences } = changedSince(state);
  if (sentences.length > 0) return summaryOf(sentences);
  return state.hasOutput ? 'what it wrote was changed since' : 'its output is missing';
}

/** `src/a.ts changed`, `src/a.ts changed and 2 more changes`. */
export function summaryOf(sentences: readonly string[]): string {
  const [first = ''] = sentences;
  const more = sentences.length - 1;
  return more === 0 ? first : `${first}, and ${more} more ${more === 1 ? 'change' : 'changes'}`;
}
