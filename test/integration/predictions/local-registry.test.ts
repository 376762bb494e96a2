import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LocalModel } from '../../../agent/predictions/local-model.ts';
import { createLocalRegistry } from '../../../agent/predictions/local-registry.ts';

const features = [{ name: 'a' }];
const name = 'change-risk';

function model(version: string, createdAt: number): LocalModel {
  return {
    format: 1,
    name,
    version: version.padEnd(12, '0'),
    createdAt,
    features: ['a'],
    rows: 60,
    bias: 0,
    weights: [1],
    means: [0],
    calibration: { slope: 1, offset: 0 },
    figures: { rows: 10, auc: 0.8, shippedAuc: 0.7, error: 0.1, shippedError: 0.2, gain: null },
  };
}

describe('versions of local models', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(path.join(tmpdir(), 'noodle-models-'))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('are activated and taken back, over a restart too', async () => {
    const registry = createLocalRegistry(folder);
    assert.equal(await registry.active(name, features), null);
    assert.equal(await registry.rollBack(name), undefined);
    for (const each of [model('a', 1), model('b', 2)]) await registry.save(each);
    await registry.activate(name, 'a00000000000');
    await registry.activate(name, 'b00000000000');
    const again = createLocalRegistry(folder);
    assert.equal((await again.active(name, features))?.version, 'b00000000000');
    assert.equal(await again.rollBack(name), 'a00000000000');
    assert.deepEqual(
      (await again.versions(name, features)).map(({ version, isActive }) => [version, isActive]),
      [
        ['b00000000000', false],
        ['a00000000000', true],
      ],
    );
    assert.equal(await again.rollBack(name), null);
    assert.equal(await again.active(name, features), null);
  });

  it('of other features, foreign or damaged are listed with the reason and never answer', async () => {
    const registry = createLocalRegistry(folder);
    await registry.save(model('a', 1));
    await registry.activate(name, 'a00000000000');
    assert.equal(await registry.active(name, [{ name: 'a' }, { name: 'new' }]), null);
    await writeFile(path.join(folder, name, 'b00000000000.json'), JSON.stringify(model('c', 1)));
    await writeFile(path.join(folder, name, 'd00000000000.json'), '{"no');
    const versions = await registry.versions(name, [{ name: 'other' }]);
    assert.deepEqual(
      versions.map(({ version, problem }) => [version, problem]),
      [
        ['a00000000000', 'it was made for other features than this version computes'],
        ['b00000000000', 'the file is that of change-risk c00000000000'],
        ['d00000000000', 'the file is damaged'],
      ],
    );
  });

  it('are kept to the latest ten beside the one in use', async () => {
    const registry = createLocalRegistry(folder);
    await registry.save(model('0a', 1));
    await registry.activate(name, '0a0000000000');
    for (let index = 0; index < 14; index += 1) await registry.save(model(`f${index.toString(16)}`, 10 + index));
    const files = (await readdir(path.join(folder, name))).filter((file) => file !== 'active.json');
    assert.equal(files.length, 11);
    assert.ok(files.includes('0a0000000000.json'));
  });
});
