import assert from 'node:assert/strict';
import { obsoleteFiles, type SegmentFile, type SnapshotFile } from '../../../agent/store/state-files.ts';

describe('files of the state', () => {
  it('are all needed as long as there is one snapshot: the other generation is the empty database', () => {
    assert.deepEqual(obsolete([100], [1, 51, 101]), []);
  });

  it('are obsolete when the older of two snapshots contains them', () => {
    assert.deepEqual(obsolete([200, 100], [1, 51, 101, 201]), ['1', '51']);
  });

  it('are needed when a part of them is behind the older snapshot', () => {
    assert.deepEqual(obsolete([200, 100], [1, 51, 102]), ['1']);
  });

  it('are obsolete as the third snapshot', () => {
    assert.deepEqual(obsolete([300, 200, 100], [101, 201]), ['s100', '101']);
  });

  it('are never the last journal file', () => {
    assert.deepEqual(obsolete([200, 100], [1]), []);
  });
});

function obsolete(snapshots: readonly number[], segments: readonly number[]): string[] {
  const found = obsoleteFiles({ snapshots: snapshots.map(snapshot), segments: segments.map(segment) });
  return found.map(({ name }) => name);
}

function snapshot(sequence: number): SnapshotFile {
  return { name: `s${sequence}`, sequence, checksum: '', sizeBytes: 1 };
}

function segment(firstSequence: number, index: number): SegmentFile {
  return { name: String(firstSequence), index, firstSequence, sizeBytes: 1 };
}
