// All pipelines of a repository: declared in its files, through the API, or inferred where none is declared.
import { failure, success, type Result } from '../protocol/failure.ts';
import { nearest } from '../protocol/nearest.ts';
import type { Pipeline, PipelineDefinition } from '../protocol/pipeline.ts';
import { deletePipeline, listPipelines, savePipeline } from '../store/pipelines.ts';
import { sentenceOf } from '../workspace/configuration-pipelines.ts';
import { checkId, checkPipeline } from '../workspace/pipeline-check.ts';
import { inferPipeline, inferredId } from './inference.ts';
import type { PipelineParts } from './pipeline-parts.ts';

/** What the files of the repository declare. */
export interface DeclaredPipelines {
  readonly sound: ReadonlyMap<string, { readonly definition: PipelineDefinition; readonly file: string }>;
  /** Pipelines that cannot be run, each with why. */
  readonly broken: ReadonlyMap<string, { readonly reason: string; readonly file: string }>;
}

export interface CatalogOptions extends Pick<PipelineParts, 'workspace' | 'builds' | 'tests' | 'store' | 'clock'> {
  readonly declared: () => DeclaredPipelines;
}

export class PipelineCatalog {
  readonly #options: CatalogOptions;

  constructor(options: CatalogOptions) {
    this.#options = options;
  }

  /** Declared ones first, those of the files in their order. */
  async list(): Promise<Pipeline[]> {
    const known = this.#known();
    if (known.length > 0) return known;
    const inferred = await this.#inferred();
    return inferred === null ? [] : [inferred];
  }

  async get(id: string): Promise<Result<Pipeline>> {
    const broken = this.#options.declared().broken.get(id);
    if (broken !== undefined)
      return failure('invalid_configuration', `the pipeline ${id} of ${broken.file} cannot be run: ${broken.reason}`, {
        place: 'id',
      });
    const known = this.#known();
    const found = known.find((each) => each.id === id) ?? (id === inferredId ? await this.#inferred() : null);
    return found === null
      ? notFound(
          id,
          known.map((each) => each.id),
        )
      : success(found);
  }

  /** The definitions that can be named in steps, by their ids. */
  definitions(): Record<string, PipelineDefinition> {
    return Object.fromEntries(this.#known().map((pipeline) => [pipeline.id, definitionOf(pipeline)]));
  }

  async create(id: string, definition: PipelineDefinition): Promise<Result<Pipeline>> {
    const known = this.#known();
    const present = known.find((each) => each.id === id);
    if (
      present !== undefined &&
      present.source === 'api' &&
      JSON.stringify(definitionOf(present)) === JSON.stringify(definition)
    )
      return success(present);
    if (present !== undefined)
      return failure('conflict', `there is a pipeline ${id} already, from ${present.source}`, {
        place: 'id',
        hint: 'Take another id, or delete that one first.',
      });
    const [problem] = [
      ...checkId(id, 'pipeline').map((each) => ({ ...each, path: ['id'] })),
      ...checkPipeline(
        definition,
        known.map((each) => each.id),
      ),
    ];
    if (problem !== undefined)
      return failure('invalid_configuration', sentenceOf(problem), { place: problem.path.join('.') });
    await this.#options.store.transact((tx) => savePipeline(tx, { id, definition }, this.#options.clock.now()));
    return success(pipelineOf(id, definition, 'api'));
  }

  async delete(id: string): Promise<Result<Pipeline>> {
    const known = this.#known();
    const present = known.find((each) => each.id === id);
    if (present === undefined)
      return notFound(
        id,
        known.map((each) => each.id),
      );
    if (present.source !== 'api')
      return failure('conflict', `the pipeline ${id} is declared in ${present.source}`, {
        place: 'id',
        hint: 'Remove it from that file.',
      });
    await this.#options.store.transact((tx) => deletePipeline(tx, id));
    return success(present);
  }

  #known(): Pipeline[] {
    const { declared, store } = this.#options;
    const { sound } = declared();
    const ofFiles = [...sound].map(([id, { definition, file }]) => pipelineOf(id, definition, file));
    // What a file declares wins: it is what everybody sees.
    const ofApi = listPipelines(store).flatMap(({ id, definition }) =>
      sound.has(id) ? [] : [pipelineOf(id, definition, 'api')],
    );
    return [...ofFiles, ...ofApi];
  }

  async #inferred(): Promise<Pipeline | null> {
    const { workspace, builds, tests } = this.#options;
    await tests.discover();
    const [files, { targets }] = await Promise.all([workspace.files(), builds.targets()]);
    const inferred = inferPipeline({ files, read: (file) => workspace.read(file), targets, tests: tests.found() });
    if (inferred === null) return null;
    return { ...pipelineOf(inferredId, inferred.definition, 'inferred'), evidence: inferred.evidence };
  }
}

/** The definition in a pipeline. */
export function definitionOf(pipeline: Pipeline): PipelineDefinition {
  const { id: _id, source: _source, evidence: _evidence, ...definition } = pipeline;
  return definition;
}

function pipelineOf(id: string, definition: PipelineDefinition, source: string): Pipeline {
  return { ...definition, id, source, evidence: [] };
}

function notFound(id: string, known: readonly string[]): Result<never> {
  const near = nearest(id, known);
  const hint =
    near === null
      ? known.length === 0
        ? ''
        : `; there are ${known.slice(0, 10).join(', ')}`
      : `; did you mean ${JSON.stringify(near)}?`;
  return failure('not_found', `there is no pipeline ${JSON.stringify(id)}${hint}`, { place: 'id' });
}
