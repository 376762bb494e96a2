// Models of this repository alone: made from its records, compared, put in use, taken back.
import { buildOutcomeFeatures } from '../../models/features/build-outcome.ts';
import { ChangePast, changeRiskFeatures } from '../../models/features/change-risk.ts';
import { matrixFrom } from '../../models/learning/matrix.ts';
import type { Feature } from '../../models/features/feature.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import { nearest } from '../protocol/nearest.ts';
import { LearnedModelName, type LocalModelFigures, type LocalModels } from '../protocol/prediction.ts';
import type { Reader } from '../store/sql.ts';
import { changeLogArguments } from './change-log.ts';
import type { LocalEvidence, LocalModel } from './local-model.ts';
import { createLocalRegistry, type LocalRegistry } from './local-registry.ts';
import type { ModelAnswer } from './model-messages.ts';
import type { Compute } from './model-tasks.ts';
import { buildEvidence } from './recorded-builds.ts';
import { blamedChanges, type ReadGit } from './szz.ts';

export interface OwnModelsOptions {
  readonly store: Reader;
  /** Absolute: in the repository's state. */
  readonly folder: string;
  /** A read-only git command; null where it fails. */
  readonly readGit: ReadGit;
  readonly ask: (name: LearnedModelName, rows: Float32Array) => Promise<ModelAnswer>;
  readonly compute: Compute;
  /** Awaited after what answers for a model may have changed. */
  readonly onChanged: (name: LearnedModelName) => Promise<void>;
}

export interface Retrained {
  readonly version: string | null;
  readonly isActive: boolean;
  readonly because: string;
}

export interface OwnModels {
  active(name: LearnedModelName): Promise<LocalModel | null>;
  compare(name: LearnedModelName): Promise<LocalModels>;
  /** A version that is surely better than the shipped model alone is put in use; else the shipped model answers. */
  retrain(name: LearnedModelName, at: number): Promise<Retrained>;
  activate(name: LearnedModelName, version: string): Promise<Result<LocalModels>>;
  rollBack(name: LearnedModelName): Promise<Result<LocalModels>>;
}

export const ownFeatures: Readonly<Record<LearnedModelName, readonly Feature[]>> = {
  'build-outcome': buildOutcomeFeatures,
  'change-risk': changeRiskFeatures,
};

/** Stands for the shipped model alone where a version is named. */
const shippedAlone = 'shipped';

export function createOwnModels(options: OwnModelsOptions): OwnModels {
  const { folder, onChanged } = options;
  const registry = createLocalRegistry(folder);
  const compare = async (name: LearnedModelName): Promise<LocalModels> => {
    const versions = await registry.versions(name, ownFeatures[name]);
    const active = versions.find(({ isActive }) => isActive);
    const answers =
      active === undefined
        ? 'the shipped model alone answers'
        : `version ${active.version} answers with the shipped model, weighing ${Math.round((active.rows / (active.rows + 500)) * 100)} %`;
    return { name, versions, answers };
  };
  const use = async (name: LearnedModelName, version: string | null) => {
    await registry.activate(name, version);
    await onChanged(name);
    return success(await compare(name));
  };
  return {
    compare,
    active: (name) => registry.active(name, ownFeatures[name]),
    async retrain(name, at) {
      const retrained = await retrain(name, { at, registry, options });
      await onChanged(name);
      return retrained;
    },
    async activate(name, version) {
      if (version === shippedAlone) return await use(name, null);
      const { versions } = await compare(name);
      const found = versions.find((each) => each.version === version);
      if (found === undefined) {
        const near = nearest(version, [...versions.map((each) => each.version), shippedAlone]);
        return failure('not_found', `${name} has no version '${version}'`, {
          place: 'version',
          hint: near === null ? 'See noodle models compare.' : `Did you mean '${near}'?`,
        });
      }
      if (found.problem !== null)
        return failure('conflict', `version ${version} of ${name} cannot be used: ${found.problem}`, {
          place: 'version',
        });
      return await use(name, version);
    },
    async rollBack(name) {
      const back = await registry.rollBack(name);
      if (back === undefined)
        return failure('conflict', `nothing was in use before for ${name}, so there is nothing to go back to`);
      await onChanged(name);
      return success(await compare(name));
    },
  };
}

