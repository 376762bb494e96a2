// A file that exactly one process can make, and that the next one can take over when its maker is gone.
import { randomBytes } from 'node:crypto';
import { link, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { asideSuffix, errorCode } from '../platform/files.ts';

export interface LockClaim {
  /** What the file says about its owner. */
  readonly text: string;
  /** Whether the owner that a file names is gone. */
  readonly isStale: (text: string) => Promise<boolean>;
}

/** `held`: somebody else owns the file. */
export type ClaimOutcome = 'claimed' | 'held';

const attempts = 20;

/** Makes the file, or takes a stale one over. Of several who try at once, exactly one succeeds. */
export async function claimFile(file: string, claim: LockClaim, depth = 2): Promise<ClaimOutcome> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (await createFile(file, claim.text)) return 'claimed';
    const found = await readText(file);
    // Gone since: its owner released it.
    if (found === null) continue;
    if (!(await claim.isStale(found))) return 'held';
    if (depth > 0 && (await takeOver(file, { found, claim, depth }))) return 'claimed';
  }
  return 'held';
}

interface StaleFile {
  readonly found: string;
  readonly claim: LockClaim;
  readonly depth: number;
}

/**
 * Replaces a stale file while nobody else can: under a lock file of its own, and only if it still is the file that was
 * found stale. Whoever dies in between leaves a lock that is taken over in the same way.
 */
async function takeOver(file: string, { found, claim, depth }: StaleFile): Promise<boolean> {
  const guard = `${file}.takeover`;
  const owner = { text: `${process.pid}`, isStale: async (text: string) => !isProcessAlive(Number(text)) };
  if ((await claimFile(guard, owner, depth - 1)) !== 'claimed') return false;
  try {
    if ((await readText(file)) !== found) return false;
    await replaceFile(file, claim.text);
    return true;
  } finally {
    await removeFile(guard);
  }
}

/** Whether a process with this id runs. */
export function isProcessAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/** Null when there is no such file. */
export async function readText(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Puts a new content, readable by the owner alone, in the file's place at once. */
export async function replaceFile(file: string, text: string): Promise<void> {
  const aside = asidePath(file);
  try {
    await writeFile(aside, text, { mode: 0o600, flag: 'wx' });
    await rename(aside, file);
  } catch (error) {
    await removeFile(aside);
    throw error;
  }
}

/** A missing one is fine. */
export async function removeFile(file: string): Promise<void> {
  await rm(file, { force: true });
}

/** False when there is such a file. It appears with its content, readable by the owner alone. */
async function createFile(file: string, text: string): Promise<boolean> {
  const aside = asidePath(file);
  await writeFile(aside, text, { mode: 0o600, flag: 'wx' });
  try {
    await link(aside, file);
    return true;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST') return false;
    if (code === undefined || !withoutLinks.has(code)) throw error;
    return await createInPlace(file, text);
  } finally {
    await removeFile(aside);
  }
}

/** What file systems without hard links (FAT, some network shares) answer to `link`. */
const withoutLinks: ReadonlySet<string> = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'UNKNOWN']);

async function createInPlace(file: string, text: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx', 0o600);
    await handle.writeFile(text);
    await handle.close();
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function asidePath(file: string): string {
  return `${file}.${process.pid}-${randomBytes(4).toString('hex')}${asideSuffix}`;
}
