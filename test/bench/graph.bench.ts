// The graph over 10,000 TypeScript files: cold, warm, and one edit, beside a bare loop of oxc-parser and oxc-resolver.
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseSync } from 'oxc-parser';
import { ResolverFactory } from 'oxc-resolver';
import { createGraph } from '../../agent/graph/graph.ts';
import type { Graph } from '../../agent/graph/graph.ts';
import { systemClock } from '../../agent/platform/clock.ts';
import { silentLog } from '../../agent/platform/log.ts';
import { openStore } from '../../agent/store/store.ts';
import { generateRepository } from './graph/generated-repository.ts';
import type { Repository } from './graph/generated-repository.ts';

const packages = 20;
const edits = 50;

/** Prints one line a measurement. */
export async function run(report: (line: string) => void): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'noodle-bench-graph-'));
  try {
    const repository = await generateRepository(path.join(folder, 'repository'), { packages });
    report(`${repository.files.length} files in ${packages} packages`);
    const bareMs = await timed(() => bareLoop(repository));
    report(`bare loop: oxc-parser + oxc-resolver, one thread   ${bareMs.toFixed(0)} ms`);
    const coldMs = await withGraph(repository, path.join(folder, 'state'), async (_graph, startMs) => {
      report(
        `cold index                                        ${startMs.toFixed(0)} ms (${(startMs / bareMs).toFixed(2)} of the bare loop)`,
      );
      return startMs;
    });
    await withGraph(repository, path.join(folder, 'state'), async (graph, startMs) => {
      report(
        `warm start, from the store                        ${startMs.toFixed(0)} ms (${(startMs / coldMs).toFixed(2)} of cold)`,
      );
      report(`one edit → impact                                 ${await editTimes(graph, repository)}`);
      report(
        `memory                                            ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB resident`,
      );
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function timed(work: () => Promise<unknown> | void): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Opens the store, brings a graph up to date, and lets `use` have it. */
async function withGraph<T>(
  { root, files }: Repository,
  directory: string,
  use: (graph: Graph, startMs: number) => Promise<T>,
): Promise<T> {
  await mkdir(directory, { recursive: true });
  const store = await openStore({ directory, clock: systemClock, log: silentLog, onNotice: () => {} });
  const start = performance.now();
  const graph = createGraph({ root, store, clock: systemClock, log: silentLog });
  await graph.update(files);
  const startMs = performance.now() - start;
  try {
    return await use(graph, startMs);
  } finally {
    await graph.dispose();
    await store.dispose();
  }
}

/** What the peer needs for the same edges: every import statement resolved. */
function bareLoop({ root, files }: Repository): void {
  const resolver = new ResolverFactory({ extensions: ['.ts', '.js'], tsconfig: 'auto' });
  for (const file of files) {
    if (!file.endsWith('.ts')) continue;
    const parsed = parseSync(file, readFileSync(path.join(root, file), 'utf8'));
    // The peer's tree is what it hands over; its import list is taken from it.
    for (const statement of parsed.program.body) {
      if (statement.type === 'ImportDeclaration')
        resolver.resolveFileSync(path.join(root, file), statement.source.value);
    }
  }
}

/** A file in the middle of the graph, changed again and again. */
async function editTimes(graph: Graph, { root, files }: Repository): Promise<string> {
  const times: number[] = [];
  const sources = files.filter((file) => file.endsWith('.ts'));
  for (let edit = 0; edit < edits; edit++) {
    const file = sources[(edit * 7_919) % sources.length];
    if (file === undefined) continue;
    const text = await readFile(path.join(root, file), 'utf8');
    // Every other edit is inside of a function, whose callers are followed by name; the rest are new statements.
    const edited =
      edit % 2 === 0 ? text.replace('return ', `return ${edit} + `) : `${text}\nexport const edit${edit} = ${edit};\n`;
    await writeFile(path.join(root, file), edited);
    times.push(
      await timed(async () => {
        const change = {
          base: 'HEAD',
          head: null,
          branch: null,
          notes: [],
          files: [{ path: file, kind: 'modified' as const, lines: [] }],
        };
        const [changed] = await Promise.all([graph.compare(change, async () => text), graph.update(files, [file])]);
        graph.impactOf(change, changed);
      }),
    );
  }
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1);
  return `${at(0.5)} ms median, ${at(0.95)} ms p95`;
}

if (process.argv[1] === import.meta.filename) await run((line) => process.stdout.write(`${line}\n`));
