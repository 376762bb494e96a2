// What a build made, as caches keep it: an ActionResult of Bazel's remote execution API, so that its servers can check it.
// https://github.com/bazelbuild/remote-apis, build/bazel/remote/execution/v2/remote_execution.proto
import { bytesIn, decodeMessage, encodeMessage, numberIn, textIn, type Field } from './protobuf.ts';

export interface CachedFile {
  /** Relative to the repository, with forward slashes. */
  readonly path: string;
  /** SHA-256 of the content, in hexadecimal. */
  readonly digest: string;
  readonly sizeBytes: number;
  readonly isExecutable: boolean;
}

export interface CachedLink {
  readonly path: string;
  /** What the link says. */
  readonly target: string;
}

export interface ActionResult {
  readonly files: readonly CachedFile[];
  readonly links: readonly CachedLink[];
  /** What the command printed, its end where it was long. */
  readonly log: string;
  readonly startedAt: number;
  readonly finishedAt: number;
}

/** Numbers of the fields, as the API has them. */
const ofResult = { outputFiles: 2, stdout: 5, metadata: 9, outputSymlinks: 12 };
const ofFile = { path: 1, digest: 2, isExecutable: 4 };
const ofDigest = { hash: 1, sizeBytes: 2 };
const ofSymlink = { path: 1, target: 2 };
const ofMetadata = { worker: 1, startedAt: 7, completedAt: 8 };
const ofTimestamp = { seconds: 1, nanos: 2 };

export function encodeActionResult(result: ActionResult): Uint8Array {
  const metadata = encodeMessage([
    [ofMetadata.worker, 'noodle'],
    [ofMetadata.startedAt, encodeTimestamp(result.startedAt)],
    [ofMetadata.completedAt, encodeTimestamp(result.finishedAt)],
  ]);
  return encodeMessage([
    ...result.files.map((file) => [ofResult.outputFiles, encodeFile(file)] as const),
    [ofResult.stdout, result.log],
    [ofResult.metadata, metadata],
    ...result.links.map(
      ({ path, target }) =>
        [
          ofResult.outputSymlinks,
          encodeMessage([
            [ofSymlink.path, path],
            [ofSymlink.target, target],
          ]),
        ] as const,
    ),
  ]);
}

/** Null when the bytes are no such message, or hold a digest that is none. */
export function decodeActionResult(bytes: Uint8Array): ActionResult | null {
  const fields = decodeMessage(bytes);
  if (fields === null) return null;
  const files = bytesIn(fields, ofResult.outputFiles).map(decodeFile);
  const links = bytesIn(fields, ofResult.outputSymlinks).map(decodeLink);
  const isWhole = files.every((file) => file !== null) && links.every((link) => link !== null);
  if (!isWhole) return null;
  const metadata = below(fields, ofResult.metadata);
  return {
    files: files.filter((file) => file !== null),
    links: links.filter((link) => link !== null),
    log: textIn(fields, ofResult.stdout),
    startedAt: decodeTimestamp(below(metadata, ofMetadata.startedAt)),
    finishedAt: decodeTimestamp(below(metadata, ofMetadata.completedAt)),
  };
}

function encodeFile({ path, digest, sizeBytes, isExecutable }: CachedFile): Uint8Array {
  const digestMessage = encodeMessage([
    [ofDigest.hash, digest],
    [ofDigest.sizeBytes, sizeBytes],
  ]);
  return encodeMessage([
    [ofFile.path, path],
    [ofFile.digest, digestMessage],
    [ofFile.isExecutable, isExecutable ? 1 : 0],
  ]);
}

function decodeFile(bytes: Uint8Array): CachedFile | null {
  const fields = decodeMessage(bytes);
  if (fields === null) return null;
  const digestFields = below(fields, ofFile.digest);
  const digest = textIn(digestFields, ofDigest.hash);
  const path = textIn(fields, ofFile.path);
  if (path === '' || !/^[0-9a-f]{64}$/.test(digest)) return null;
  return {
    path,
    digest,
    sizeBytes: numberIn(digestFields, ofDigest.sizeBytes),
    isExecutable: numberIn(fields, ofFile.isExecutable) === 1,
  };
}

function decodeLink(bytes: Uint8Array): CachedLink | null {
  const fields = decodeMessage(bytes);
  const path = fields === null ? '' : textIn(fields, ofSymlink.path);
  return fields === null || path === '' ? null : { path, target: textIn(fields, ofSymlink.target) };
}

function below(fields: readonly Field[], number: number): readonly Field[] {
  const bytes = bytesIn(fields, number).at(-1);
  return bytes === undefined ? [] : (decodeMessage(bytes) ?? []);
}

function encodeTimestamp(at: number): Uint8Array {
  const seconds = Math.floor(at / 1000);
  return encodeMessage([
    [ofTimestamp.seconds, seconds],
    [ofTimestamp.nanos, Math.round((at - seconds * 1000) * 1_000_000)],
  ]);
}

function decodeTimestamp(fields: readonly Field[]): number {
  return numberIn(fields, ofTimestamp.seconds) * 1000 + numberIn(fields, ofTimestamp.nanos) / 1_000_000;
}
