// Definitions as YAML that a person would have written: without what is the default anyway.
import { stringify } from 'yaml';
import { filled } from './filled.ts';
import { PipelineDefinition, PipelineService, PipelineStep } from '../protocol/pipeline.ts';

/** The `pipelines:` of a file; `comments` stand above the steps that they name. */
export function pipelinesYaml(
  pipelines: Readonly<Record<string, PipelineDefinition>>,
  comments: Readonly<Record<string, string>> = {},
): string {
  const written = Object.fromEntries(
    Object.entries(pipelines).map(([id, definition]) => [id, writtenPipeline(definition)]),
  );
  const text = stringify({ pipelines: written }, { lineWidth: 0, aliasDuplicateObjects: false });
  return Object.entries(comments).reduce(
    (whole, [step, comment]) => whole.replace(new RegExp(`^(      )${escaped(step)}:$`, 'm'), `$1# ${comment}\n$&`),
    text,
  );
}

/** Without what is the default. */
export function writtenPipeline(definition: PipelineDefinition): Record<string, unknown> {
  const { steps, services, finally: final, ...rest } = definition;
  const blank = {
    ...PipelineDefinition.parse({ steps: {} }),
    steps: undefined,
    services: undefined,
    finally: undefined,
  };
  const each = (map: Readonly<Record<string, object>>, defaults: object) =>
    Object.fromEntries(Object.entries(map).map(([id, value]) => [id, withoutDefaults(value, defaults)]));
  return {
    ...withoutDefaults(rest, blank),
    ...(Object.keys(services).length === 0
      ? {}
      : { services: each(services, PipelineService.parse({ command: 'x' })) }),
    steps: each(withShortParts(steps), PipelineStep.parse({})),
    ...(Object.keys(final).length === 0 ? {} : { finally: each(withShortParts(final), PipelineStep.parse({})) }),
  };
}

function withShortParts(steps: Readonly<Record<string, PipelineStep>>): Record<string, object> {
  const short = Object.entries(steps).map(([id, step]) => [
    id,
    {
      ...step,
      ...(step.matrix === undefined ? {} : { matrix: filled(step.matrix) }),
      ...(step.job === undefined ? {} : { job: filled(step.job) }),
    },
  ]);
  return Object.fromEntries(short);
}

function withoutDefaults(value: object, defaults: object): Record<string, unknown> {
  const known = new Map(Object.entries(defaults).map(([key, each]) => [key, JSON.stringify(each)]));
  return Object.fromEntries(
    Object.entries(value).filter(
      ([key, each]) => each !== undefined && (key === 'command' || known.get(key) !== JSON.stringify(each)),
    ),
  );
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
