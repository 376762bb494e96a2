// Why a test need not run for a change: what it depends on, by which evidence, and how each change misses it.
import type { ChangedFile, Impact } from '../graph/graph.ts';
import type { Certificate } from '../protocol/explanation.ts';
import type { RepoPath } from '../protocol/ids.ts';
import type { TestFile } from '../protocol/test.ts';
import type { TestEvidence } from '../store/evidence.ts';
import type { Verdict } from './evidence-judge.ts';

export interface CertificateInput {
  readonly test: TestFile;
  readonly impact: Impact;
  /** Null: nothing is recorded of the test. */
  readonly recorded: TestEvidence | null;
  readonly verdict: Verdict | null;
  /** Everything that the graph leads to from the test, without itself. */
  readonly dependencies: readonly RepoPath[];
  /** Why it is selected; null when it is skipped. */
  readonly selectedBy: readonly string[] | null;
}

/** What the product vouches for. It holds for a test that the present plan skips. */
export function certificateOf(input: CertificateInput): Certificate {
  const { test, impact, recorded, verdict, dependencies, selectedBy } = input;
  const isByRecording = recorded !== null && verdict !== null && verdict.kind !== 'unknown';
  return {
    test: test.id,
    holds: selectedBy === null,
    evidence: isByRecording ? 'recording' : recorded === null ? 'imports' : 'recording and imports',
    recordedAt: recorded?.recordedAt ?? null,
    executionId: recorded?.executionId ?? null,
    doubt: verdict?.kind === 'unknown' ? verdict.reason : null,
    dependsOn: isByRecording ? usedBy(recorded) : imported(dependencies, impact),
    changes: [...impact.changed].map(([path, change]) => ({
      path,
      says: selectedBy === null ? missedBecause(path, change, input) : 'it may be affected',
    })),
  };
}

function usedBy(recorded: TestEvidence): Certificate['dependsOn'] {
  const read = recorded.reads.filter(({ contentHash, isFolder }) => contentHash !== null || isFolder);
  return [
    ...recorded.covered.map(({ path, contentHash }) => ({ path, how: 'loaded' as const, contentHash })),
    ...read.map(({ path, contentHash }) => ({ path, how: 'read' as const, contentHash })),
  ];
}

function imported(dependencies: readonly RepoPath[], impact: Impact): Certificate['dependsOn'] {
  return dependencies.map((path) => ({ path, how: 'imported' as const, contentHash: impact.contentOf(path) }));
}

function missedBecause(
  path: RepoPath,
  { difference }: ChangedFile,
  { recorded, verdict, dependencies }: CertificateInput,
): string {
  if (difference?.kind === 'nothing') return 'only comments or formatting changed';
  if (difference?.kind === 'types') return 'only types changed, which are gone when it runs';
  if (recorded !== null && isTold(path, verdict)) {
    return recorded.covered.some((file) => file.path === path)
      ? 'the test loads it and ran none of the changed lines'
      : 'the test neither loaded nor read it';
  }
  return dependencies.includes(path)
    ? 'the names that lead from it to the test are not touched'
    : 'no import and no path leads from it to the test';
}

/** Whether the recording tells about a file. */
function isTold(path: RepoPath, verdict: Verdict | null): boolean {
  return verdict?.kind === 'unaffected' || (verdict?.kind === 'unknown' && !verdict.files.has(path));
}
