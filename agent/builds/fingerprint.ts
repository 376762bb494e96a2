// The fingerprint of a target: everything that can change what its build makes, and the difference to what it was before.
import { createHash } from 'node:crypto';
import { Fingerprint, type RepoPath, type TargetId } from '../protocol/ids.ts';
import { shortHash } from './content-hashes.ts';

/**
 * Hashes by what they are of: files by their path; everything else under a name that begins with a colon, which no path
 * does.
 */
export type Inputs = ReadonlyMap<string, string>;

/** Inputs as they are recorded with a success, and beside them the hash of what it wrote, which is no input. */
export type RecordedInputs = Readonly<Record<string, string>>;

export interface InputSources {
  readonly files: ReadonlyMap<string, string>;
  readonly command: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Patterns of what it writes: what a cache brings back depends on them. */
  readonly outputs: readonly string[];
  /** Versions of the programs that it runs on, by their names. */
  readonly tools: ReadonlyMap<string, string>;
  readonly platform: string;
  /** Hashes of what the needed targets have written. */
  readonly needs: ReadonlyMap<TargetId, string>;
}

const ownOutput = ':output';
const outputOf = (target: string) => `:output of ${target}`;

export function inputsOf(sources: InputSources): Inputs {
  const inputs = new Map([
    [':command', sources.command],
    [':platform', sources.platform],
    [':outputs', shortHash(sources.outputs.join('\n'))],
  ]);
  for (const [tool, version] of sources.tools) inputs.set(`:tool ${tool}`, version);
  for (const [name, value] of Object.entries(sources.environment)) inputs.set(`:environment ${name}`, shortHash(value));
  for (const [target, hash] of sources.needs) inputs.set(outputOf(target), hash);
  for (const [file, hash] of sources.files) inputs.set(file, hash);
  return inputs;
}

/** Equal for equal inputs, in whatever order they are. */
export function fingerprintOf(inputs: Inputs): Fingerprint {
  // Names and hashes hold no zero byte, so that no two lists look the same.
  const names = [...inputs.keys()].toSorted();
  const entries = names.map((name) => `${name}\0${inputs.get(name) ?? ''}\0`);
  return Fingerprint.parse(createHash('sha256').update(entries.join('')).digest('hex'));
}

/** One hash of all output files; the same whenever their paths and contents are. */
export function outputHash(files: ReadonlyMap<string, string>): string {
  return shortHash([...files].map(([file, hash]) => `${file}\0${hash}\0`).join(''));
}

/** What is recorded of a success. */
export function toRecord(inputs: Inputs, output: string): RecordedInputs {
  return Object.fromEntries([...inputs, [ownOutput, output]]);
}

/** The hash of what a success wrote; null when it was not kept. */
export function outputIn(recorded: RecordedInputs): string | null {
  return recorded[ownOutput] ?? null;
}

export interface Differences {
  readonly files: readonly RepoPath[];
  /** A sentence each, files first: `src/a.ts changed`, `the command changed`. */
  readonly sentences: readonly string[];
}

/** What differs between the inputs of a success and those of now. */
export function differences(before: RecordedInputs, now: Inputs): Differences {
  const all = new Set([...Object.keys(before), ...now.keys()]);
  const names = [...all].filter((name) => name !== ownOutput && before[name] !== now.get(name)).toSorted();
  // What does not begin with a colon is a path, see Inputs.
  const files = names.filter((name) => !name.startsWith(':')) as RepoPath[];
  const others = names.filter((name) => name.startsWith(':'));
  return {
    files,
    sentences: [
      ...files.map((file) => changeOf(file, before, now)),
      ...others.map((name) => sentenceFor(name, before, now)),
    ],
  };
}

function changeOf(name: string, before: RecordedInputs, now: Inputs): string {
  if (before[name] === undefined) return `${name} is new`;
  return now.has(name) ? `${name} changed` : `${name} is gone`;
}

function sentenceFor(name: string, before: RecordedInputs, now: Inputs): string {
  const subject = name.slice(1);
  if (subject.startsWith('output of ')) return `the output of ${subject.slice('output of '.length)} changed`;
  if (subject.startsWith('environment '))
    return `the environment variable ${subject.slice('environment '.length)} changed`;
  if (subject.startsWith('tool ')) return toolSentence(subject.slice('tool '.length), before[name], now.get(name));
  return subject === 'outputs' ? 'the list of its outputs changed' : `the ${subject} changed`;
}

function toolSentence(tool: string, before: string | undefined, now: string | undefined): string {
  if (now === undefined) return `it does not run on ${tool} any more`;
  return before === undefined ? `it runs on ${now}` : `it runs on ${now}, before it was ${before}`;
}
