// Files that must survive a crash: replaced whole or not at all, appended to with a say in when it is on disk.
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

/** A file that only grows. Calls must not overlap. */
export interface AppendFile {
  /** Writes all of `bytes` at the end. After a rejection an unknown part of them may be there. */
  append(bytes: Uint8Array): Promise<void>;
  /** Resolves when everything appended so far is on disk. */
  sync(): Promise<void>;
  truncate(sizeBytes: number): Promise<void>;
  close(): Promise<void>;
}

export interface FileEntry {
  readonly name: string;
  readonly sizeBytes: number;
}

/** The file system as an argument, so that tests can fill the disk. All paths are absolute. */
export interface FileSystem {
  /** The content, or null when there is no such file. */
  read(file: string): Promise<Uint8Array | null>;
  /** The files of a folder, without its subfolders; empty when the folder is missing. */
  list(folder: string): Promise<FileEntry[]>;
  makeFolder(folder: string): Promise<void>;
  /** Opens a file for appending; it is made when it is missing. */
  openAppend(file: string): Promise<AppendFile>;
  /** Replaces a file: written aside, on disk, then renamed. A crash leaves the old content or the new. */
  writeAtomically(file: string, content: Uint8Array | string, options?: { readonly mode?: number }): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; a missing one is fine. */
  remove(file: string): Promise<void>;
  /** Resolves when the names made, changed and removed in the folder are on disk. */
  syncFolder(folder: string): Promise<void>;
}

export const systemFiles: FileSystem = {
  read: (file) => missingAsNull(readFile(file)),
  list: listFiles,
  makeFolder: async (folder) => void (await mkdir(folder, { recursive: true })),
  openAppend: async (file) => appendFileOn(await open(file, 'a')),
  writeAtomically,
  rename,
  remove: (file) => rm(file, { force: true }),
  syncFolder,
};

/** The suffix of files that are being written; what a crash left of them may be removed. */
export const asideSuffix = '.tmp';

/** The code of a system error (`ENOSPC`), undefined for anything else. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Whether an error says that there is no space left, on the disk or in the user's quota. */
export function isDiskFull(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOSPC' || code === 'EDQUOT';
}

async function missingAsNull<T>(promise: Promise<T>): Promise<T | null> {
  try {
    return await promise;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

async function listFiles(folder: string): Promise<FileEntry[]> {
  const names = (await missingAsNull(readdir(folder))) ?? [];
  const entries: FileEntry[] = [];
  for (const name of names.toSorted()) {
    const found = await missingAsNull(stat(path.join(folder, name)));
    if (found?.isFile()) entries.push({ name, sizeBytes: found.size });
  }
  return entries;
}

function appendFileOn(handle: FileHandle): AppendFile {
  return {
    append: (bytes) => writeAll(handle, bytes),
    sync: () => handle.datasync(),
    truncate: (sizeBytes) => handle.truncate(sizeBytes),
    close: () => handle.close(),
  };
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    written += (await handle.write(bytes, written, bytes.length - written)).bytesWritten;
  }
}

async function writeAtomically(
  file: string,
  content: Uint8Array | string,
  options: { readonly mode?: number } = {},
): Promise<void> {
  const aside = `${file}.${randomBytes(4).toString('hex')}${asideSuffix}`;
  try {
    await writeAndSync(aside, typeof content === 'string' ? Buffer.from(content) : content, options.mode ?? 0o666);
    await rename(aside, file);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
  await syncFolder(path.dirname(file));
}

async function writeAndSync(file: string, content: Uint8Array, mode: number): Promise<void> {
  const handle = await open(file, 'wx', mode);
  try {
    await writeAll(handle, content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Windows and some network file systems cannot sync a folder; there the file's own sync has to do. */
const cannotSyncFolder: ReadonlySet<string | undefined> = new Set([
  'EPERM',
  'EISDIR',
  'EACCES',
  'EINVAL',
  'EBADF',
  'ENOTSUP',
]);

async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!cannotSyncFolder.has(errorCode(error))) throw error;
  }
}
