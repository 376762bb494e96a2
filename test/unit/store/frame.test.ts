import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encodeFrame, isOtherVersion, readPieces, segmentHeader, type Frame } from '../../../agent/store/frame.ts';

const first = { firstSequence: 1, lines: ['{"a":1}', '{"b":2}'] };
const second = { firstSequence: 3, lines: ['{"c":"ä→🍜"}'] };
const third = { firstSequence: 4, lines: ['{"d":4}'] };

describe('journal frames', () => {
  it('are read back as they were written', () => {
    assert.deepEqual(framesOf(segment(first, second, third)), [first, second, third]);
  });

  it('hold any text', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify(text)),
          { minLength: 1 },
        ),
        (lines) => {
          assert.deepEqual(framesOf(segment({ firstSequence: 7, lines })), [{ firstSequence: 7, lines }]);
        },
      ),
    );
  });

  it('are read up to wherever the last one was torn off', () => {
    const whole = segment(first, second);
    const begin = segment(first).length;
    for (let size = begin; size < whole.length; size += 1) {
      assert.deepEqual(framesOf(whole.subarray(0, size)), [first], `torn at ${size}`);
    }
  });

  it('are found again behind a damaged one, whatever byte of it was changed', () => {
    const sound = segment(first, second, third);
    for (let at = segment(first).length; at < segment(first, second).length; at += 1) {
      const damaged = Buffer.from(sound);
      damaged.writeUInt8(damaged.readUInt8(at) ^ 0x41, at);
      assert.deepEqual(framesOf(damaged), [first, third], `byte ${at}`);
      assert.deepEqual(kindsOf(damaged), ['frame', 'damage', 'frame']);
    }
  });

  it('are found behind a damaged header', () => {
    const damaged = segment(first);
    damaged.fill(0, 0, 3);
    assert.deepEqual(kindsOf(damaged), ['damage', 'frame']);
  });

  it('say where each ends', () => {
    const ends = [...readPieces(segment(first, second))].map(({ end }) => end);
    assert.deepEqual(ends, [segment(first).length, segment(first, second).length]);
  });

  it('are none in an empty file', () => {
    assert.deepEqual(kindsOf(Buffer.alloc(0)), ['damage']);
    assert.deepEqual(kindsOf(segment()), []);
  });

  it('of a later format are recognised', () => {
    assert.equal(isOtherVersion(Buffer.from('NOODLEJ2whatever')), true);
    assert.equal(isOtherVersion(segment(first)), false);
    assert.equal(isOtherVersion(Buffer.from('NOOD')), false);
  });
});

function segment(...frames: readonly Frame[]): Buffer {
  return Buffer.concat([segmentHeader, ...frames.map(encodeFrame)]);
}

function framesOf(content: Uint8Array): Frame[] {
  return [...readPieces(content)].flatMap((piece) => (piece.kind === 'frame' ? [piece.frame] : []));
}

function kindsOf(content: Uint8Array): string[] {
  return [...readPieces(content)].map(({ kind }) => kind);
}
