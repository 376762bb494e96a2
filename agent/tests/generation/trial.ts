// Runs test files in the second work tree, by the adapter of their framework, and tells which tests passed.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { StepContext } from '../../engine/engine.ts';
import type { Clock } from '../../platform/clock.ts';
import type { RepoPath } from '../../protocol/ids.ts';
import type { Settings } from '../../protocol/settings.ts';
import type { TestProject } from '../adapter.ts';
import { runProject } from '../project-run.ts';
import { adapterOf } from '../registry.ts';

export interface TrialOptions {
  /** Absolute: the second work tree. */
  readonly root: string;
  readonly project: TestProject;
  readonly runnerFolder: string;
  /** Absolute, for what runs need for a moment. */
  readonly temporaryFolder: string;
  readonly keptFolder: string;
  readonly clock: Clock;
  readonly settings: Settings;
  readonly environment: Readonly<Record<string, string>>;
  readonly context: Pick<StepContext, 'run' | 'signal' | 'log' | 'touch'>;
}

/** How the tests of one run ended. */
export interface TrialOutcome {
  /** Of each file, the last parts of the titles that passed. */
  readonly passed: ReadonlyMap<RepoPath, ReadonlySet<string>>;
  /** The first failure of each file, in one line. */
  readonly failures: ReadonlyMap<RepoPath, string>;
  /** What went wrong beside the tests; null: nothing. */
  readonly trouble: string | null;
}

/** So long may a test do nothing, in seconds: a fault often makes a loop endless. */
const longestSilence = 20;

export async function tryFiles(files: readonly RepoPath[], options: TrialOptions): Promise<TrialOutcome> {
  const { project, context, settings } = options;
  const passed = new Map<RepoPath, Set<string>>();
  const failures = new Map<RepoPath, string>();
  const standbyFolder = path.join(options.temporaryFolder, 'standby');
  await mkdir(standbyFolder, { recursive: true });
  const trouble = await runProject([{ project: { ...project, files }, files, only: [] }], {
    ...options,
    adapter: adapterOf(project.framework),
    settings: { ...settings, 'test.defaultTimeout': Math.min(settings['test.defaultTimeout'], longestSilence) },
    signal: context.signal,
    standbyFolder,
    recordsEvidence: false,
    log: (text) => context.log(text),
    run: (spec) => context.run(spec),
    recall: async (_key, _watched, ask) => (await ask())?.value ?? null,
    listener: {
      fileStarted() {},
      fileFinished() {},
      restarting() {},
      result({ file, titlePath, status, message }) {
        context.touch();
        const titles = passed.get(file) ?? new Set<string>();
        passed.set(file, titles);
        // The last result under a title counts: it may be a correction.
        const title = titlePath.join(' > ');
        if (status === 'passed') titles.add(title);
        else titles.delete(title);
        if (status === 'failed' || status === 'errored' || status === 'timed_out')
          failures.set(file, failures.get(file) ?? (message ?? status).split('\n')[0] ?? status);
      },
    },
  });
  return { passed, failures, trouble: trouble?.message ?? null };
}

/** Whether a test with this last part of its title passed in a file. */
export function hasPassed({ passed }: TrialOutcome, file: RepoPath, title: string): boolean {
  return [...(passed.get(file) ?? [])].some((each) => each === title || each.endsWith(` > ${title}`));
}

/** Whether each test of `files` that passed before passes still. */
export function passesStill(before: TrialOutcome, now: TrialOutcome, files: readonly RepoPath[]): boolean {
  return files.every((file) =>
    [...(before.passed.get(file) ?? [])].every((title) => now.passed.get(file)?.has(title) === true),
  );
}
