// npm run -s risk -- --commits <csv> --out <csv> [--labels <share>]: how risky each commit is, in time order.
import { changeRiskFeatures } from '../features/change-risk.ts';
import { calibrated } from '../runtime/card.ts';
import { field, openModel, readOptions, runCommand, writeLines } from './command.ts';
import { readCommits } from './commits-file.ts';
import { BadInput, numberIn } from './csv.ts';
import { riskWithLabels } from './risk-scoring.ts';
import { commitRows } from './samples.ts';

await runCommand(async () => {
  const options = readOptions(['commits', 'out'], ['labels', 'model']);
  const share = numberIn(options.get('labels') ?? '0');
  if (share === null || share < 0 || share > 1)
    throw new BadInput(`--labels is ${options.get('labels') ?? ''}, expected a share between 0 and 1`);
  const file = options.get('commits') ?? '';
  const commits = readCommits(file);
  const labelled = Math.floor(commits.length * share);
  if (commits.slice(0, labelled).some((commit) => commit.isFaulty === null))
    throw new BadInput(`${file} lacks labels in the column bug, which --labels asks for`);
  const model = await openModel('change-risk', changeRiskFeatures, options.get('model'));
  const rows = commitRows(commits);
  const shipped = (await model.score(rows.values)).map((each) => calibrated(model.card.calibration, each));
  await model.dispose();
  const scores = riskWithLabels(rows, shipped, commits.slice(0, labelled));
  writeLines(options.get('out') ?? '', [
    'transactionid;Score',
    ...commits.map(({ id }, index) => `${field(id)};${(scores[index] ?? 0).toFixed(6)}`),
  ]);
});
