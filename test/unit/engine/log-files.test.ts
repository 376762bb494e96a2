import assert from 'node:assert/strict';
import fc from 'fast-check';
import { newExecutionId, isSafeExecutionId } from '../../../agent/engine/execution-ids.ts';
import { logNameOf, stretchFile, wholeCharacters } from '../../../agent/engine/log-files.ts';
import { StepId } from '../../../agent/protocol/ids.ts';

describe('names of log files', () => {
  it('are safe, readable and unique', () => {
    assert.match(logNameOf(StepId.parse('tests:vitest:packages/core')), /^tests-vitest-packages-core-[0-9a-f]{8}$/);
    assert.notEqual(logNameOf(StepId.parse('build:a/b')), logNameOf(StepId.parse('build:a-b')));
    assert.ok(logNameOf(StepId.parse('x'.repeat(1024))).length < 80);
    assert.equal(stretchFile('build', 0), 'build.log');
    assert.equal(stretchFile('build', 1024), 'build.1024.log');
  });

  it('come from ids that cannot leave their folder', () => {
    const id = newExecutionId('pipeline', Date.UTC(2026, 10, 23, 13, 45, 1));
    assert.match(id, /^run-20261123-134501-[0-9a-f]{6}$/);
    assert.ok(isSafeExecutionId(id));
    for (const bad of ['..', '../x', 'a/b', 'a\\b', '', '.hidden', 'a..b']) assert.ok(!isSafeExecutionId(bad), bad);
  });
});

describe('wholeCharacters', () => {
  it('cuts before a character that is not complete, wherever the bytes end', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), fc.nat(80), (text, length) => {
        const bytes = Buffer.from(text, 'utf8').subarray(0, length);
        const whole = bytes.subarray(0, wholeCharacters(bytes)).toString('utf8');
        if (bytes.length >= 4) assert.ok(text.startsWith(whole), `${JSON.stringify(whole)} of ${JSON.stringify(text)}`);
        assert.ok(bytes.length === 0 || whole.length > 0);
      }),
    );
  });

  it('does not get stuck on bytes that are no text', () => {
    assert.equal(wholeCharacters(Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80)), 5);
    assert.equal(wholeCharacters(Uint8Array.of(0xc3)), 1);
  });
});
