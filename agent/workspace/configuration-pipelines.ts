// The pipelines of a file: a pipeline of which anything does not fit is not run at all, as a condition could be missing.
import type { PipelineDefinition } from '../protocol/pipeline.ts';
import type { FileProblem } from './configuration-problems.ts';
import type { Misfit } from './configuration-repair.ts';
import type { ParsedYaml } from './configuration-yaml.ts';
import { checkId, checkPipeline, type PipelineProblem } from './pipeline-check.ts';
import { notesOn } from './pipeline-notes.ts';

/** What is wrong in a pipeline that cannot be run, and where. Lines and columns count from 1. */
export interface Breakage {
  readonly reason: string;
  readonly line: number;
  readonly column: number;
}

export interface CheckedPipelines {
  readonly pipelines: Record<string, PipelineDefinition>;
  /** Those that cannot be run, by their ids, each with the first thing that is wrong. */
  readonly broken: ReadonlyMap<string, Breakage>;
  /** Why it is not known which pipelines the file declares; null when it is. */
  readonly unreadable: Breakage | null;
  /** Places below `pipelines`. */
  readonly problems: readonly PipelineProblem[];
  /** What those that can be run do less than they say; places below `pipelines`. */
  readonly notes: readonly PipelineProblem[];
}

interface Reading {
  readonly misfits: readonly Misfit[];
  /** The sentences for the first misfits, in their order. */
  readonly sentences: readonly FileProblem[];
  readonly yaml: ParsedYaml;
}

/** The pipelines that can be run. Those that others of the repository name are not known here. */
export function checkPipelines(
  pipelines: Readonly<Record<string, PipelineDefinition>>,
  reading: Reading,
): CheckedPipelines {
  const { broken, unreadable } = misread(Object.keys(pipelines), reading);
  const problems: PipelineProblem[] = [];
  for (const [id, definition] of Object.entries(pipelines)) {
    const own = broken.has(id) ? [] : [...checkId(id, 'pipeline'), ...checkPipeline(definition, null)];
    const [first] = own;
    if (first === undefined) continue;
    broken.set(id, breakageOf(sentenceOf(first), reading.yaml.rangeOf(['pipelines', id, ...first.path])));
    problems.push(...own.map((problem) => below(id, problem)));
  }
  const sound = Object.entries(pipelines).filter(([id]) => !broken.has(id));
  const notes = sound.flatMap(([id, definition]) => notesOn(definition).map((note) => below(id, note)));
  return { pipelines: Object.fromEntries(sound), broken, unreadable, problems, notes };
}

function below(id: string, problem: PipelineProblem): PipelineProblem {
  return {
    ...problem,
    path: [id, ...problem.path],
    message: `pipelines.${id}${placeOf(problem)}: ${problem.message}`,
  };
}

/** What could not be read, or does not fit the schema. */
function misread(
  ids: readonly string[],
  { misfits, sentences, yaml }: Reading,
): { readonly broken: Map<string, Breakage>; readonly unreadable: Breakage | null } {
  const [fault] = yaml.problems;
  let unreadable = fault === undefined ? null : breakageOf(`it cannot be read whole: ${fault.message}`, fault.range);
  const broken = new Map<string, Breakage>();
  if (unreadable !== null) for (const id of ids) broken.set(id, unreadable);
  for (const [index, { path }] of misfits.entries()) {
    const sentence = sentences[index] ?? { message: `${path.join('.')} does not fit`, ...yaml.rangeOf(path) };
    const breakage = breakageOf(sentence.message, sentence);
    const id = pipelineOf(path);
    if (id !== null) broken.set(id, broken.get(id) ?? breakage);
    else if (path.length === 0 || path[0] === 'pipelines' || sentence.nearest === 'pipelines') unreadable ??= breakage;
  }
  return { broken, unreadable };
}

/** The pipeline that a place lies in. */
function pipelineOf([top, id]: Misfit['path']): string | null {
  return top === 'pipelines' && id !== undefined ? String(id) : null;
}

function breakageOf(reason: string, { line, column }: Pick<Breakage, 'line' | 'column'>): Breakage {
  return { reason, line, column };
}

/** A problem with its place in the pipeline: `steps.test.needs.0: found "biuld", which is no step`. */
export function sentenceOf(problem: PipelineProblem): string {
  const place = placeOf(problem).slice(1);
  return place === '' ? problem.message : `${place}: ${problem.message}`;
}

function placeOf({ path }: PipelineProblem): string {
  return path.map((part) => `.${part}`).join('');
}
