// npm run train -- --data <folder> [--out <folder>]: makes every model that is shipped. A second run gives the same files.
import { artifactsFolder, readOptions, runCommand } from './command.ts';
import { dataFolder } from './data-folder.ts';
import { writeArtifact } from './artifact.ts';
import { trainBuildOutcome, trainChangeRisk, trainTestChange, trainTestFailure } from './shipped-models.ts';

await runCommand(async () => {
  const options = readOptions(['data'], ['out']);
  const data = dataFolder(options.get('data'));
  const out = options.get('out') ?? artifactsFolder;
  const today = new Date().toISOString().slice(0, 10);
  for (const train of [trainTestFailure, trainTestChange, trainChangeRisk, trainBuildOutcome]) {
    const artifact = await train(data);
    const sizeBytes = writeArtifact(out, artifact, today);
    process.stdout.write(
      `${artifact.name}: ${artifact.rows.rowCount} rows, ${artifact.model.trees.trees.length} trees, ${Math.round(sizeBytes / 1024)} KB\n`,
    );
    for (const { what, value, baseline } of artifact.metrics)
      process.stdout.write(`  ${what}: ${value.toFixed(3)} (${baseline})\n`);
  }
});
