// npm run -s outcome -- --builds <csv> --out <csv>: how likely each build fails, by what had ended when it started.
import { buildOutcomeFeatures } from '../features/build-outcome.ts';
import { calibrated } from '../runtime/card.ts';
import { readBuilds } from './builds-file.ts';
import { field, openModel, readOptions, runCommand, writeLines } from './command.ts';
import { scoreBuilds } from './outcome-scoring.ts';

await runCommand(async () => {
  const options = readOptions(['builds', 'out'], ['model']);
  const builds = readBuilds(options.get('builds') ?? '');
  const model = await openModel('build-outcome', buildOutcomeFeatures, options.get('model'));
  const { calibration } = model.card;
  const scored = await scoreBuilds(builds, async (rows) =>
    (await model.score(rows)).map((each) => calibrated(calibration, each)),
  );
  await model.dispose();
  const lines = scored.map(({ build, score, decision }) =>
    [build.project, build.buildId, build.change, score.toFixed(6), decision].map(field).join(';'),
  );
  writeLines(options.get('out') ?? '', ['project;build_id;pr_name;Score;Decision', ...lines]);
});
