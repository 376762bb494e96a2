import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { assets, resolveAsset, type AssetName } from '../../../agent/platform/assets.ts';

const root = path.resolve(import.meta.dirname, '../../..');

// The keys of a constant are known; Object.keys forgets them.
const names = Object.keys(assets) as AssetName[];

describe('assets', () => {
  it('lie beside the bundle in the product', () => {
    const bundle = pathToFileURL(path.resolve('/opt/noodle/dist/agent.mjs')).href;
    assert.equal(resolveAsset('sql-wasm', bundle), path.resolve('/opt/noodle/dist/sql-wasm.wasm'));
    assert.equal(resolveAsset('dashboard', bundle), path.resolve('/opt/noodle/dist/webview'));
  });

  it('lie where they were written in the source tree', () => {
    const source = pathToFileURL(path.join(root, 'agent/platform/assets.ts')).href;
    assert.equal(resolveAsset('test-runners', source), path.join(root, 'agent/tests/runners'));
  });

  for (const name of names.filter((each) => assets[each].kind !== 'built')) {
    it(`has a source for ${name}`, () => {
      assert.ok(existsSync(path.join(root, assets[name].source)), `${assets[name].source} is missing`);
    });
  }

  it('has no two assets with one name in dist/', () => {
    const bundled = names.map((name) => assets[name].bundled);
    assert.deepEqual([...new Set(bundled)], bundled);
  });
});
