// Coverage for people and tools: what the tests ran, over all, in one run or by one test file.
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ChangeSet } from '../protocol/change-set.ts';
import type { CoverageFormat, CoverageSummary, FileCoverageDetails } from '../protocol/coverage.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import type { OutputOf } from '../protocol/operations.ts';
import type { TestFile } from '../protocol/test.ts';
import type { ExecutionId, RepoPath, TestId } from '../protocol/ids.ts';
import { loadTestEvidence, testEvidenceOf, type LineRange, type TestEvidence } from '../store/evidence.ts';
import type { Reader } from '../store/store.ts';
import { testResultsOf } from '../store/tests.ts';
import { coverageNotes } from './test-coverage/coverage-notes.ts';
import { exportCoverage } from './test-coverage/coverage-formats.ts';
import { countOf, mergeCoverage, rangesOf, type MergedFile } from './test-coverage/merged-coverage.ts';
import { changesByFile, suggestedCommits, suggestTests } from './test-coverage/next-tests.ts';
import { uncoveredChanges } from './test-coverage/uncovered-changes.ts';

export interface CoverageOptions {
  /** Absolute. */
  readonly root: string;
  readonly store: Reader;
  /** What git prints; null without git. */
  readonly readGit: (args: readonly string[]) => Promise<string | null>;
  readonly now: () => number;
  /** The files that git does not ignore: what a build made is nobody's to test. */
  readonly files: () => Promise<readonly RepoPath[]>;
  readonly testFiles: () => Promise<readonly TestFile[]>;
}

/** Over everything on record where neither is named. */
export interface CoverageScope {
  readonly execution?: ExecutionId | undefined;
  readonly test?: TestId | undefined;
}

export interface Coverage {
  summary(scope: CoverageScope): Promise<CoverageSummary>;
  file(scope: CoverageScope, path: RepoPath): Result<FileCoverageDetails>;
  export(scope: CoverageScope, format: CoverageFormat): Promise<{ contentType: string; text: string }>;
  suggestions(limit: number): Promise<OutputOf<'suggestTests'>>;
  /** Changed lines that no test runs, by file. */
  uncovered(changes: Pick<ChangeSet, 'files'>): Map<RepoPath, LineRange[]>;
}

export function createCoverage({ root, store, readGit, now, files, testFiles }: CoverageOptions): Coverage {
  const merged = (scope: CoverageScope, wanted?: ReadonlySet<RepoPath>) =>
    mergeCoverage(evidenceIn(store, scope), contentHashes(root), wanted);
  const sources = async (scope: CoverageScope) => [...merged(scope, new Set(await files())).values()];
  const notes = async (scope: CoverageScope) =>
    coverageNotes(filesIn(store, scope, await testFiles()), evidenceIn(store, scope));
  return {
    summary: async (scope) => ({
      ...summaryOf(evidenceIn(store, scope), await sources(scope)),
      notes: await notes(scope),
    }),
    file(scope, wanted) {
      const file = merged(scope, new Set([wanted])).get(wanted);
      if (file === undefined)
        return failure('not_found', `no coverage of '${wanted}' is on record`, {
          place: 'path',
          hint: 'Run the tests with --coverage.',
        });
      return success(detailsOf(file));
    },
    export: async (scope, format) => exportCoverage(format, await sources(scope), { root, at: now() }),
    async suggestions(limit) {
      const log = await readGit([
        '-c',
        'core.quotePath=false',
        'log',
        `-${suggestedCommits}`,
        '--no-merges',
        '--format=',
        '--name-only',
      ]);
      const suggestions = suggestTests(await sources({}), changesByFile(log ?? ''), limit);
      return { suggestions, notes: await notes({}) };
    },
    uncovered: (changes) => uncoveredChanges(changes, merged({}, new Set(changes.files.map((change) => change.path)))),
  };
}

function evidenceIn(store: Reader, { execution, test }: CoverageScope): TestEvidence[] {
  const one = test === undefined ? null : testEvidenceOf(store, test);
  const all = test === undefined ? loadTestEvidence(store) : one === null ? [] : [one];
  return execution === undefined ? all : all.filter((each) => each.executionId === execution);
}

/** The test files that a scope is about. */
function filesIn(store: Reader, { execution, test }: CoverageScope, files: readonly TestFile[]): readonly TestFile[] {
  if (test !== undefined) return files.filter(({ id }) => id === test);
  if (execution === undefined) return files;
  const ran = new Set<string>(testResultsOf(store, execution).map(({ framework, file }) => `${framework}:${file}`));
  return files.filter(({ id }) => ran.has(id));
}

/** The hash of a file as it is now, as evidence has it. */
function contentHashes(root: string): (file: RepoPath) => string | null {
  return (file) => {
    try {
      return hash('sha256', readFileSync(path.join(root, file)), 'hex').slice(0, 32);
    } catch {
      return null;
    }
  };
}

function summaryOf(evidence: readonly TestEvidence[], files: readonly MergedFile[]): Omit<CoverageSummary, 'notes'> {
  const times = evidence.map(({ recordedAt }) => recordedAt);
  return {
    files: files.map(({ path: name, lines, functions, tests, isOutdated }) => ({
      path: name,
      lines: countOf(lines.values()),
      functions: countOf(functions.map(({ executed }) => executed)),
      tests: [...tests],
      isOutdated,
    })),
    lines: countOf(files.flatMap(({ lines }) => [...lines.values()])),
    functions: countOf(files.flatMap(({ functions }) => functions.map(({ executed }) => executed))),
    tests: evidence.length,
    recorded:
      times.length === 0
        ? null
        : {
            from: times.reduce((one, other) => Math.min(one, other)),
            until: times.reduce((one, other) => Math.max(one, other)),
          },
  };
}

function detailsOf({ path: name, isOutdated, lines, functions }: MergedFile): FileCoverageDetails {
  return {
    path: name,
    isOutdated,
    executed: rangesOf(lines, true).map(([start, end]) => [start, end]),
    missed: rangesOf(lines, false).map(([start, end]) => [start, end]),
    functions: functions.map((each) => ({
      name: each.name,
      startLine: each.startLine,
      endLine: each.endLine,
      executed: each.executed,
    })),
  };
}