interface Retraining {
  readonly at: number;
  readonly registry: LocalRegistry;
  readonly options: OwnModelsOptions;
}

async function retrain(name: LearnedModelName, { at, registry, options }: Retraining): Promise<Retrained> {
  const evidence = await evidenceOf(name, options);
  if (!evidence.ok) return { version: null, isActive: false, because: evidence.because };
  const { sample, shipped } = evidence;
  const fitted = await options.compute('fitLocalModel', { name, features: ownFeatures[name], sample, shipped }, at);
  if (!fitted.ok) return { version: null, isActive: false, because: fitted.because };
  const { version, figures } = fitted.model;
  await registry.save(fitted.model);
  const isActive = (figures.gain?.low ?? 0) > 0;
  await registry.activate(name, isActive ? version : null);
  return { version, isActive, because: becauseOf(figures) };
}

function becauseOf({ rows, gain }: LocalModelFigures): string {
  if (gain === null) return 'too few later outcomes to compare';
  const { mean, low, high } = gain;
  const interval = `log loss ${mean < 0 ? 'higher' : 'lower'} by ${Math.abs(mean).toFixed(3)}, interval of the gain ${low.toFixed(3)} to ${high.toFixed(3)}, on ${rows} later outcomes`;
  return low > 0
    ? `surely better than the shipped model alone: ${interval}`
    : `not surely better than the shipped model alone, which answers: ${interval}`;
}

type Evidence =
  | {
      readonly ok: true;
      readonly sample: LocalEvidence['sample'];
      readonly shipped: Float32Array;
    }
  | { readonly ok: false; readonly because: string };

async function evidenceOf(name: LearnedModelName, options: OwnModelsOptions): Promise<Evidence> {
  const found = name === 'build-outcome' ? buildRows(options.store) : await changeRows(options);
  const { rows, labels } = found;
  if (labels.length === 0) return { ok: false, because: found.because };
  const answer = await options.ask(name, rows);
  if (!answer.ok) return { ok: false, because: `the shipped model was refused: ${answer.message}` };
  return { ok: true, sample: { rows: matrixFrom(rows, ownFeatures[name].length), labels }, shipped: answer.scores };
}

interface Rows {
  readonly rows: Float32Array;
  readonly labels: Float32Array;
  readonly because: string;
}

function buildRows(store: Reader): Rows {
  const { rows, labels } = buildEvidence(store).sample;
  return { rows: rows.values, labels, because: 'no builds are recorded' };
}

/** The latest commits, each by what was known before it, and by whether a later fix took away what it wrote. */
async function changeRows({ readGit, compute }: OwnModelsOptions): Promise<Rows> {
  const none = { rows: new Float32Array(), labels: new Float32Array() };
  const log = await readGit(changeLogArguments);
  if (log === null) return { ...none, because: 'git keeps no history here' };
  const changes = await compute('latestChanges', log);
  const { blamed, fixes, first, last } = await blamedChanges(changes, readGit);
  if (last < 0) return { ...none, because: `no commit could be blamed for what ${fixes} fixes took away` };
  const past = new ChangePast();
  const width = changeRiskFeatures.length;
  const rows = new Float32Array((last - first + 1) * width);
  changes.slice(0, last + 1).forEach(({ measures }, index) => {
    if (index >= first) rows.set(past.features(measures), (index - first) * width);
    past.add(measures);
  });
  const labels = Float32Array.from(changes.slice(first, last + 1), ({ commit }) => Number(blamed.has(commit)));
  return { rows, labels, because: '' };
}

/** Every model that can be made here. */
export const learnedModels = LearnedModelName.options;
