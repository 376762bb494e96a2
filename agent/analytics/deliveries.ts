// The four keys of DORA, from git and the recorded runs. Pure. What counts as what is said in every figure's definition.
import type { Execution } from '../protocol/execution.ts';
import type { DeliveryMetrics } from '../protocol/trends.ts';
import type { Commit, History } from '../workspace/workspace.ts';
import { median } from './statistics/ranks.ts';

const dayMs = 86_400_000;
const weekMs = 7 * dayMs;

/** A point at which changes reached others. */
interface Delivery {
  readonly at: number;
  /** What came with it. */
  readonly commits: readonly Commit[];
}

export interface DeliveryInput {
  readonly history: History;
  /** Ended runs, in any order. */
  readonly runs: readonly Execution[];
  readonly since: number;
  readonly now: number;
}

/** The figures from `since` until now. Where version tags exist they are the deliveries, else each commit of the main branch is one. */
export function deliveryMetrics({ history, runs, since, now }: DeliveryInput): DeliveryMetrics {
  const source = history.tags.some(({ name }) => isVersion(name)) ? ('tags' as const) : ('commits' as const);
  const deliveries = (source === 'tags' ? taggedDeliveries(history) : branchDeliveries(history)).filter(
    ({ at }) => at >= since,
  );
  const what = source === 'tags' ? 'a version tag' : 'a commit or merge on the main branch';
  const restored = restorations(deliveries);
  const days = Math.max(1, (now - since) / dayMs);
  const leadTimes = deliveries.flatMap(({ at, commits }) =>
    commits.map(({ authoredAt }) => Math.max(0, at - authoredAt)),
  );
  const greens = timesToGreen(runs, since);
  const share = deliveries.length === 0 ? null : restored.length / deliveries.length;
  return {
    from: since,
    until: now,
    source,
    branch: history.branch,
    deploymentFrequency: {
      value: deliveries.length / days,
      unit: '1/d',
      count: deliveries.length,
      definition: `Deliveries a day. A delivery is ${what}.`,
    },
    leadTime: {
      value: middle(leadTimes),
      unit: 'ms',
      count: leadTimes.length,
      definition: `Median time from writing a commit to its delivery (${what}).`,
    },
    changeFailureRate: {
      value: share,
      unit: '1',
      count: deliveries.length,
      definition: 'Share of deliveries of which a later one took a commit back (git revert).',
    },
    timeToRestore: {
      value: middle(restored),
      unit: 'ms',
      count: restored.length,
      definition: 'Median time from a delivery to the one that took a commit of it back.',
    },
    timeToGreen: {
      value: middle(greens),
      unit: 'ms',
      count: greens.length,
      definition:
        'Median time from the end of the first failing run to the end of the next one that passes, on this machine.',
    },
    weekly: weeks(deliveries, since, now),
  };
}

function isVersion(name: string): boolean {
  return /(^|[^0-9])v?\d+\.\d+(\.\d+)?/.test(name);
}

/** Each step of the first-parent line, with what a merge brought along. */
function branchDeliveries({ commits }: History): Delivery[] {
  const byHash = new Map(commits.map((commit) => [commit.hash, commit]));
  const line: Commit[] = [];
  for (let commit = commits[0]; commit !== undefined; commit = byHash.get(commit.parents[0] ?? '')) line.push(commit);
  const taken = new Set<string>();
  return line.toReversed().map((commit) => ({ at: commit.committedAt, commits: newCommits(commit, byHash, taken) }));
}

function taggedDeliveries({ commits, tags }: History): Delivery[] {
  const byHash = new Map(commits.map((commit) => [commit.hash, commit]));
  const taken = new Set<string>();
  const versions = tags.filter(({ name }) => isVersion(name)).toSorted((a, b) => a.at - b.at);
  return versions.map(({ at, commit }) => {
    const tagged = byHash.get(commit);
    return { at, commits: tagged === undefined ? [] : newCommits(tagged, byHash, taken) };
  });
}

/** The commit and those before it that no earlier delivery had; merges themselves bring no change. */
function newCommits(commit: Commit, byHash: ReadonlyMap<string, Commit>, taken: Set<string>): Commit[] {
  const found: Commit[] = [];
  const open = [commit];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (taken.has(next.hash)) continue;
    taken.add(next.hash);
    if (next.parents.length < 2) found.push(next);
    open.push(...next.parents.flatMap((parent) => byHash.get(parent) ?? []));
  }
  return found;
}

/** For each delivery of which a commit was taken back later: how long that took. */
function restorations(deliveries: readonly Delivery[]): number[] {
  const revertedAt = new Map<string, number>();
  for (const { at, commits } of deliveries) {
    for (const hash of commits.flatMap(({ reverts }) => reverts))
      revertedAt.set(hash, Math.min(at, revertedAt.get(hash) ?? at));
  }
  if (revertedAt.size === 0) return [];
  const timeOf = (hash: string) => [...revertedAt].find(([reverted]) => hash.startsWith(reverted))?.[1];
  return deliveries.flatMap(({ at, commits }) => {
    const times = commits.flatMap(({ hash }) => timeOf(hash) ?? []).filter((time) => time >= at);
    return times.length === 0 ? [] : [Math.min(...times) - at];
  });
}

function timesToGreen(runs: readonly Execution[], since: number): number[] {
  const ended = runs
    .flatMap(({ state, finishedAt }) =>
      finishedAt === null || finishedAt < since || (state !== 'failed' && state !== 'succeeded')
        ? []
        : [{ state, finishedAt }],
    )
    .toSorted((a, b) => a.finishedAt - b.finishedAt);
  const times: number[] = [];
  let redSince: number | null = null;
  for (const { state, finishedAt } of ended) {
    if (state === 'failed') redSince ??= finishedAt;
    else if (redSince !== null) {
      times.push(finishedAt - redSince);
      redSince = null;
    }
  }
  return times;
}

function weeks(deliveries: readonly Delivery[], since: number, now: number): DeliveryMetrics['weekly'] {
  const reverted = new Set(deliveries.flatMap(({ commits }) => commits.flatMap(({ reverts }) => reverts)));
  const hasFailed = ({ commits }: Delivery) =>
    commits.some(({ hash }) => [...reverted].some((each) => hash.startsWith(each)));
  const list: DeliveryMetrics['weekly'] = [];
  for (let at = since; at < now; at += weekMs) {
    const inWeek = deliveries.filter((delivery) => delivery.at >= at && delivery.at < at + weekMs);
    const leads = inWeek.flatMap((delivery) =>
      delivery.commits.map(({ authoredAt }) => Math.max(0, delivery.at - authoredAt)),
    );
    list.push({ at, deliveries: inWeek.length, failed: inWeek.filter(hasFailed).length, leadTimeMs: middle(leads) });
  }
  return list;
}

function middle(values: readonly number[]): number | null {
  return values.length === 0 ? null : median(values);
}
