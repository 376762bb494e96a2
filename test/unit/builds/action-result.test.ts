import assert from 'node:assert/strict';
import fastCheck from 'fast-check';
import protobuf from 'protobufjs';
import {
  decodeActionResult,
  encodeActionResult,
  type ActionResult,
} from '../../../agent/builds/cache/action-result.ts';
import { CircuitBreaker } from '../../../agent/builds/cache/circuit-breaker.ts';

/** As much of remote_execution.proto as is used. */
const { root } = protobuf.parse(
  `
syntax = "proto3";
message Digest { string hash = 1; int64 size_bytes = 2; }
message OutputFile { string path = 1; Digest digest = 2; bool is_executable = 4; bytes contents = 5; }
message OutputSymlink { string path = 1; string target = 2; }
message Timestamp { int64 seconds = 1; int32 nanos = 2; }
message ExecutedActionMetadata { string worker = 1; Timestamp execution_start_timestamp = 7; Timestamp execution_completed_timestamp = 8; }
message ActionResult {
  repeated OutputFile output_files = 2;
  int32 exit_code = 4;
  bytes stdout_raw = 5;
  ExecutedActionMetadata execution_metadata = 9;
  repeated OutputSymlink output_symlinks = 12;
}
`,
  { keepCase: true },
);
const Message = root.lookupType('ActionResult');

const digest = 'ab'.repeat(32);
const result: ActionResult = {
  files: [
    { path: 'dist/a.js', digest, sizeBytes: 5_000_000_000, isExecutable: true },
    { path: 'dist/ü.txt', digest, sizeBytes: 0, isExecutable: false },
  ],
  links: [{ path: 'dist/link', target: 'a.js' }],
  log: 'compiled\n',
  startedAt: 1_700_000_000_123,
  finishedAt: 1_700_000_001_500,
};

describe('a result in a cache', () => {
  it('is an ActionResult of the remote execution API', () => {
    const read = Message.toObject(Message.decode(encodeActionResult(result)), { longs: Number, defaults: true });
    assert.deepEqual(
      read['output_files'].map(({ path, digest: { hash, size_bytes }, is_executable }: never) => [
        path,
        hash,
        size_bytes,
        is_executable,
      ]),
      [
        ['dist/a.js', digest, 5_000_000_000, true],
        ['dist/ü.txt', digest, 0, false],
      ],
    );
    assert.deepEqual(read['output_symlinks'], [{ path: 'dist/link', target: 'a.js' }]);
    assert.equal(Buffer.from(read['stdout_raw']).toString(), 'compiled\n');
    assert.deepEqual(read['execution_metadata'].execution_start_timestamp, {
      seconds: 1_700_000_000,
      nanos: 123_000_000,
    });
    assert.equal(read['exit_code'], 0);
  });

  it('is read as it was written', () => {
    assert.deepEqual(decodeActionResult(encodeActionResult(result)), result);
  });

  it('of others is read, whatever else it has', () => {
    const bytes = Message.encode(
      Message.fromObject({
        exit_code: 3,
        output_files: [{ path: 'a', digest: { hash: digest, size_bytes: 1 }, contents: Buffer.from('x') }],
      }),
    ).finish();
    assert.deepEqual(decodeActionResult(bytes)?.files, [{ path: 'a', digest, sizeBytes: 1, isExecutable: false }]);
  });

  it('is none where the bytes are anything else', () => {
    const bytes = encodeActionResult(result);
    assert.equal(decodeActionResult(Buffer.from('<html>not found</html>')), null);
    assert.equal(
      decodeActionResult(
        encodeActionResult({ ...result, files: [{ path: 'a', digest: '../../x', sizeBytes: 1, isExecutable: false }] }),
      ),
      null,
    );
    fastCheck.assert(
      fastCheck.property(fastCheck.nat(bytes.length - 1), fastCheck.nat(255), (at, value) => {
        const changed = Uint8Array.from(bytes);
        changed[at] = value;
        // Whatever comes out, it does not throw, and every digest is one.
        return (decodeActionResult(changed)?.files ?? []).every((file) => /^[0-9a-f]{64}$/.test(file.digest));
      }),
    );
  });
});

describe('the circuit breaker', () => {
  it('opens for longer each time, and lets one call through after that', () => {
    let nowMs = 0;
    const breaker = new CircuitBreaker({ monotonicMs: () => nowMs });
    assert.equal(breaker.isClosed, true);
    breaker.failed();
    breaker.failed();
    nowMs = 59_999;
    assert.equal(breaker.isClosed, false);
    nowMs = 60_000;
    assert.equal(breaker.isClosed, true);
    breaker.failed();
    nowMs += 119_999;
    assert.equal(breaker.isClosed, false);
    nowMs += 1;
    breaker.succeeded();
    breaker.failed();
    nowMs += 60_000;
    assert.equal(breaker.isClosed, true);
  });
});
