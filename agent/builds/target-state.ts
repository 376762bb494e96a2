// How a target stands: the fingerprint of its present inputs, what it has written, and its last success.
import type { Clock } from '../platform/clock.ts';
import type { BuildTarget } from '../protocol/build.ts';
import type { Fingerprint, RepoPath, TargetId } from '../protocol/ids.ts';
import type { LastSuccess } from '../store/builds.ts';
import { ContentHashes } from './content-hashes.ts';
import {
  differences,
  fingerprintOf,
  inputsOf,
  outputHash,
  outputIn,
  type Differences,
  type Inputs,
} from './fingerprint.ts';
import { listOutputs } from './output-files.ts';
import type { FileTree } from './paths.ts';
import { filesMatching, matcherOf } from './patterns.ts';
import { toolOf } from './tool.ts';

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
}

/** Looks at targets; what it has read it remembers as long as the files stay the same. */
export class Inspector {
  readonly #options: InspectorOptions;
  readonly #sources: ContentHashes;
  /** What builds write is ignored by git, so nobody tells when it changes: it is looked at each time. */
  readonly #written: ContentHashes;
  readonly #inputFiles = new WeakMap<BuildTarget, { readonly tree: FileTree; readonly files: readonly RepoPath[] }>();
  readonly #successes = new Map<TargetId, LastSuccess | null>();

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

  /** The state of `target`, whose inputs are among the files of `tree`. */
  async inspect(
    target: BuildTarget,
    targets: ReadonlyMap<TargetId, BuildTarget>,
    tree: FileTree,
  ): Promise<TargetState> {
    const needs = new Map<TargetId, string>();
    for (const need of target.needs) needs.set(need, (await this.#output(targets.get(need))).hash);
    const inputs = inputsOf({
      files: await this.#sources.of(this.#filesOf(target, tree)),
      command: target.command,
      environment: target.environment,
      tool: toolOf(target.language, this.#options.environment()),
      platform: `${process.platform} ${process.arch}`,
      needs,
    });
    const output = await this.#output(target);
    const last = this.#lastSuccess(target.id);
    return { inputs, fingerprint: fingerprintOf(inputs), output: output.hash, hasOutput: output.count > 0, last };
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

  async #output(target: BuildTarget | undefined): Promise<{ hash: string; count: number }> {
    const files = await this.#written.of(await listOutputs(this.#options.root, target?.outputs ?? []));
    return { hash: outputHash(files), count: files.size };
  }
}

/** Whether its last success still holds: the inputs are the same, and what it wrote is still there. */
export function isFresh({ last, fingerprint, output }: TargetState): boolean {
  return last !== null && last.fingerprint === fingerprint && outputIn(last.inputs) === output;
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
