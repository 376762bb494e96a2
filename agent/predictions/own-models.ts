// Models of this repository alone: made from its records, compared, put in use, taken back.
import { failure, success, type Result } from '../protocol/failure.ts';
import { nearest } from '../protocol/nearest.ts';
import { LearnedModelName, type LocalModelFigures, type LocalModels } from '../protocol/prediction.ts';
import type { LocalModel } from './local-model.ts';
import { createLocalRegistry, type LocalRegistry } from './local-registry.ts';
import type { ModelAnswer } from './model-messages.ts';
import type { Compute } from './model-tasks.ts';
import { ownFeatures, type OwnEvidence } from './own-evidence.ts';

export interface OwnModelsOptions {
  /** Absolute: in the repository's state. */
  readonly folder: string;
  readonly evidence: OwnEvidence;
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
  const evidence = await options.evidence(name);
  if (!evidence.ok) return { version: null, isActive: false, because: evidence.because };
  const { sample } = evidence;
  const answer = await options.ask(name, sample.rows.values);
  if (!answer.ok)
    return { version: null, isActive: false, because: `the shipped model was refused: ${answer.message}` };
  const shipped = answer.scores;
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

/** Every model that can be made here. */
export const learnedModels = LearnedModelName.options;
