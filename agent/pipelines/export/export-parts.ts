// What both other systems need of a step: its command, and what they cannot do.
import type { BuildTarget } from '../../protocol/build.ts';
import type { PipelineDefinition, PipelineStep, Wait } from '../../protocol/pipeline.ts';
import { isPreparation } from '../import/machine.ts';
import type { Setup } from './project-files.ts';

/** What the project needs elsewhere, and what builds it. */
export interface ExportProject {
  readonly setups: readonly Setup[];
  readonly targets: readonly Pick<BuildTarget, 'id' | 'folder' | 'command' | 'needs' | 'automatic'>[];
}

/** Ends a command that somebody has to replace. */
const unknownEnd = ' && false';

/** The command that does on another machine what the step does here; the project's own, as Noodle is not there. */
export function commandOf(step: PipelineStep, project: ExportProject): string | null {
  if (step.command !== undefined) return step.command;
  if (step.tests !== undefined) return testCommand(project);
  if (step.build !== undefined) return buildCommand(step.build, project);
  // What stood before a deployment does not let it through unasked.
  if (step.gate !== undefined) return `echo 'say here what decides: ${step.gate.kind} gate' && false`;
  return step.wait === undefined ? null : waitCommand(step.wait);
}

function testCommand({ setups }: ExportProject): string {
  const commands = setups.flatMap(({ test }) => test);
  return commands.length === 0 ? `echo 'say here what runs the tests'${unknownEnd}` : commands.join('\n');
}

function buildCommand(wanted: string, { setups, targets }: ExportProject): string {
  const isAll = wanted === 'all' || wanted === 'impacted';
  const chosen = targets.filter(({ id, automatic }) => (isAll ? automatic : neededBy(wanted, targets).has(id)));
  const commands = chosen.map(({ folder, command }) =>
    folder === '' ? command : `(cd ${quoted(folder)} && ${command})`,
  );
  const known = commands.length === 0 ? setups.flatMap(({ build }) => build) : commands;
  return known.length === 0 ? `echo 'say here what builds it'${unknownEnd}` : known.join('\n');
}

function neededBy(wanted: string, targets: ExportProject['targets']): Set<string> {
  const found = new Set<string>();
  const left = [wanted];
  for (let id = left.pop(); id !== undefined; id = left.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    left.push(...(targets.find((target) => target.id === id)?.needs ?? []));
  }
  return found;
}

function waitCommand({ url, port, file, command, every }: Wait): string {
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

/** Without the steps that prepare this machine alone: other systems have machines of their own for each job. */
export function withoutPreparations(definition: PipelineDefinition): PipelineDefinition {
  const left = new Set(
    Object.entries(definition.steps).flatMap(([id, { command }]) =>
      command !== undefined && isPreparation(command) ? [id] : [],
    ),
  );
  const reached = (need: string): string[] =>
    left.has(need) ? (definition.steps[need]?.needs ?? []).flatMap(reached) : [need];
  const steps: PipelineDefinition['steps'] = {};
  for (const [id, step] of Object.entries(definition.steps))
    if (!left.has(id)) steps[id] = { ...step, needs: [...new Set(step.needs.flatMap(reached))] };
  return { ...definition, steps };
}

/** Sentences about what is lost. */
export function lossesOf(id: string, step: PipelineStep, project: ExportProject): string[] {
  const isUnknown = step.gate === undefined && commandOf(step, project)?.endsWith(unknownEnd) === true;
  return [
    ...(isUnknown ? [`${id}: what does it there is not known; its job fails until you say it in it`] : []),
    ...(step.tests === 'impacted' || step.build === 'impacted' ? [`${id}: runs all of them, whatever changed`] : []),
    ...(step.job === undefined
      ? []
      : [`${id}: is a job of its own there, so what earlier steps hand on by files does not reach it`]),
    ...(step.inputs === undefined ? [] : [`${id}: runs whatever changed`]),
    ...(step.services.length === 0 ? [] : [`${id}: its services are started in the background, before the command`]),
    ...(step.sandbox === undefined ? [] : [`${id}: is not kept in a sandbox`]),
    ...(step.gate === undefined
      ? []
      : [`${id}: the ${step.gate.kind} gate has no form there; its job fails until you say in it what decides`]),
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
