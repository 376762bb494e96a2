// Build configurations: targets under a name, and targets that are defined through the API.
import type { BuildTarget } from '../protocol/build.ts';
import type { TargetDefinition } from '../protocol/configuration-file.ts';
import { failure, type Result } from '../protocol/failure.ts';
import { TargetId, type ExecutionId } from '../protocol/ids.ts';
import type { BuildConfig, BuildConfigRequest } from '../protocol/named-run.ts';
import { nearest } from '../protocol/nearest.ts';
import { listDefinitions } from '../store/definitions.ts';
import type { Reader } from '../store/sql.ts';
import type { MainJob } from './main-job.ts';
import { NamedRuns, type NamedRunsOptions } from './named-runs.ts';

export interface BuildConfigsOptions extends NamedRunsOptions {
  readonly mainJob: Pick<MainJob, 'start'>;
  /** All that can be built, those of build configurations included. */
  readonly targets: () => Promise<readonly BuildTarget[]>;
  /** Told when what they define is no longer the same. */
  readonly definitionsChanged: () => void;
}

/** The targets that build configurations define, beside those of noodle.yaml. */
export function definedTargets(db: Reader): Record<string, TargetDefinition> {
  return Object.fromEntries(listDefinitions(db, 'build').flatMap(({ definitions }) => Object.entries(definitions)));
}

/** The build configurations of a repository. */
export class BuildConfigs extends NamedRuns<'build'> {
  readonly #options: BuildConfigsOptions;

  constructor(options: BuildConfigsOptions) {
    super('build', options);
    this.#options = options;
  }

  async make(request: BuildConfigRequest): Promise<Result<BuildConfig>> {
    const { id, name = id, description, definitions } = request;
    const defined = Object.keys(definitions);
    const targets = request.targets.length > 0 ? request.targets : defined.map((each) => TargetId.parse(each));
    if (targets.length === 0)
      return failure('invalid_input', '`targets`: expected at least one target, or one in `definitions`, found none.', {
        place: 'targets',
      });
    const known = await this.#options.targets();
    // Nothing is waited for from here to the writing, so two that are made at once cannot define the same target.
    const problem = this.#problemOf({ id, targets, defined }, known);
    if (problem !== null) return problem;
    const made = await this.create({
      id,
      name,
      description,
      targets,
      definitions,
      createdAt: this.#options.clock.now(),
    });
    if (made.ok && defined.length > 0) this.#options.definitionsChanged();
    return made;
  }

  override async remove(id: string): Promise<Result<BuildConfig>> {
    const removed = await super.remove(id);
    if (removed.ok && Object.keys(removed.value.definitions).length > 0) this.#options.definitionsChanged();
    return removed;
  }

  async execute(id: string): Promise<Result<{ executionId: ExecutionId }>> {
    const config = this.get(id);
    if (!config.ok) return config;
    const { targets } = config.value;
    return await this.started(
      id,
      this.#options.mainJob.start({ targets: [...targets], buildsOnly: true, trigger: 'api' }),
    );
  }

  #problemOf({ id, targets, defined }: Wanted, present: readonly BuildTarget[]): Result<never> | null {
    const configs = this.all();
    const own = new Set(definedBy(configs.filter((config) => config.id === id)));
    const others = [
      ...present.map((target): string => target.id).filter((target) => !own.has(target)),
      ...definedBy(configs.filter((config) => config.id !== id)),
    ];
    const taken = defined.find((each) => others.includes(each));
    if (taken !== undefined)
      return failure('conflict', `\`definitions.${taken}\`: there is a target of that name already.`, {
        place: `definitions.${taken}`,
      });
    const known = [...others, ...defined];
    const unknown = targets.findIndex((target) => !known.includes(target));
    if (unknown === -1) return null;
    const near = nearest(String(targets[unknown]), known);
    const meant = near === null ? 'list the targets to see what there is' : `perhaps '${near}' is meant`;
    return failure('invalid_input', `\`targets.${unknown}\`: there is no target '${targets[unknown]}'; ${meant}.`, {
      place: `targets.${unknown}`,
    });
  }
}

/** What a configuration shall be made of. */
interface Wanted {
  readonly id: string;
  readonly targets: readonly TargetId[];
  readonly defined: readonly string[];
}

/** The names of the targets that configurations define. */
function definedBy(configs: readonly BuildConfig[]): string[] {
  return configs.flatMap(({ definitions }) => Object.keys(definitions));
}
