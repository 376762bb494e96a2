// Stores, brings back and clears away the same few results again and again, beside another process that does the same.
// Usage: build-cache-contender.ts <cache folder> <own folder>. Exit code 1 when what came back was not what was stored.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LocalCache } from '../../agent/builds/cache/local-cache.ts';
import { restore } from '../../agent/builds/cache/restore.ts';
import { systemClock } from '../../agent/platform/clock.ts';
import { Fingerprint } from '../../agent/protocol/ids.ts';

const [, , cacheFolder = '', own = ''] = process.argv;
const cache = new LocalCache(cacheFolder, systemClock);
// Room for two of the three, so that something is always cleared away.
const limits = { ttlMs: 60_000, sizeBytes: 2500 };
let restored = 0;

await cache.prepare();
for (let round = 0; round < 120; round++) {
  const digit = String(round % 3);
  const fingerprint = Fingerprint.parse(digit.repeat(64));
  const content = digit.repeat(1000);
  const kept = await cache.get(fingerprint, limits);
  const target = { root: own, isOutput: () => true, present: [] };
  if (kept !== null && (await restore(kept, cache, target)) === null) {
    restored++;
    if ((await readFile(path.join(own, `out/${digit}`), 'utf8')) !== content) process.exitCode = 1;
  }
  await rm(path.join(own, 'out'), { recursive: true, force: true });
  await mkdir(path.join(own, 'out'));
  await writeFile(path.join(own, `out/${digit}`), content);
  const { digest, sizeBytes } = await cache.blobs.addFile(path.join(own, `out/${digit}`));
  const files = [{ path: `out/${digit}`, digest, sizeBytes, isExecutable: false }];
  await cache.put(fingerprint, { files, links: [], log: '', startedAt: 0, finishedAt: 0 });
  await cache.prune(limits);
}
if (restored === 0) process.exitCode = 1;
