// What can be run of a pipeline and yet does less than it says.
import type { PipelineDefinition } from '../protocol/pipeline.ts';
import type { PipelineProblem } from './pipeline-check.ts';

/** A sentence for each such place. */
export function notesOn({ steps, finally: final }: PipelineDefinition): PipelineProblem[] {
  const groups = [
    ['steps', steps],
    ['finally', final],
  ] as const;
  return groups.flatMap(([group, own]) =>
    Object.entries(own).flatMap(([id, { retries, idempotent, command }]) => {
      if (retries === 0 || idempotent) return [];
      const message =
        command === undefined
          ? 'only commands are tried again'
          : 'it is tried again after passing faults alone, as of a network: after others only with `idempotent: true`';
      return [{ path: [group, id, 'retries'], message }];
    }),
  );
}
