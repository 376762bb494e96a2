// Models that we write are scored by the ONNX runtime as by ourselves; what is not what its card says is refused.
import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildOutcomeFeatures } from '../../../models/features/build-outcome.ts';
import { changeRiskFeatures } from '../../../models/features/change-risk.ts';
import { testChangeFeatures } from '../../../models/features/test-change.ts';
import { testFailureFeatures } from '../../../models/features/test-failure.ts';
import { probabilityOf } from '../../../models/runtime/additive-model.ts';
import { loadModel } from '../../../models/runtime/runtime.ts';
import { writeArtifact } from '../../../models/training/artifact.ts';
import { matrixOf, rowOf } from '../../../models/learning/matrix.ts';
import { randomFrom } from '../../../models/learning/metrics.ts';
import { fitRecipe } from '../../../models/training/recipes.ts';

const features = [1, 2, 3].map((each) => ({ name: `f${each}`, meaning: `feature ${each}` }));
const artifacts = path.resolve(import.meta.dirname, '../../../models/artifacts');

describe('a model', () => {
  let folder: string;
  const random = randomFrom(9);
  const rows = matrixOf(Array.from({ length: 300 }, () => [random(), random() * 100, random() - 0.5]));
  const labels = Float32Array.from({ length: 300 }, (_, row) => Number((rowOf(rows, row)[0] ?? 0) > 0.4));
  const boosting = { trees: 20, depth: 3, learningRate: 0.3, leastRows: 5, penalty: 1 };
  const model = fitRecipe({ rows, labels }, { boosting, linearPenalty: 1 });

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'noodle-models-'));
    write();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is scored by the runtime as by its own trees', async () => {
    const loading = await loadModel({ folder: path.join(folder, 'sample'), features });
    assert.ok(loading.ok);
    const scores = await loading.model.score(rows.values);
    scores.forEach((score, row) => assert.ok(Math.abs(score - probabilityOf(model, rowOf(rows, row))) < 1e-5));
    assert.equal((await loading.model.score(new Float32Array())).length, 0);
    await loading.model.dispose();
  });

  it('has the same bytes when it is written again', async () => {
    const files = ['model.onnx', 'card.json', 'explanation.json'].map((name) => path.join(folder, 'sample', name));
    const before = await Promise.all(files.map((file) => readFile(file)));
    write('2031-01-01');
    assert.deepEqual(await Promise.all(files.map((file) => readFile(file))), before);
  });

  it('without trees is its linear part', async () => {
    const linear = fitRecipe({ rows, labels: new Float32Array(300) }, { boosting, linearPenalty: 1 });
    write('2026-01-01', linear);
    const loading = await loadModel({ folder: path.join(folder, 'sample'), features });
    assert.ok(loading.ok, loading.ok ? '' : loading.refusal.message);
    await loading.model.dispose();
  });

  const refusals: readonly (readonly [what: string, reason: string, spoil: (at: string) => Promise<void>])[] = [
    ['no files', 'missing', (at) => rm(at, { recursive: true })],
    ['a changed .onnx', 'changed_file', async (at) => writeFile(path.join(at, 'model.onnx'), 'not a model')],
    ['a card that is no JSON', 'damaged_card', async (at) => writeFile(path.join(at, 'card.json'), '{')],
    ['another feature', 'foreign_features', (at) => edit(at, (card) => card.replace('"f2"', '"f9"'))],
    ['the .onnx of another', 'wrong_shape', (at) => replaceModel(at, path.join(artifacts, 'build-outcome/model.onnx'))],
    ['something that is not ONNX', 'not_onnx', (at) => replaceModel(at, import.meta.filename)],
    ['other answers', 'wrong_answer', (at) => edit(at, (card) => card.replace(/"score": [\d.e-]+/, '"score": 0.123'))],
  ];
  for (const [what, reason, spoil] of refusals) {
    it(`is refused with ${what}`, async () => {
      await spoil(path.join(folder, 'sample'));
      const loading = await loadModel({ folder: path.join(folder, 'sample'), features });
      assert.equal(loading.ok ? 'loaded' : loading.refusal.reason, reason);
    });
  }

  for (const [name, catalogue] of Object.entries({
    'test-failure': testFailureFeatures,
    'test-change': testChangeFeatures,
    'change-risk': changeRiskFeatures,
    'build-outcome': buildOutcomeFeatures,
  })) {
    it(`${name} is shipped and accepted`, async () => {
      const loading = await loadModel({ folder: path.join(artifacts, name), features: catalogue });
      assert.ok(loading.ok, loading.ok ? '' : loading.refusal.message);
      await loading.model.dispose();
    });
  }

  function write(today = '2026-01-01', written = model) {
    const card = {
      summary: '',
      data: [],
      metrics: [],
      limits: [],
      standsAside: false,
      calibration: { slope: 1, offset: 0 },
    };
    writeArtifact(folder, { ...card, name: 'sample', features, model: written, rows }, today);
  }
});

async function edit(folder: string, change: (card: string) => string): Promise<void> {
  const file = path.join(folder, 'card.json');
  await writeFile(file, change(await readFile(file, 'utf8')));
}

/** Puts another model into the folder, and lies about it in the card. */
async function replaceModel(folder: string, other: string): Promise<void> {
  await copyFile(other, path.join(folder, 'model.onnx'));
  const { createHash } = await import('node:crypto');
  const sha256 = createHash('sha256')
    .update(await readFile(other))
    .digest('hex');
  await edit(folder, (card) => card.replace(/"sha256": "[^"]+"/, `"sha256": "${sha256}"`));
}
