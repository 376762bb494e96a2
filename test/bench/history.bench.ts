// What the graph knows of 20,000 commits: read from git, kept, read on, and asked. `NOODLE_BENCH_REPOSITORY` names another one.
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createHistory } from '../../agent/graph/graph.ts';
import type { History } from '../../agent/graph/graph.ts';
import { systemClock } from '../../agent/platform/clock.ts';
import { silentLog } from '../../agent/platform/log.ts';
import { RepoPath } from '../../agent/protocol/ids.ts';
import { openStore } from '../../agent/store/store.ts';
import type { Store } from '../../agent/store/store.ts';

const commits = 20_200;
const files = 3_000;
const newer = 200;

/** Prints one line a measurement. */
export async function run(report: (line: string) => void): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'noodle-bench-history-'));
  const repository = process.env['NOODLE_BENCH_REPOSITORY'] ?? generate(path.join(folder, 'repository.git'));
  const store = await openStore({
    directory: path.join(folder, 'state'),
    clock: systemClock,
    log: silentLog,
    onNotice: () => {},
  });
  try {
    const all = git(repository, ['rev-list', '--count', '--no-merges', 'HEAD'])?.trim();
    report(`${all} commits without merges; the latest 20,000 of them count`);
    const history = open(repository, store);
    report(`read from git                  ${await timed(() => follow(history, repository, `HEAD~${newer}`))}`);
    report(`first question                 ${await timed(() => history.about([fileOf(repository)]))}`);
    report(`${newer} newer commits              ${await timed(() => follow(history, repository, 'HEAD'))}`);
    const again = open(repository, store);
    report(`started again, from the store  ${await timed(() => follow(again, repository, 'HEAD'))}`);
  } finally {
    await store.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

function open(repository: string, store: Store): History {
  return createHistory({ store, log: silentLog, readGit: async (args) => git(repository, args) });
}

async function follow(history: History, repository: string, revision: string): Promise<void> {
  history.follow(git(repository, ['rev-parse', revision])?.trim() ?? null);
  await history.settled();
}

/** A file that changed lately. */
function fileOf(repository: string): RepoPath {
  const names = git(repository, ['log', '-1', '--no-merges', '--name-only', '--format=', 'HEAD'])?.trim() ?? '';
  return RepoPath.parse(names.split('\n')[0]);
}

async function timed(work: () => unknown): Promise<string> {
  const start = performance.now();
  await work();
  return `${(performance.now() - start).toFixed(0).padStart(6)} ms`;
}

function git(repository: string, args: readonly string[], input = ''): string | null {
  const answer = spawnSync('git', ['-C', repository, ...args], { input, encoding: 'utf8', maxBuffer: 1 << 28 });
  return answer.status === 0 ? answer.stdout : null;
}

/** Commits of one to eight files by fifty people, files of one folder together more often. */
function generate(folder: string): string {
  spawnSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', folder]);
  const lines: string[] = [];
  for (let commit = 0; commit < commits; commit++) {
    const at = 1_600_000_000 + commit * 600;
    lines.push('commit refs/heads/main', `committer Person ${(commit * 7) % 50} <p@example.com> ${at} +0000`);
    lines.push('data 4', 'Work');
    for (let file = 0; file <= commit % 8; file++) {
      const number = ((commit * 31) % 300) * 10 + ((commit + file * 3) % 10);
      const text = `line ${commit}`;
      lines.push(
        `M 100644 inline packages/p${(number % files) % 40}/src/f${number % files}.ts`,
        `data ${text.length}`,
        text,
      );
    }
  }
  git(folder, ['fast-import', '--quiet'], `${lines.join('\n')}\n`);
  return folder;
}

if (process.argv[1] === import.meta.filename) await run((line) => process.stdout.write(`${line}\n`));
