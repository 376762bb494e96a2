// Sees what the node and python processes of a build read, and which of that the target does not say it reads.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { assetPath } from '../../platform/assets.ts';
import type { BuildTarget } from '../../protocol/build.ts';
import { RepoPath } from '../../protocol/ids.ts';
import type { BuildRunOptions } from '../build-job.ts';
import { undeclaredAmong, type SeenFiles } from './undeclared-reads.ts';

export interface Trace {
  /** The environment that makes the processes tell what they read. */
  readonly environment: Readonly<Record<string, string>>;
  /** After the build: files that it read although they are no inputs. Ends the trace. */
  undeclared(): Promise<RepoPath[]>;
  dispose(): Promise<void>;
}

const Seen = z.object({ reads: z.array(z.string()), writes: z.array(z.string()) });
const traced: ReadonlySet<string> = new Set(['javascript', 'typescript', 'python']);

/** Of other programs than node and python nothing is seen. */
export async function traceReads(target: BuildTarget, options: BuildRunOptions): Promise<Trace> {
  const environment = options.environment();
  if (!traced.has(target.language)) return { environment, undeclared: async () => [], dispose: async () => {} };
  const folder = await mkdtemp(path.join(tmpdir(), 'noodle-trace-'));
  const dispose = () => rm(folder, { recursive: true, force: true });
  return {
    environment: { ...environment, ...variables(target, environment, { folder, root: options.root }) },
    dispose,
    async undeclared() {
      const seen = await readSeen(folder, options.root);
      await dispose();
      return undeclaredAmong(seen, target, options);
    },
  };
}

function variables(
  { language }: BuildTarget,
  environment: Readonly<Record<string, string>>,
  { folder, root }: { folder: string; root: string },
): Record<string, string> {
  const hooks = assetPath('build-tracing');
  const common = { NOODLE_TRACE_FOLDER: folder, NOODLE_TRACE_ROOT: root };
  const python = environment['PYTHONPATH'];
  if (language === 'python')
    return {
      ...common,
      PYTHONPATH: python === undefined || python === '' ? hooks : `${hooks}${path.delimiter}${python}`,
    };
  const preload = `--require ${JSON.stringify(path.join(hooks, 'node-reads.cjs'))}`;
  return { ...common, NODE_OPTIONS: `${environment['NODE_OPTIONS'] ?? ''} ${preload}`.trim() };
}

async function readSeen(folder: string, root: string): Promise<SeenFiles> {
  const reads = new Set<RepoPath>();
  const writes = new Set<RepoPath>();
  for (const name of await readdir(folder).catch(() => [])) {
    const text = await readFile(path.join(folder, name), 'utf8').catch(() => '');
    const seen = parse(text);
    for (const file of seen.reads) addTo(reads, root, file);
    for (const file of seen.writes) addTo(writes, root, file);
  }
  return { reads, writes };
}

/** What a process that was killed has left half-written counts for nothing. */
function parse(text: string): z.infer<typeof Seen> {
  try {
    return Seen.parse(JSON.parse(text));
  } catch {
    return { reads: [], writes: [] };
  }
}

function addTo(files: Set<RepoPath>, root: string, absolute: string): void {
  const relative = path.relative(root, absolute).split(path.sep).join('/');
  const file = RepoPath.safeParse(relative);
  if (file.success && !relative.startsWith('../')) files.add(file.data);
}
