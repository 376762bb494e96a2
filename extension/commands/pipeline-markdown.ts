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
    ...table(steps),
    '',
    ...(steps.some((step) => isBold(step)) ? ['Steps in bold are on the longest way through the pipeline.', ''] : []),
    ...notes.map((note) => `- ${plain(note)}`),
    '',
  ].join('\n');
}

interface Column {
  readonly title: string;
  readonly line: '---' | '--:';
  readonly cell: (step: PlannedStep, index: number) => string;
}

const columns: readonly Column[] = [
  { title: '', line: '--:', cell: (_, index) => String(index + 1) },
  { title: 'step', line: '---', cell: (step) => (isBold(step) ? `**${plain(step.name)}**` : plain(step.name)) },
  { title: '', line: '---', cell: ({ decision }) => words[decision] },
  { title: 'expected', line: '--:', cell: ({ expectedMs }) => (expectedMs === null ? '' : formatDuration(expectedMs)) },
  { title: 'p90', line: '--:', cell: ({ p90Ms }) => (p90Ms === undefined ? '' : formatDuration(p90Ms)) },
  { title: 'fails', line: '--:', cell: ({ failureProbability: p }) => (p === null ? '' : percent(p)) },
  { title: 'why', line: '---', cell: whyOf },
];

/** Without the columns of which nothing is known. */
function table(steps: readonly PlannedStep[]): string[] {
  const shown = columns.filter(({ cell }) => steps.some((step, index) => cell(step, index) !== ''));
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    row(shown.map(({ title }) => title)),
    row(shown.map(({ line }) => line)),
    ...steps.map((step, index) => row(shown.map(({ cell }) => cell(step, index)))),
  ];
}

/** The longest way means something only where durations are known. */
function isBold({ isCritical, expectedMs }: PlannedStep): boolean {
  return isCritical && expectedMs !== null;
}

function whyOf({ why, needs }: PlannedStep): string {
  return `${plain(why)}${needs.length === 0 ? '' : `; after ${needs.map(code).join(', ')}`}`;
}

function percent(probability: number): string {
  return `${Math.round(probability * 100)} %`;
}
