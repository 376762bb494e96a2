// Reads what the agent says on file descriptor 3, a line of JSON each. Node 14 and up, without dependencies.
'use strict';
const fs = require('fs');

const { readSync, read: readLater } = fs;
const descriptor = 3;
const pause = new Int32Array(new SharedArrayBuffer(4));
const chunk = Buffer.alloc(64 * 1024);
let rest = Buffer.alloc(0);

/** Waits for the next message, and stops everything meanwhile: waiting costs nothing. The agent's end ends the process. */
function receive() {
  for (;;) {
    const line = nextLine();
    if (line !== null) return JSON.parse(line);
    const count = readSome();
    if (count === 0) process.exit(0);
    rest = Buffer.concat([rest, chunk.subarray(0, count)]);
  }
}

/** The same, while other things go on. */
async function receiveLater() {
  for (;;) {
    const line = nextLine();
    if (line !== null) return JSON.parse(line);
    const count = await new Promise((resolve, reject) => {
      readLater(descriptor, chunk, 0, chunk.length, null, (error, bytes) => (error ? reject(error) : resolve(bytes)));
    });
    if (count === 0) process.exit(0);
    rest = Buffer.concat([rest, chunk.subarray(0, count)]);
  }
}

function nextLine() {
  const end = rest.indexOf(10);
  if (end === -1) return null;
  const line = rest.subarray(0, end).toString('utf8');
  rest = rest.subarray(end + 1);
  return line;
}

function readSome() {
  for (;;) {
    try {
      return readSync(descriptor, chunk, 0, chunk.length, null);
    } catch (error) {
      if (error.code !== 'EAGAIN') return 0;
      Atomics.wait(pause, 0, 0, 20);
    }
  }
}

module.exports = { receive, receiveLater };
