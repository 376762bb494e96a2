// Copies of a repository to work in, and the commands that are compared: Noodle's plan, whole runs, and the runners' own selections.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { systemClock } from '../../../agent/platform/clock.ts';
import { silentLog } from '../../../agent/platform/log.ts';
import { loadTestEvidence } from '../../../agent/store/evidence.ts';
import { openStore } from '../../../agent/store/store.ts';

const noodle = path.resolve(import.meta.dirname, '../../../agent/bin/noodle.mjs');
const longestMs = 600_000;

const Planned = z.object({
  tests: z.array(z.object({ file: z.string() })),
  skipped: z.object({ files: z.array(z.string()) }),
  planMs: z.number(),
});
const Finished = z.object({
  type: z.literal('test.finished'),
  file: z.string(),
  status: z.string(),
  durationMs: z.number(),
});
const Reported = z.object({ testResults: z.array(z.object({ name: z.string() })) });

export interface WholeRun {
  readonly failed: ReadonlySet<string>;
  /** Summed over its cases. */
  readonly durationMs: ReadonlyMap<string, number>;
}

export class Clone {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** A clone of the commit that is checked out, with what is installed there linked in. */
  static async of(repository: string, folder: string): Promise<Clone> {
    const clone = new Clone(folder);
    await output('git', ['clone', '--quiet', '--local', repository, folder], path.dirname(folder));
    const head = (await output('git', ['rev-parse', 'HEAD'], repository)).stdout.trim();
    await output('git', ['checkout', '--quiet', '--detach', head], folder);
    const installed = path.join(repository, 'node_modules');
    // Hard links cost nothing, and unlike a symbolic link they do not lead runners elsewhere.
    if (existsSync(installed)) await output('cp', ['-al', installed, path.join(folder, 'node_modules')], folder);
    return clone;
  }

  async files(): Promise<string[]> {
    return (await this.git('ls-files')).split('\n').filter((line) => line !== '');
  }

  /** What git prints, whatever it thinks of the question. */
  async git(...words: string[]): Promise<string> {
    return (await output('git', words, this.folder)).stdout;
  }

  read(file: string): string {
    return readFileSync(path.join(this.folder, file), 'utf8');
  }

  write(file: string, text: string): void {
    writeFileSync(path.join(this.folder, file), text);
  }

  async plan(...options: string[]): Promise<{ files: Set<string>; all: Set<string>; planMs: number }> {
    const { stdout } = await this.#noodle(['plan', '--json', ...options]);
    const { tests, skipped, planMs } = Planned.parse(JSON.parse(stdout));
    const files = new Set(tests.map((test) => test.file));
    return { files, all: new Set([...files, ...skipped.files]), planMs };
  }

  /** Runs all tests; `environment` holds further settings of the run. */
  async runAll({
    recordsEvidence,
    environment = {},
  }: {
    readonly recordsEvidence: boolean;
    readonly environment?: Readonly<Record<string, string>>;
  }): Promise<WholeRun> {
    const { stdout } = await this.#noodle(['run', '--all', '--json'], {
      ...environment,
      NOODLE_TEST_RECORD_EVIDENCE: String(recordsEvidence),
    });
    const failed = new Set<string>();
    const durationMs = new Map<string, number>();
    for (const line of stdout.split('\n')) {
      const event = Finished.safeParse(line.startsWith('{') ? JSON.parse(line) : null);
      if (!event.success) continue;
      const { file, status } = event.data;
      durationMs.set(file, (durationMs.get(file) ?? 0) + event.data.durationMs);
      if (['failed', 'errored', 'timed_out'].includes(status)) failed.add(file);
    }
    return { failed, durationMs };
  }

  /** The test files that ran a line of a file when they were recorded. */
  async ranLine(file: string, line: number): Promise<Set<string>> {
    const directory = path.join(this.folder, '.git/noodle/store');
    const store = await openStore({ directory, clock: systemClock, log: silentLog, onNotice: () => {} });
    try {
      const ran = loadTestEvidence(store).filter(({ covered }) =>
        covered.some(
          (each) => each.path === file && each.executed.some(([first, last]) => first <= line && line <= last),
        ),
      );
      return new Set(ran.map(({ test }) => test.slice(test.indexOf(':') + 1)));
    } finally {
      await store.dispose();
    }
  }

  /** What the runner itself would run for a changed file; null where it has no such question. */
  async peer(file: string): Promise<{ name: string; files: Set<string> } | null> {
    const binary = (name: string) => path.join(this.folder, 'node_modules/.bin', name);
    const relative = (absolute: string) => path.relative(this.folder, absolute).split(path.sep).join('/');
    if (existsSync(binary('vitest'))) {
      const { stdout } = await output(
        binary('vitest'),
        ['related', file, '--run', '--reporter=json', '--passWithNoTests'],
        this.folder,
      );
      const report = Reported.safeParse(lastJson(stdout));
      return report.success
        ? { name: 'vitest related', files: new Set(report.data.testResults.map((each) => relative(each.name))) }
        : null;
    }
    if (!existsSync(binary('jest'))) return null;
    const { stdout } = await output(binary('jest'), ['--findRelatedTests', file, '--listTests'], this.folder);
    return {
      name: 'jest --findRelatedTests',
      files: new Set(
        stdout
          .split('\n')
          .filter((line) => line.startsWith('/'))
          .map(relative),
      ),
    };
  }

  async #noodle(words: readonly string[], environment: Record<string, string> = {}): Promise<{ stdout: string }> {
    const answer = await output(process.execPath, [noodle, ...words], this.folder, environment);
    if (answer.stdout.trim() === '')
      throw new Error(`noodle ${words.join(' ')} in ${this.folder} printed nothing: ${answer.stderr}`);
    return answer;
  }
}

/** Resolves whatever the exit code is: a run that fails is what is looked for. */
function output(
  command: string,
  words: readonly string[],
  cwd: string,
  environment: Record<string, string> = {},
): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const options = {
      cwd,
      env: { ...process.env, CI: 'true', ...environment },
      maxBuffer: 512 * 1024 * 1024,
      timeout: longestMs,
    };
    execFile(command, [...words], options, (_error, stdout, stderr) => resolve({ stdout, stderr }));
  });
}

/** A runner's report may stand below what the tests printed. */
function lastJson(text: string): unknown {
  const at = text.lastIndexOf('{"numTotalTestSuites"');
  try {
    return at === -1 ? null : JSON.parse(text.slice(at));
  } catch {
    return null;
  }
}
