// What 100,000 TypeScript files cost: the time and the memory of an index from nothing, and of one edit after it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createGraph } from '../../agent/graph/graph.ts';
import { systemClock } from '../../agent/platform/clock.ts';
import { silentLog } from '../../agent/platform/log.ts';
import { openStore } from '../../agent/store/store.ts';
import { generateRepository } from './graph/generated-repository.ts';

const packages = 200;

/** Prints one line a measurement. */
export async function run(report: (line: string) => void): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'noodle-bench-graph-size-'));
  try {
    const { root, files } = await generateRepository(path.join(folder, 'repository'), { packages });
    report(`${files.length} files in ${packages} packages`);
    const directory = path.join(folder, 'state');
    const store = await openStore({ directory, clock: systemClock, log: silentLog, onNotice: () => {} });
    const graph = createGraph({ root, store, clock: systemClock, log: silentLog });
    report(`cold index          ${await timed(() => graph.update(files))}`);
    const [file] = files.filter((each) => each.endsWith('m7.ts'));
    if (file === undefined) throw new Error('the generated repository has no m7.ts');
    await writeFile(path.join(root, file), 'export const f7 = () => 7;\n');
    report(`one edit            ${await timed(() => graph.update(files, [file]))}`);
    await graph.dispose();
    await store.dispose();
    report(
      `most memory         ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB resident, threads and store included`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function timed(work: () => Promise<unknown>): Promise<string> {
  const start = performance.now();
  await work();
  return `${(performance.now() - start).toFixed(0).padStart(6)} ms`;
}

if (process.argv[1] === import.meta.filename) await run((line) => process.stdout.write(`${line}\n`));
