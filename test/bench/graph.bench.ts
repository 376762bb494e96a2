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
import type { RepoPath } from '../../agent/protocol/ids.ts';
import { openStore } from '../../agent/store/store.ts';

const packages = 20;
const filesPerPackage = 500;
const edits = 50;

interface Repository {
  readonly root: string;
  readonly files: readonly RepoPath[];
}

/** Prints one line a measurement. */
export async function run(report: (line: string) => void): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'noodle-bench-graph-'));
  try {
    const repository = await generate(path.join(folder, 'repository'));
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

async function generate(root: string): Promise<Repository> {
  const files: string[] = [];
  for (let index = 0; index < packages; index++) {
    const folder = `packages/p${index}`;
    const manifest = JSON.stringify({ name: `@bench/p${index}`, exports: './dist/index.js' });
    await write(root, `${folder}/package.json`, manifest, files);
    await write(
      root,
      `${folder}/tsconfig.json`,
      '{ "compilerOptions": { "outDir": "dist", "rootDir": "src", "paths": { "~/*": ["./src/*"] } } }',
      files,
    );
    for (let number = 0; number < filesPerPackage; number++)
      await write(root, fileOf(index, number), sourceOf(index, number), files);
  }
  // The generator names them; they are all below the root, with forward slashes.
  return { root, files: files.toSorted() as RepoPath[] };
}

function fileOf(index: number, number: number): string {
  return `packages/p${index}/src/${number === 0 ? 'index' : `d${number % 10}/m${number}`}.ts`;
}

function sourceOf(index: number, number: number): string {
  const below = [1, 7, 31, 101].map((step) => number + step).filter((each) => each < filesPerPackage);
  const imports = below.map(
    (each) => `import { f${each}, type T${each} } from '${number === 0 ? '.' : '..'}/d${each % 10}/m${each}';`,
  );
  if (number % 50 === 49 && index > 0) imports.push(`import { f0 as other } from '@bench/p${index - 1}';`);
  if (number % 20 === 19) imports.push(`import { f2 as near } from '~/d2/m2';`);
  const body = Array.from({ length: 8 }, (_, each) => functionOf(number, each, below));
  return [
    ...imports,
    `/** Shape ${number}. */\nexport interface T${number} { a: number; b: string; c?: T${number}[] }`,
    ...body,
    '',
  ].join('\n');
}

function functionOf(number: number, each: number, below: readonly number[]): string {
  const calls = below.map((other) => `f${other}({ a: 1, b: 'x' } as never)`).join(' + ') || '0';
  return `// Step ${each}\nexport function f${number}${each === 0 ? '' : `_${each}`}(input: T${number}, count = ${each}): number {\n  let total = 0;\n  for (const item of input.c ?? []) {\n    if (item.a > count && item.b.length !== 0) total += item.a * 2 + ${calls};\n  }\n  return total / 2;\n}`;
}

async function write(root: string, file: string, text: string, files: string[]): Promise<void> {
  await mkdir(path.join(root, path.dirname(file)), { recursive: true });
  await writeFile(path.join(root, file), text);
  files.push(file);
}

if (process.argv[1] === import.meta.filename) await run((line) => process.stdout.write(`${line}\n`));
