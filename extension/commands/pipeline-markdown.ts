// The plan of a pipeline as a text to read.
import type { PipelinePlan, PlannedStep } from '../../agent/protocol/pipeline.ts';
import { counted, formatDuration } from '../../agent/protocol/quantities.ts';
import { code, plain } from './markdown.ts';

const words: { readonly [D in PlannedStep['decision']]: string } = {
  run: 'runs',
  pruned: 'left out',
  conditional: 'decided at its turn',
  reused: 'taken over',
};

/** What would run, in which order, for how long and why. */
export function planMarkdown({
  pipeline,
  changedFiles,
  steps,
  expectedMs,
  plainMs,
  failureProbability,
  notes,
}: PipelinePlan): string {
  const running = steps.filter(({ decision }) => decision === 'run' || decision === 'conditional').length;
  const saved =
    expectedMs !== null && plainMs !== null && plainMs > expectedMs
      ? `, ${formatDuration(plainMs)} in the plain order with nothing left out`
      : '';
  const time =
    expectedMs === null
      ? 'How long it takes is not known yet: it has not run.'
      : `About ${formatDuration(expectedMs)}${saved}.`;
  const risk =
    failureProbability === null ? '' : ` Some step fails with a probability of ${percent(failureProbability)}.`;
  return [
    `# ${plain(pipeline)}`,
    '',
    `**${running} of ${counted(steps.length, 'step')}** would run for ${counted(changedFiles, 'changed file')}. ${time}${risk}`,
    '',
    '| | step | | expected | fails | why |',
    '|--:|---|---|--:|--:|---|',
    ...steps.map(rowOf),
    '',
    ...(steps.some(({ isCritical }) => isCritical)
      ? ['Steps in bold are on the longest way through the pipeline.', '']
      : []),
    ...notes.map((note) => `- ${plain(note)}`),
    '',
  ].join('\n');
}

function rowOf(
  { name, decision, expectedMs, failureProbability, isCritical, why, needs }: PlannedStep,
  index: number,
): string {
  const cells = [
    String(index + 1),
    isCritical ? `**${plain(name)}**` : plain(name),
    words[decision],
    expectedMs === null ? '' : formatDuration(expectedMs),
    failureProbability === null ? '' : percent(failureProbability),
    `${plain(why)}${needs.length === 0 ? '' : `; after ${needs.map(code).join(', ')}`}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

function percent(probability: number): string {
  return `${Math.round(probability * 100)} %`;
}
