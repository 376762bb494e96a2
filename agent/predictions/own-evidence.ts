// What the repository itself tells of a model: rows by what was known then, each with what came of it.
import { buildOutcomeFeatures } from '../../models/features/build-outcome.ts';
import { ChangePast, changeRiskFeatures } from '../../models/features/change-risk.ts';
import type { Feature } from '../../models/features/feature.ts';
import { matrixOf, type Sample } from '../../models/learning/matrix.ts';
import type { LearnedModelName } from '../protocol/prediction.ts';
import type { Reader } from '../store/sql.ts';
import { changeLogArguments } from './change-log.ts';
import type { Compute } from './model-tasks.ts';
import { buildEvidence } from './recorded-builds.ts';
import { blamedChanges, type ReadGit } from './szz.ts';

export type Evidence =
  /** In time order. */
  { readonly ok: true; readonly sample: Sample } | { readonly ok: false; readonly because: string };

export type OwnEvidence = (name: LearnedModelName) => Promise<Evidence>;

export interface EvidenceSources {
  readonly store: Reader;
  /** A read-only git command; null where it fails. */
  readonly readGit: ReadGit;
  readonly compute: Compute;
}

export const ownFeatures: Readonly<Record<LearnedModelName, readonly Feature[]>> = {
  'build-outcome': buildOutcomeFeatures,
  'change-risk': changeRiskFeatures,
};

/** Remembers what git told of the present commit: blaming takes seconds. */
export function createOwnEvidence(sources: EvidenceSources): OwnEvidence {
  let known: { readonly head: string | null; readonly evidence: Promise<Evidence> } | null = null;
  return async (name) => {
    if (name === 'build-outcome') return ofBuilds(sources.store);
    const head = await sources.readGit(['rev-parse', 'HEAD']);
    if (known === null || known.head !== head) known = { head, evidence: ofChanges(sources) };
    return await known.evidence;
  };
}

function ofBuilds(store: Reader): Evidence {
  const { builds, sample } = buildEvidence(store);
  return builds.length === 0 ? { ok: false, because: 'no builds are recorded' } : { ok: true, sample };
}

/** The latest commits, each by what was known before it, and by whether a later fix took away what it wrote. */
async function ofChanges({ readGit, compute }: EvidenceSources): Promise<Evidence> {
  const log = await readGit(changeLogArguments);
  if (log === null) return { ok: false, because: 'git keeps no history here' };
  const changes = await compute('latestChanges', log);
  const { blamed, fixes, first, last } = await blamedChanges(changes, readGit);
  if (last < 0) return { ok: false, because: `no commit could be blamed for what ${fixes} fixes took away` };
  const past = new ChangePast();
  const rows: Float32Array[] = [];
  changes.slice(0, last + 1).forEach(({ measures }, index) => {
    if (index >= first) rows.push(past.features(measures));
    past.add(measures);
  });
  const labels = Float32Array.from(changes.slice(first, last + 1), ({ commit }) => Number(blamed.has(commit)));
  return { ok: true, sample: { rows: matrixOf(rows), labels } };
}
