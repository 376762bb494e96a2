// All pipelines of a repository: declared in its files, through the API, or inferred where none is declared.
import { failure, success, type Result } from '../protocol/failure.ts';
import type { RepoPath } from '../protocol/ids.ts';
import { nearest } from '../protocol/nearest.ts';
import type { BrokenPipeline, Pipeline, PipelineDefinition } from '../protocol/pipeline.ts';
import { deletePipeline, listPipelines, savePipeline } from '../store/pipelines.ts';
import { sentenceOf } from '../workspace/configuration-pipelines.ts';
import { checkId, checkPipeline } from '../workspace/pipeline-check.ts';
import { inferPipeline, inferredId } from './inference.ts';
import type { PipelineParts } from './pipeline-parts.ts';

/** What the files of the repository declare. */
export interface DeclaredPipelines {
  readonly sound: ReadonlyMap<string, { readonly definition: PipelineDefinition; readonly file: string }>;
  /** Pipelines that cannot be run, each with why. */
  readonly broken: ReadonlyMap<string, BrokenPlace>;
  /** Files of which it is not known what they declare. */
  readonly unreadable: readonly BrokenPlace[];
}

/** What is wrong, and where. */
export interface BrokenPlace {
  readonly reason: string;
  readonly file: RepoPath;
  readonly line: number;
  readonly column: number;
}

export interface CatalogOptions extends Pick<PipelineParts, 'workspace' | 'builds' | 'tests' | 'store' | 'clock'> {
  readonly declared: () => DeclaredPipelines;
}

export class PipelineCatalog {
  readonly #options: CatalogOptions;

  constructor(options: CatalogOptions) {
    this.#options = options;
  }

  /** Declared ones first, those of the files in their order. Nothing is inferred beside what somebody meant to declare. */
  async list(): Promise<Pipeline[]> {
    const known = this.#known();
    if (known.length > 0 || this.broken().length > 0) return known;
    const inferred = await this.#inferred();
    return inferred === null ? [] : [inferred];
  }

  /** What the files declare and cannot be run. */
  broken(): BrokenPipeline[] {
    const { broken, unreadable } = this.#options.declared();
    const entry = (id: string | null, { reason, file, line, column }: BrokenPlace): BrokenPipeline => ({
      id,
      file,
      line,
      column,
      message: reason,
    });
    const named = [...broken].map(([id, place]) => entry(id, place));
    const isNamed = ({ file, line, column }: BrokenPlace) =>
      named.some((each) => each.file === file && each.line === line && each.column === column);
    return [...named, ...unreadable.filter((place) => !isNamed(place)).map((place) => entry(null, place))];
  }

  async get(id: string): Promise<Result<Pipeline>> {
    const { broken, unreadable } = this.#options.declared();
    const known = this.#known();
    const place = broken.get(id);
    if (place !== undefined)
      return failure('invalid_configuration', `${placeOf(place)}: the pipeline ${id} cannot be run: ${place.reason}`, {
        place: 'id',
      });
    const found = known.find((each) => each.id === id) ?? (id === inferredId ? await this.#inferred() : null);
    if (found !== null) return success(found);
    const [unread] = unreadable;
    if (unread !== undefined)
      return failure(
        'invalid_configuration',
        `${placeOf(unread)}: ${unread.reason}; so it is not known whether there is a pipeline ${JSON.stringify(id)}`,
        { place: 'id' },
      );
    return notFound(id, [...known.map((each) => each.id), ...broken.keys()]);
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
    const { sound, broken } = declared();
    const ofFiles = [...sound].map(([id, { definition, file }]) => pipelineOf(id, definition, file));
    // What a file declares wins: it is what everybody sees.
    const ofApi = listPipelines(store).flatMap(({ id, definition }) =>
      sound.has(id) || broken.has(id) ? [] : [pipelineOf(id, definition, 'api')],
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

function placeOf({ file, line, column }: BrokenPlace): string {
  return `${file}:${line}:${column}`;
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
