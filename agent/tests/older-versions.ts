// Carries recordings over commits: what differs between the content of a file that a test ran and the file as it is now.
import { hash } from 'node:crypto';
import type { CodeDifference, Graph } from '../graph/graph.ts';
import type { RepoPath } from '../protocol/ids.ts';
import type { CoveredFile } from '../store/evidence.ts';
import type { TestsOptions } from './options.ts';

/** How a file differs now from the content that ran; null where that is not known. */
export type SinceRecorded = (file: CoveredFile) => CodeDifference | null;

export interface OlderVersions {
  /** Looks for the contents that these files had, in the commits that changed them. */
  differences(stale: Iterable<CoveredFile>): Promise<SinceRecorded>;
}

/** Beyond this a whole run, which records anew, is worth more than the search. */
const mostFiles = 100;
const mostCommits = 200;
const mostVersions = 8;
const mostKept = 2000;

export function createOlderVersions({ readGit, graph }: Pick<TestsOptions, 'readGit' | 'graph'>): OlderVersions {
  // By path and content. A version that no commit has may be committed later, so it is not kept.
  const texts = new Map<string, string>();
  const findTexts = async (wanted: readonly CoveredFile[], run: NonNullable<TestsOptions['readGit']>) => {
    const missing = wanted.filter((file) => !texts.has(keyOf(file)));
    if (texts.size > mostKept) texts.clear();
    if (missing.length === 0) return;
    const blobs = await blobsOf([...new Set(missing.map(({ path }) => path))], run);
    await Promise.all(
      missing.map(async (file) => {
        for (const blob of (blobs.get(file.path) ?? []).slice(0, mostVersions)) {
          const text = await run(['cat-file', 'blob', blob]);
          if (text === null || hash('sha256', text, 'hex').slice(0, 32) !== file.contentHash) continue;
          texts.set(keyOf(file), text);
          return;
        }
      }),
    );
  };
  return {
    async differences(stale) {
      const wanted = distinct(stale);
      if (readGit === undefined || graph === undefined || wanted.length === 0 || wanted.length > mostFiles)
        return () => null;
      await findTexts(wanted, readGit);
      const found = new Map<string, CodeDifference | null>();
      for (const file of wanted) {
        const text = texts.get(keyOf(file));
        if (text !== undefined) found.set(keyOf(file), await differenceSince(file.path, text, graph));
      }
      return (file) => found.get(keyOf(file)) ?? null;
    },
  };
}

function keyOf({ path, contentHash }: CoveredFile): string {
  return `${contentHash} ${path}`;
}

function distinct(files: Iterable<CoveredFile>): CoveredFile[] {
  return [...new Map([...files].map((file) => [keyOf(file), file])).values()];
}

async function differenceSince(
  file: RepoPath,
  text: string,
  graph: Pick<Graph, 'compare'>,
): Promise<CodeDifference | null> {
  const files = [{ path: file, kind: 'modified' as const, lines: [] }];
  const compared = await graph.compare({ base: '', head: null, branch: null, files, notes: [] }, async () => text);
  return compared.get(file)?.difference ?? null;
}

/** What the last commits left of each file, the latest first: `git log --raw` names the content before and after. */
async function blobsOf(
  paths: readonly RepoPath[],
  run: NonNullable<TestsOptions['readGit']>,
): Promise<Map<string, string[]>> {
  const log = await run([
    'log',
    `--max-count=${mostCommits}`,
    '--format=',
    '--raw',
    '-z',
    '--no-abbrev',
    '--no-renames',
    '-m',
    '--first-parent',
    'HEAD',
    '--',
    ...paths.map((path) => `:(literal)${path}`),
  ]);
  const found = new Map<string, string[]>();
  for (const [, before = '', after = '', path = ''] of (log ?? '').matchAll(
    /:\d+ \d+ ([0-9a-f]+) ([0-9a-f]+) [A-Z]\d*\0([^\0]+)\0/g,
  )) {
    const known = found.get(path) ?? [];
    for (const blob of [after, before]) if (!/^0+$/.test(blob) && known.at(-1) !== blob) known.push(blob);
    found.set(path, known);
  }
  return found;
}
