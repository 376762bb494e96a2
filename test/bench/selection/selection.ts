// `npm run bench:selection -- [--mutants <n>] [--seed <n>] <folder …>`: how safe and how narrow plans are, on mutants of
// repositories whose dependencies are installed. The truth is two whole runs of each mutant; nothing is changed in the folders.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Clone } from './clones.ts';
import { chooseMutant, isSource, mutated, randomNumbers, type Mutant } from './mutants.ts';

interface Options {
  readonly mutants: number;
  readonly seed: number;
}

interface Selection {
  readonly files: ReadonlySet<string>;
  readonly planMs: number | null;
}

interface Judged {
  readonly mutant: Mutant;
  readonly failed: ReadonlySet<string>;
  /** By the way of selecting: `before`, `after`, a peer. */
  readonly selections: Map<string, Selection>;
}

interface Suite {
  readonly all: ReadonlySet<string>;
  readonly durationMs: ReadonlyMap<string, number>;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    mutants: { type: 'string', default: '12' },
    seed: { type: 'string', default: '1' },
    verbose: { type: 'boolean', default: false },
  },
});
const say = (line: string) => process.stdout.write(`${line}\n`);

if (positionals.length === 0) {
  process.stderr.write('bench:selection: name folders with repositories whose dependencies are installed\n');
  process.exitCode = 2;
} else {
  say(
    '| repository | test files | selected by | killed mutants | recall | × of failing | selected | time saved | plan (median) |',
  );
  say('|---|---|---|---|---|---|---|---|---|');
  for (const folder of positionals)
    await measure(path.resolve(folder), { mutants: Number(values.mutants), seed: Number(values.seed) });
}

async function measure(repository: string, options: Options): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'noodle-selection-'));
  try {
    const truth = await Clone.of(repository, path.join(folder, 'truth'));
    const planned = await Clone.of(repository, path.join(folder, 'planned'));
    const baseline = await truth.runAll({ recordsEvidence: false });
    const { all } = await planned.plan('--all');
    if (baseline.failed.size > all.size / 2)
      throw new Error(`${repository}: most tests fail without any fault; are its dependencies installed?`);
    const judged = await killedMutants(truth, { all, broken: baseline.failed, options });
    await selectAll(planned, judged, 'Noodle, nothing recorded');
    for (const { mutant, selections } of judged) {
      const peer = await withMutant(planned, mutant, () => planned.peer(mutant.file));
      if (peer !== null) selections.set(peer.name, { files: peer.files, planMs: null });
    }
    await planned.runAll({ recordsEvidence: true });
    for (const each of judged) await addLimit(planned, each);
    await selectAll(planned, judged, 'Noodle, after a recorded run');
    for (const line of table(path.basename(repository), judged, { all, durationMs: baseline.durationMs })) say(line);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/**
 * What no selection by recordings can go below: the files that run the changed line, and those that fail. Where no lines
 * are recorded there is no such row.
 */
async function addLimit(clone: Clone, { mutant, failed, selections }: Judged): Promise<void> {
  const ran = await clone.ranLine(mutant.file, mutant.line);
  if (ran.size > 0) selections.set('(who runs the line)', { files: new Set([...ran, ...failed]), planMs: null });
}

/** Mutants that the same test files fail for in two runs. */
async function killedMutants(
  truth: Clone,
  {
    all,
    broken,
    options,
  }: { readonly all: ReadonlySet<string>; readonly broken: ReadonlySet<string>; readonly options: Options },
): Promise<Judged[]> {
  const random = randomNumbers(options.seed);
  const sources = new Map(
    (await truth.files()).filter((file) => isSource(file, all)).map((file) => [file, truth.read(file)]),
  );
  const judged: Judged[] = [];
  const tried = new Set<string>();
  // Most lines take no fault, and some faults nobody notices.
  for (
    let attempt = 0;
    judged.length < options.mutants && attempt < options.mutants * 200 && tried.size < options.mutants * 4;
    attempt++
  ) {
    const mutant = chooseMutant(sources, random);
    const key = mutant === null ? '' : `${mutant.file}:${mutant.line}:${mutant.after}`;
    if (mutant === null || tried.has(key)) continue;
    tried.add(key);
    const failing = async () =>
      [...(await truth.runAll({ recordsEvidence: false })).failed].filter((file) => !broken.has(file));
    const failed = await withMutant(truth, mutant, async () => {
      const first = await failing();
      if (first.length === 0) return new Set<string>();
      const second = new Set(await failing());
      return new Set(first.filter((file) => second.has(file)));
    });
    if (values.verbose) process.stderr.write(`${key.trim()} → ${failed.size} fail\n`);
    if (failed.size > 0) judged.push({ mutant, failed, selections: new Map() });
  }
  return judged;
}

async function withMutant<T>(clone: Clone, mutant: Mutant, work: () => Promise<T>): Promise<T> {
  const text = clone.read(mutant.file);
  clone.write(mutant.file, mutated(text, mutant));
  try {
    return await work();
  } finally {
    clone.write(mutant.file, text);
  }
}

async function selectAll(clone: Clone, judged: readonly Judged[], name: string): Promise<void> {
  for (const { mutant, selections, failed } of judged) {
    const { files, planMs } = await withMutant(clone, mutant, () => clone.plan());
    selections.set(name, { files, planMs });
    const lost = [...failed].filter((file) => !files.has(file));
    if (lost.length > 0)
      process.stderr.write(
        `${name}: ${mutant.file}:${mutant.line} '${mutant.after.trim()}' loses ${lost.join(', ')}\n`,
      );
    if (values.verbose)
      process.stderr.write(`${name}: ${mutant.file}:${mutant.line} ${failed.size} fail, ${files.size} selected\n`);
  }
}

function table(repository: string, judged: readonly Judged[], { all, durationMs }: Suite): string[] {
  const ways = new Set(judged.flatMap(({ selections }) => [...selections.keys()]));
  const totalMs = sum([...durationMs.values()]);
  return [...ways].map((way) => {
    const rows = judged.flatMap(({ failed, selections }) => {
      const selection = selections.get(way);
      return selection === undefined ? [] : [{ failed, ...selection }];
    });
    const failing = sum(rows.map(({ failed }) => failed.size));
    const found = sum(rows.map(({ failed, files }) => [...failed].filter((file) => files.has(file)).length));
    const selected = sum(rows.map(({ files }) => files.size));
    const ranMs = sum(rows.flatMap(({ files }) => [...files].map((file) => durationMs.get(file) ?? 0)));
    const plans = rows.flatMap(({ planMs }) => (planMs === null ? [] : [planMs])).toSorted((a, b) => a - b);
    const median = plans[Math.floor(plans.length / 2)];
    return `| ${[
      repository,
      all.size,
      way,
      rows.length,
      percent(found / failing),
      (selected / failing).toFixed(2),
      percent(selected / (rows.length * all.size)),
      percent(1 - ranMs / (totalMs * rows.length)),
      median === undefined ? '' : `${median.toFixed(0)} ms`,
    ].join(' | ')} |`;
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function percent(share: number): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(0)} %` : '';
}
