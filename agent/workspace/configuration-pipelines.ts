// The pipelines of a file: a pipeline of which anything does not fit is not run at all, as a condition could be missing.
import type { PipelineDefinition } from '../protocol/pipeline.ts';
import type { Misfit } from './configuration-repair.ts';
import type { ParsedYaml } from './configuration-yaml.ts';
import { checkId, checkPipeline, type PipelineProblem } from './pipeline-check.ts';

export interface CheckedPipelines {
  readonly pipelines: Record<string, PipelineDefinition>;
  /** Ids of those that cannot be run, each with the first thing that is wrong. */
  readonly broken: ReadonlyMap<string, string>;
  /** Places below `pipelines`. */
  readonly problems: readonly PipelineProblem[];
}

interface Reading {
  readonly misfits: readonly Misfit[];
  readonly yaml: ParsedYaml;
}

/** The pipelines that can be run. Those that others of the repository name are not known here. */
export function checkPipelines(
  pipelines: Readonly<Record<string, PipelineDefinition>>,
  { misfits, yaml }: Reading,
): CheckedPipelines {
  const broken = new Map<string, string>();
  const breaks = (id: string, message: string) => void (broken.has(id) || broken.set(id, message));
  for (const { path } of misfits) {
    const [top, id] = path;
    if (top === 'pipelines' && id !== undefined) breaks(String(id), `${path.slice(2).join('.')} does not fit`);
  }
  const [fault] = yaml.problems;
  if (fault !== undefined)
    for (const id of Object.keys(pipelines)) breaks(id, `the file cannot be read whole: ${fault.message}`);
  const problems: PipelineProblem[] = [];
  for (const [id, definition] of Object.entries(pipelines)) {
    const own = broken.has(id) ? [] : [...checkId(id, 'pipeline'), ...checkPipeline(definition, null)];
    const [first] = own;
    if (first !== undefined) breaks(id, sentenceOf(first));
    problems.push(
      ...own.map((problem) => ({
        ...problem,
        path: [id, ...problem.path],
        message: `pipelines.${id}${placeOf(problem)}: ${problem.message}`,
      })),
    );
  }
  const sound = Object.entries(pipelines).filter(([id]) => !broken.has(id));
  return { pipelines: Object.fromEntries(sound), broken, problems };
}

/** A problem with its place in the pipeline: `steps.test.needs.0: found "biuld", which is no step`. */
export function sentenceOf(problem: PipelineProblem): string {
  const place = placeOf(problem).slice(1);
  return place === '' ? problem.message : `${place}: ${problem.message}`;
}

function placeOf({ path }: PipelineProblem): string {
  return path.map((part) => `.${part}`).join('');
}
