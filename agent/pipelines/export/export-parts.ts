// What both other systems need of a step: its command, and what they cannot do.
import type { PipelineDefinition, PipelineStep } from '../../protocol/pipeline.ts';

/** The command that does on another machine what the step does here. */
export function commandOf(step: PipelineStep): string | null {
  if (step.command !== undefined) return step.command;
  if (step.tests !== undefined) return `npx noodle run${step.tests === 'impacted' ? '' : ` --${step.tests}`}`;
  if (step.build === 'all') return 'npx noodle run --all';
  if (step.build !== undefined) return 'npx noodle run';
  if (step.wait === undefined) return null;
  const { url, port, file, command, every } = step.wait;
  const check =
    url === undefined
      ? port === undefined
        ? file === undefined
          ? (command ?? 'true')
          : `test -e ${quoted(file)}`
        : `nc -z localhost ${port}`
      : `curl --fail --silent --output /dev/null ${quoted(url)}`;
  return `until ${check}; do sleep ${every}; done`;
}

/** Sentences about what is lost. */
export function lossesOf(id: string, step: PipelineStep): string[] {
  return [
    ...(step.inputs === undefined ? [] : [`${id}: runs whatever changed`]),
    ...(step.services.length === 0 ? [] : [`${id}: its services are started in the background, before the command`]),
    ...(step.sandbox === undefined ? [] : [`${id}: is not kept in a sandbox`]),
    ...(step.pipeline === undefined ? [] : [`${id}: the pipeline ${step.pipeline} is not called`]),
  ];
}

/** The services of a step, started before its command. */
export function withServices(command: string, step: PipelineStep, { services }: PipelineDefinition): string {
  const starts = step.services.flatMap((name) =>
    services[name] === undefined ? [] : [`(${services[name].command}) &`],
  );
  return [...starts, command].join('\n');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
