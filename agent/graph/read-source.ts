// Reads one file and what its extractor finds in it. Runs on the agent's thread for a few files, on worker threads for many.
import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { encodeFacts, noFacts } from './facts.ts';
import type { FileFacts } from './facts.ts';
import type { ExtractorOf } from './extractors/registry.ts';

/** Beyond this a file is not parsed: its import-like statements are not worth the stall. */
export const largestParsedBytes = 16 * 1024 * 1024;

/** A pipe would wait for its writer, a link would be another file; Windows has neither flag. */
const noWaiting = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** What a file on disk says; plain data, sent between threads. */
export interface SourceReading {
  readonly path: string;
  readonly contentHash: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  /** Encoded facts; null when `knownHash` was met, so what is known holds. */
  readonly facts: string | null;
  /** A sentence, when it could not be read whole. */
  readonly problem: string | null;
}

export interface SourceRequest {
  readonly path: string;
  /** The hash of the content whose facts are known. */
  readonly knownHash: string | null;
}

/** Null when the file is gone or is no file. Never throws. */
export function readSource(root: string, request: SourceRequest, extractorOf: ExtractorOf): SourceReading | null {
  const absolute = path.join(root, request.path);
  try {
    return readRegular(absolute, request, extractorOf);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return null;
    const reading = { path: request.path, contentHash: '', sizeBytes: -1, mtimeMs: -1 };
    return {
      ...reading,
      ...told(noFacts, `${request.path} could not be read (${code}): what it imports is not known`),
    };
  }
}

function readRegular(absolute: string, request: SourceRequest, extractorOf: ExtractorOf): SourceReading | null {
  const file = openSync(absolute, constants.O_RDONLY | noWaiting);
  try {
    const status = fstatSync(file);
    if (!status.isFile()) return null;
    const { size, mtimeMs } = status;
    const stamp = { path: request.path, sizeBytes: size, mtimeMs };
    if (size > largestParsedBytes)
      return { ...stamp, contentHash: `${size}-${mtimeMs}`, ...tooLarge(request.path, size) };
    const bytes = readWhole(file, size);
    const contentHash = hash('sha256', bytes, 'hex').slice(0, 32);
    if (contentHash === request.knownHash) return { ...stamp, contentHash, facts: null, problem: null };
    return { ...stamp, contentHash, ...extracted(request.path, bytes, extractorOf) };
  } finally {
    closeSync(file);
  }
}

type Told = Pick<SourceReading, 'facts' | 'problem'>;

function told(facts: FileFacts, problem: string | null): Told {
  return { facts: encodeFacts(problem === null ? facts : { ...facts, problem }), problem };
}

function tooLarge(name: string, size: number): Told {
  const problem = `${name} is too large to be parsed (${Math.round(size / 1_048_576)} MB): what it imports is not known`;
  return told(noFacts, problem);
}

/** The file may shrink or grow while it is read; what is there is taken. */
function readWhole(file: number, size: number): Buffer {
  const buffer = Buffer.allocUnsafe(size);
  let filled = 0;
  while (filled < size) {
    const read = readSync(file, buffer, filled, size - filled, filled);
    if (read === 0) break;
    filled += read;
  }
  return buffer.subarray(0, filled);
}

function extracted(name: string, bytes: Buffer, extractorOf: ExtractorOf): Told {
  const text = textOf(bytes);
  if (text === null) return { facts: encodeFacts({ imports: [], notes: [`${name} is binary`] }), problem: null };
  const facts = extractorOf(name)?.extract(name, text) ?? noFacts;
  if (facts.isDamaged === true) return told(facts, `${name} does not parse: its imports are a guess`);
  const isWhole = isUtf16(bytes) || isUtf8(bytes);
  return told(facts, isWhole ? null : `${name} is not all UTF-8: names in it that are not ASCII may not be followed`);
}

/** UTF-16 where a byte order mark says so; null for what is no text. Bytes that are no UTF-8 become replacement characters. */
function textOf(bytes: Buffer): string | null {
  if (isUtf16(bytes)) {
    const units = Buffer.from(bytes.subarray(2, bytes.length - (bytes.length % 2)));
    return (bytes[0] === 0xfe ? units.swap16() : units).toString('utf16le');
  }
  return bytes.subarray(0, 8_000).includes(0) ? null : bytes.toString('utf8').replace(/^\uFEFF/, '');
}

function isUtf16([first, second]: Buffer): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}
