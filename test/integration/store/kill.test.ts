import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
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
    await using _cache = {
      [Symbol.asyncDispose]: () => rm(compiledFolder(rig.directory), { recursive: true, force: true }),
    };
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

/**
 * Starts a writer and kills it at a random moment of its work; every tenth of its start, which is when it repairs, and
 * every tenth only once it has made a snapshot, however slow the machine is.
 */
async function writeUntilKilled(directory: string, kill: number): Promise<Life> {
  // Compiled once for all: it halves the duration of the test.
  const env = { ...process.env, NODE_COMPILE_CACHE: compiledFolder(directory) };
  const child = spawn(process.execPath, [writer, directory], { stdio: ['ignore', 'pipe', 'inherit'], env });
  const reader = createInterface({ input: child.stdout });
  const ended = Promise.all([once(child, 'exit'), once(reader, 'close')]);
  const lastLine = kill % 10 === 9 ? 0 : 1 + Math.floor(Math.random() * 600);
  const before = snapshotsIn(directory);
  const awaitsSnapshot = kill % 10 === 4;
  const hasSnapshot = () => snapshotsIn(directory).some((name) => !before.includes(name));
  const lines: string[] = [];
  const enough = new Promise<void>((resolve) => {
    reader.on('line', (line) => {
      if (lines.push(line) > lastLine && (!awaitsSnapshot || hasSnapshot())) resolve();
    });
  });
  const moment = lastLine === 0 ? delay(Math.random() * 250) : enough;
  await Promise.race([moment, ended]);
  assert.equal(child.exitCode, null, 'the writer ended by itself');
  child.kill('SIGKILL');
  await ended;
  const [first, ...numbers] = lines;
  // The rig's writer prints a Found first.
  const found = first === undefined ? null : (JSON.parse(first) as Found);
  return { first: found, acknowledged: Math.max(0, ...numbers.map(Number)) };
}

function snapshotsIn(directory: string): readonly string[] {
  return readdirSync(directory).filter((name) => name.startsWith('snapshot'));
}

function compiledFolder(directory: string): string {
  return `${directory}-compiled`;
}
