import assert from 'node:assert/strict';
import { copyFileSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { assetPath } from '../../../agent/platform/assets.ts';
import { changeLogArguments, createPredictions, type Predictions } from '../../../agent/predictions/predictions.ts';
import { ExecutionId, Fingerprint, TargetId } from '../../../agent/protocol/ids.ts';
import { saveBuildResult } from '../../../agent/store/builds.ts';
import { saveExecution } from '../../../agent/store/executions.ts';
import type { Store } from '../../../agent/store/store.ts';
import { changeMeasures, type ChangeMeasures } from '../../../models/features/change-risk.ts';
import { Card } from '../../../models/runtime/card.ts';
import { GitRig } from '../../rig/git-rig.ts';
import { aBuildResult, anExecution } from '../../rig/recorded.ts';
import { StoreRig } from '../../rig/store-rig.ts';

// Every measure is in the list, so the record is complete.
const change = (size: number) => Object.fromEntries(changeMeasures.map((name) => [name, size])) as ChangeMeasures;
const earlier = Array.from({ length: 50 }, (_, index) => change(index + 1));
const app = TargetId.parse('app#build');
const buildOf = (letters: string) => ({
  target: app,
  fingerprint: Fingerprint.parse(letters.repeat(8)),
  startsAt: 1_700_000_000_000,
});

describe('predictions', () => {
  let rig: StoreRig;
  let predictions: Predictions;
  let refusals: string[];
  let provider: 'wasm' | 'webgpu';
  let readGit: (args: readonly string[]) => Promise<string | null>;

  beforeEach(async () => {
    rig = await StoreRig.create();
    refusals = [];
    provider = 'wasm';
    readGit = async () => null;
  });
  afterEach(async () => {
    await predictions.dispose();
    await rig[Symbol.asyncDispose]();
  });

  it('rank a change among those before it, with reasons and the version of the model', async () => {
    await open();
    const big = await predictions.changeRisk({ ...change(60), fix: 1 }, earlier);
    assert.ok(big.value > 0.7, String(big.value));
    assert.equal(big.reasons.length, 3);
    assert.match(big.by, /^[0-9a-f]{12}$/);
    assert.deepEqual(refusals, []);
  });

  it('rank the last commit of a log as git prints it', async () => {
    await open();
    await using git = await GitRig.create();
    for (let size = 1; size <= 12; size += 1) {
      await git.write({ 'src/a.ts': 'line\n'.repeat(size * size) });
      await git.commit(`Change ${size}`);
    }
    const log = await git.git(...changeLogArguments);
    const risk = await predictions.commitRisk(log);
    assert.match(risk?.commit ?? '', /^[0-9a-f]{40}$/);
    assert.ok((risk?.value ?? -1) > 0 && (risk?.value ?? 2) < 1);
    assert.equal(await predictions.commitRisk(''), null);
  });

  it('learn of builds from what was recorded', async () => {
    const store = await open();
    const before = await predictions.builds.predict(buildOf('f1'));
    for (let build = 0; build < 12; build += 1) {
      const executionId = ExecutionId.parse(`run-${build}`);
      const result = aBuildResult(app, { status: 'failed' });
      await store.transact((tx) => {
        saveExecution(tx, anExecution(executionId));
        saveBuildResult(tx, { executionId, result, inputs: {}, finishedAt: 1_699_000_000_000 + build * 1000 });
      });
    }
    const after = await predictions.builds.predict(buildOf('f2'));
    assert.ok(after.value > before.value, `${after.value} after twelve failures, ${before.value} before`);
  });

  it('leave builds to the history of their target until the model is surely better', async () => {
    const store = await open();
    assert.equal(await predictions.builds.estimate(buildOf('f1')), null);
    assert.equal(predictions.builds.judged(), null);
    await predictions.learn(1_700_000_000_000);
    const { models, here } = await predictions.models();
    assert.deepEqual([here.builds.by, here.builds.builds], ['history', 0]);
    assert.equal(models.find(({ name }) => name === 'build-outcome')?.role, 'stands aside');
    // Builds of two targets fail together: the history of one alone says nothing of that, and here it is sure of the contrary.
    await recordRounds(store, 200);
    await predictions.learn(1_700_000_000_000);
    const after = await predictions.models();
    assert.equal(after.here.builds.by, 'model', after.here.builds.because);
    assert.ok((after.here.builds.gain?.low ?? 0) > 0);
    assert.equal(after.models.find(({ name }) => name === 'build-outcome')?.role, 'decides');
    const estimate = await predictions.builds.estimate(buildOf('f1'));
    assert.match(estimate?.reason ?? '', /^the model [0-9a-f]{12}(\+[0-9a-f]{12})? says so: /);
    assert.ok((predictions.builds.judged() ?? []).length >= 40);
  });

  it('take a clock that jumped back, builds of one kind and durations of zero', async () => {
    const store = await open();
    for (let build = 0; build < 60; build += 1) {
      const executionId = ExecutionId.parse(`back-${build}`);
      const result = aBuildResult(app, { status: 'succeeded', durationMs: 0 });
      await store.transact((tx) => {
        saveExecution(tx, anExecution(executionId));
        saveBuildResult(tx, { executionId, result, inputs: {}, finishedAt: 1_699_000_000_000 - build * 60_000 });
      });
    }
    // Learned after everything that is recorded, and then before all of it.
    await predictions.learn(1_800_000_000_000);
    await predictions.learn(1);
    const { here } = await predictions.models();
    assert.deepEqual([here.builds.by, here.builds.builds, here.builds.failures], ['history', 60, 0]);
    assert.match(here.builds.because, /60 recorded builds with 0 failures do not tell the two apart/);
    const { value } = await predictions.builds.predict({ ...buildOf('f1'), startsAt: 1 });
    assert.ok(value >= 0 && value <= 1);
    assert.match((await predictions.ownModels.retrain('build-outcome', 1)).because, /are all the same/);
  });

  it('rate changes by their lines where the model is not surely better here', async () => {
    await using git = await GitRig.create();
    // Long commits are mended later, short ones are not: the number of lines says it all.
    for (let commit = 0; commit < 33; commit += 1) {
      await git.write({ [`long/${commit}.ts`]: 'const faulty = 1;\n'.repeat(50), [`short/${commit}.ts`]: '' });
      await git.commit(`Add long ${commit}`);
      await git.write({ [`short/${commit}.ts`]: 'const fine = 1;\n' });
      await git.commit(`Add short ${commit}`);
      await git.write({ [`long/${commit}.ts`]: 'const mended = 1;\n' });
      await git.commit(`Fix long ${commit}`);
    }
    readGit = (args) => git.git(...args);
    await open();
    const before = await predictions.commitRisk(await git.git(...changeLogArguments));
    assert.match(before?.by ?? '', /^[0-9a-f]{12}$/);
    await predictions.ownModels.retrain('change-risk', 1);
    await predictions.ownModels.activate('change-risk', 'shipped');
    const { models, here } = await predictions.models();
    assert.equal(here.risk?.by, 'lines', here.risk?.because);
    assert.equal(models.find(({ name }) => name === 'change-risk')?.role, 'stands aside');
    const after = await predictions.commitRisk(await git.git(...changeLogArguments));
    assert.deepEqual([after?.by, after?.reasons.map(({ words }) => words)], ['plain', ['how many lines it touches']]);
  });

  it('go on in the plain way when a model is refused, and say so once', async () => {
    await open('/nowhere');
    const risk = await predictions.changeRisk(change(60), earlier);
    assert.equal(risk.by, 'plain');
    assert.ok(risk.value > 0.9);
    await predictions.changeRisk(change(60), earlier);
    assert.deepEqual(refusals, [
      `${path.join('/nowhere', 'change-risk')} does not hold card.json, explanation.json and model.onnx`,
    ]);
  });

  it('go on in the plain way when the worker cannot start', async () => {
    await open(assetPath('models'), '/nowhere/worker.mjs');
    assert.equal((await predictions.builds.predict(buildOf('f1'))).by, 'plain');
    assert.equal(refusals.length, 1);
  });

  it('are worked out here when the worker cannot start', async () => {
    await open(assetPath('models'), '/nowhere/worker.mjs');
    const { here, providers } = await predictions.models();
    assert.equal(here.builds.by, 'history');
    assert.equal(here.orders.length, 6);
    assert.deepEqual(providers, []);
    await predictions.learn(1_700_000_000_000);
  });

  it('say through what models are asked, and why WebGPU is refused where there is none', async () => {
    await open();
    const [wasm, ...others] = (await predictions.models()).providers;
    assert.deepEqual([wasm?.provider, wasm?.isUsed, wasm?.refused, others.length], ['wasm', true, null, 0]);
    assert.ok((wasm?.warmMs ?? 0) > 0);
    provider = 'webgpu';
    const both = (await predictions.models()).providers;
    assert.deepEqual(
      both.map((each) => [each.provider, each.isUsed, each.warmMs === null]),
      [
        ['wasm', true, false],
        ['webgpu', false, true],
      ],
    );
    assert.match(both[1]?.refused ?? '', /^webgpu: this host has no WebGPU \(navigator\.gpu is missing\)$/);
    // The model answers all the same.
    const risk = await predictions.changeRisk(change(60), earlier);
    assert.match(risk.by, /^[0-9a-f]{12}$/);
    assert.deepEqual(refusals, []);
  });

  for (const [what, spoil, sentence] of [
    [
      'a foreign .onnx',
      (at: string) => copyFileSync(import.meta.filename, `${at}/model.onnx`),
      /is not the file that its card describes/,
    ],
    [
      'no .onnx',
      (at: string) => rmSync(`${at}/model.onnx`),
      /does not hold card\.json, explanation\.json and model\.onnx/,
    ],
    [
      'a card of other features',
      (at: string) => edit(at, '"name": "ns"', '"name": "size"'),
      /feature 1 of the model is size, this version computes ns/,
    ],
    [
      'a card with other answers',
      (at: string) => edit(at, /"score": [\d.e-]+/, '"score": 0.123'),
      /answers otherwise than its card says/,
    ],
    ['a card that is no card', (at: string) => writeFileSync(`${at}/card.json`, '{"name":'), /card\.json/],
  ] as const) {
    it(`refuse ${what} with the reason, and rate changes by their lines`, async () => {
      const folder = path.join(rig.directory, 'artifacts');
      cpSync(assetPath('models'), folder, { recursive: true });
      spoil(path.join(folder, 'change-risk'));
      await open(folder);
      const { models } = await predictions.models();
      const refused = models.filter(({ role }) => role === 'refused');
      assert.deepEqual(
        refused.map(({ name }) => name),
        ['change-risk'],
      );
      assert.match(refused[0]?.problem ?? '', sentence);
      assert.equal((await predictions.changeRisk(change(60), earlier)).by, 'plain');
      assert.match((await predictions.ownModels.retrain('change-risk', 1)).because, /git keeps no history/);
    });
  }

  it('say which models there are and whether they decide', async () => {
    await open();
    const { models } = await predictions.models();
    assert.deepEqual(
      models.map(({ name, role }) => [name, role]),
      ['build-outcome', 'change-risk', 'test-change', 'test-failure'].map((name) => [name, roleOf(name)]),
    );
    assert.ok(models.every((model) => model.metrics.length > 0));
  });

  it('know nothing of tests that never ran', async () => {
    await open();
    assert.equal(
      predictions.failureEstimator().probability({ isChanged: false, distance: 1, history: null }) > 0,
      true,
    );
  });

  /** Each round fails, or passes, in both targets; two rounds of one kind follow each other. */
  async function recordRounds(store: Store, rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round += 1) {
      const executionId = ExecutionId.parse(`round-${round}`);
      const status = Math.floor(round / 2) % 2 === 0 ? 'failed' : 'succeeded';
      await store.transact((tx) => {
        saveExecution(tx, anExecution(executionId));
        ['app#build', 'lib#build'].forEach((id, index) => {
          const result = aBuildResult(TargetId.parse(id), { status });
          const finishedAt = 1_699_000_000_000 + round * 600_000 + index * 60_000;
          saveBuildResult(tx, { executionId, result, inputs: {}, finishedAt });
        });
      });
    }
  }

  async function open(modelsFolder = assetPath('models'), workerFile = assetPath('prediction-worker')) {
    const store = await rig.open({ migrations: undefined });
    const runtimeFiles = { module: assetPath('ort-module'), wasm: assetPath('ort-wasm') };
    predictions = createPredictions({
      store,
      modelsFolder,
      workerFile,
      runtimeFiles,
      provider: () => provider,
      localFolder: path.join(rig.directory, 'models'),
      readGit: (args) => readGit(args),
      now: () => 1_700_000_000_000,
      estimateBuild: (outcomes) => outcomes.filter(({ hasFailed }) => hasFailed).length / Math.max(1, outcomes.length),
      slots: () => ({ testSlots: 1, buildSlots: 1 }),
      onRefused: (message) => refusals.push(message),
    });
    return store;
  }
});

/** As the card says it; no builds are recorded that would tell whether that model is better than they are. */
function roleOf(name: string): string {
  if (name === 'build-outcome') return 'stands aside';
  const card: unknown = JSON.parse(readFileSync(path.join(assetPath('models'), name, 'card.json'), 'utf8'));
  return Card.parse(card).standsAside ? 'stands aside' : 'decides';
}

function edit(folder: string, from: string | RegExp, to: string): void {
  const file = path.join(folder, 'card.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
}
