// Which sets of benchmarks a repository has: those of noodle.yaml, and the benchmark files of vitest.
import path from 'node:path';
import { z } from 'zod';
import type { RepoPath } from '../protocol/ids.ts';
import type { BenchmarkSet, PerformanceDefinition } from '../protocol/performance.ts';
import { counted } from '../protocol/quantities.ts';

export interface BenchmarkSources {
  readonly definition: PerformanceDefinition;
  readonly files: readonly RepoPath[];
  /** The text of a file; null when it cannot be read. */
  readonly read: (file: RepoPath) => string | null;
}

/** The default of vitest's `benchmark.include`. */
const benchmarkFile = /(?:^|[/.])(?:bench|benchmark)\.[cm]?[jt]sx?$/;

/** The declared ones first. A declared set takes the place of a found one of its name. */
export function benchmarkSets({ definition, files, read }: BenchmarkSources): BenchmarkSet[] {
  const declared = Object.entries(definition.benchmarks).map(([id, each]) => ({
    ...each,
    id,
    origin: 'declared in noodle.yaml',
  }));
  const found = vitestSets(files, read).filter(({ id }) => definition.benchmarks[id] === undefined);
  return [...declared, ...found];
}

/** One for each folder whose package.json names vitest and that has benchmark files. */
function vitestSets(files: readonly RepoPath[], read: BenchmarkSources['read']): BenchmarkSet[] {
  const benchmarks = files.filter((file) => benchmarkFile.test(file));
  if (benchmarks.length === 0) return [];
  const projects = files
    .filter((file) => path.posix.basename(file) === 'package.json' && namesVitest(read(file)))
    .map((file) => folderOf(file))
    .toSorted((a, b) => b.length - a.length);
  const ofProject = Map.groupBy(benchmarks, (file) => projects.find((folder) => isIn(file, folder)) ?? null);
  return [...ofProject].flatMap(([folder, inProject]) =>
    folder === null
      ? []
      : [
          {
            id: folder === '' ? 'vitest' : `vitest:${folder}`,
            origin: counted(inProject.length, 'vitest benchmark file'),
            command: 'vitest bench --run --outputJson {report}',
            format: 'vitest' as const,
            folder,
            environment: {},
          },
        ],
  );
}

function folderOf(file: string): string {
  const folder = path.posix.dirname(file);
  return folder === '.' ? '' : folder;
}

function isIn(file: string, folder: string): boolean {
  return folder === '' || file.startsWith(`${folder}/`);
}

const Manifest = z.object({
  dependencies: z.record(z.string(), z.unknown()).default({}),
  devDependencies: z.record(z.string(), z.unknown()).default({}),
});

function namesVitest(text: string | null): boolean {
  if (text === null) return false;
  try {
    const manifest = Manifest.safeParse(JSON.parse(text));
    return manifest.success && ('vitest' in manifest.data.dependencies || 'vitest' in manifest.data.devDependencies);
  } catch {
    return false;
  }
}
