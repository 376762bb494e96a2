// What can be run of a pipeline and yet does less than it says.
import type { PipelineDefinition, PipelineStep } from '../protocol/pipeline.ts';
import type { PipelineProblem } from './pipeline-check.ts';

/** A sentence for each such place. */
export function notesOn({ steps, finally: final }: PipelineDefinition): PipelineProblem[] {
  const groups = [
    ['steps', steps],
    ['finally', final],
  ] as const;
  return groups.flatMap(([group, own]) =>
    Object.entries(own).flatMap(([id, step]) => [
      ...retryNotes(step).map((message) => ({ path: [group, id, 'retries'], message })),
      ...outputNotes(step, steps).map(({ path, message }) => ({ path: [group, id, ...path], message })),
    ]),
  );
}

function retryNotes({ retries, idempotent, command }: PipelineStep): string[] {
  if (retries === 0 || idempotent) return [];
  return [
    command === undefined
      ? 'only commands are tried again'
      : 'it is tried again after passing faults alone, as of a network: after others only with `idempotent: true`',
  ];
}

const outputs = /\bsteps(?:\.([\w-]+)|\[\s*'([^']+)'\s*\])\.outputs\b/g;

/** Texts that ask for outputs of steps that have none. */
function outputNotes(step: PipelineStep, steps: PipelineDefinition['steps']): PipelineProblem[] {
  const { when = '', command = '', environment } = step;
  const texts: readonly (readonly [path: readonly string[], text: string])[] = [
    [['when'], when],
    [['command'], command],
    ...Object.entries(environment).map(([name, value]) => [['environment', name], String(value)] as const),
  ];
  return texts.flatMap(([path, text]) => {
    const named = new Set([...text.matchAll(outputs)].map(([, plain, quoted]) => plain ?? quoted ?? ''));
    const without = [...named].filter((name) => steps[name] !== undefined && steps[name].job === undefined);
    return without.map((name) => ({
      path: [...path],
      message: `the step ${name} has no outputs: only one with \`job\` gives what it writes into $GITHUB_OUTPUT`,
    }));
  });
}
