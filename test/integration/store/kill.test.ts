import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { StoreRig } from '../../rig/store-rig.ts';
import type { Found } from '../../rig/store-writer.ts';

const kills = 100;
const writer = path.join(import.meta.dirname, '../../rig/store-writer.ts');

describe('a store whose process is killed', () => {
  it(`has every acknowledged transaction, and none half, after each of ${kills} kills`, async function () {
    this.timeout(180_000);
    await using rig = await StoreRig.create();
    let acknowledged = 0;
    for (let kill = 0; kill < kills; kill += 1) {
      const found = await writeUntilKilled(rig.directory, kill);
      if (found.first !== null) {
        const last = found.first.whole.at(-1)?.[1] ?? 0;
        assert.deepEqual(found.first.half, [], `kill ${kill}: half of a transaction`);
        assert.deepEqual(found.first.notices, [], `kill ${kill}: damage`);
        assert.ok(found.first.whole.length <= 1, `kill ${kill}: holes in ${JSON.stringify(found.first.whole)}`);
        assert.ok(last >= acknowledged, `kill ${kill}: ${acknowledged} was acknowledged and ${last} is the last there`);
      }
      acknowledged = Math.max(acknowledged, found.acknowledged);
    }
    assert.ok(acknowledged > kills, `only ${acknowledged} transactions were written in all`);
    assert.ok((await rig.names(/^snapshot/)).length > 0, 'no snapshot was made');
  });
});

interface Life {
  /** What it found at its start; null when it was killed before. */
  readonly first: Found | null;
  readonly acknowledged: number;
}

/** Starts a writer and kills it at a moment that is spread over its start and its work. */
async function writeUntilKilled(directory: string, kill: number): Promise<Life> {
  const child = spawn(process.execPath, [writer, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  const started = new Promise<void>((resolve) => {
    reader.on('line', (line) => {
      lines.push(line);
      resolve();
    });
  });
  const gone = once(child, 'exit');
  const read = once(reader, 'close');
  // Every tenth is killed while it starts, which is when it repairs; the others while they write.
  if (kill % 10 !== 9) await Promise.race([started, gone]);
  await delay(Math.random() * (kill % 10 === 9 ? 250 : 150));
  assertAlive(child);
  child.kill('SIGKILL');
  await Promise.all([gone, read]);
  const [first, ...numbers] = lines;
  // The rig's writer prints a Found first.
  return {
    first: first === undefined ? null : (JSON.parse(first) as Found),
    acknowledged: Number(numbers.at(-1) ?? 0),
  };
}

function assertAlive(child: ChildProcess): void {
  assert.equal(child.exitCode, null, 'the writer ended by itself');
}
