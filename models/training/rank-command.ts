// npm run -s rank -- --history <csv> --out <csv>: ranks the tests of every cycle by what the cycles before it tell.
import { testFailureFeatures } from '../features/test-failure.ts';
import { field, openModel, readOptions, runCommand, writeLines } from './command.ts';
import { rankCycles } from './ranking.ts';
import { readTestHistory } from './test-history-file.ts';

await runCommand(async () => {
  const options = readOptions(['history', 'out'], ['model']);
  const cycles = readTestHistory(options.get('history') ?? '');
  const model = await openModel('test-failure', testFailureFeatures, options.get('model'));
  const lines = ['Cycle;Name;Rank'];
  const used = new Map<string, number>();
  for await (const { cycle, order, by } of rankCycles(
    cycles,
    model.card.standsAside ? null : (rows) => model.score(rows),
  )) {
    order.forEach((run, index) => lines.push(`${cycle.number};${field(run.name)};${index + 1}`));
    used.set(by, (used.get(by) ?? 0) + 1);
  }
  await model.dispose();
  writeLines(options.get('out') ?? '', lines);
  if (model.card.standsAside)
    process.stderr.write(
      'The model test-failure stands aside: it was not better than the plain estimate (see models/EVALUATION.md).\n',
    );
  const ways = [...used]
    .map(([way, count]) => `${count} by ${way === 'plain' ? 'the plain estimate' : way}`)
    .join(', ');
  process.stderr.write(`${cycles.length} cycles ranked${ways === '' ? '' : `: ${ways}`}\n`);
});
