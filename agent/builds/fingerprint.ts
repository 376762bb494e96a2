// The fingerprint of a target: everything that can change what its build makes, and the difference to what it was before.
import { createHash } from 'node:crypto';
import { Fingerprint, type RepoPath, type TargetId } from '../protocol/ids.ts';
import { shortHash } from './content-hashes.ts';

/**
 * Hashes by what they are of: files by their path; everything else under a name that begins with a colon, which no path
 * does. The hash of the target's own output is kept beside them, and is no input.
 */
export type Inputs = Readonly<Record<string, string>>;

export interface InputSources {
  readonly files: ReadonlyMap<string, string>;
  readonly command: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The program that runs the build, and its version as far as that can be seen. */
  readonly tool: string;
  readonly platform: string;
  /** Hashes of what the needed targets have written. */
  readonly needs: ReadonlyMap<TargetId, string>;
}

const ownOutput = ':output';
const outputOf = (target: string) => `:output of ${target}`;

export function inputsOf(sources: InputSources): Inputs {
  return {
    ':command': sources.command,
    ':tool': sources.tool,
    ':platform': sources.platform,
    ...Object.fromEntries(
      Object.entries(sources.environment).map(([name, value]) => [`:environment ${name}`, shortHash(value)]),
    ),
    ...Object.fromEntries([...sources.needs].map(([target, hash]) => [outputOf(target), hash])),
    ...Object.fromEntries(sources.files),
  };
}

/** Equal for equal inputs, in whatever order they are. */
export function fingerprintOf(inputs: Inputs): Fingerprint {
  const hash = createHash('sha256');
  for (const name of Object.keys(inputs).toSorted()) {
    // Names and hashes hold no zero byte, so that no two lists look the same.
    if (name !== ownOutput) hash.update(`${name}\0${inputs[name] ?? ''}\0`);
  }
  return Fingerprint.parse(hash.digest('hex'));
}

/** One hash of all output files; the same whenever their paths and contents are. */
export function outputHash(files: ReadonlyMap<string, string>): string {
  return shortHash([...files].map(([file, hash]) => `${file}\0${hash}\0`).join(''));
}

/** The inputs of a success with what it wrote. */
export function withOutput(inputs: Inputs, output: string): Inputs {
  return { ...inputs, [ownOutput]: output };
}

/** The hash of what a success wrote; null when it was not kept. */
export function outputIn(inputs: Inputs): string | null {
  return inputs[ownOutput] ?? null;
}

export interface Differences {
  readonly files: readonly RepoPath[];
  /** A sentence each, files first: `src/a.ts changed`, `the command changed`. */
  readonly sentences: readonly string[];
}

/** What differs between the inputs of then and now. */
export function differences(before: Inputs, now: Inputs): Differences {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .filter((name) => name !== ownOutput && before[name] !== now[name])
    .toSorted();
  // What does not begin with a colon is a path, see Inputs.
  const files = names.filter((name) => !name.startsWith(':')) as RepoPath[];
  const others = names.filter((name) => name.startsWith(':'));
  return { files, sentences: [...files.map((file) => changeOf(file, before, now)), ...others.map(sentenceFor)] };
}

function changeOf(name: string, before: Inputs, now: Inputs): string {
  if (before[name] === undefined) return `${name} is new`;
  return now[name] === undefined ? `${name} is gone` : `${name} changed`;
}

function sentenceFor(name: string): string {
  const subject = name.slice(1);
  if (subject.startsWith('output of ')) return `the output of ${subject.slice('output of '.length)} changed`;
  if (subject.startsWith('environment '))
    return `the environment variable ${subject.slice('environment '.length)} changed`;
  return subject === 'tool' ? 'the program that runs it changed' : `the ${subject} changed`;
}
