// The process behind ScriptedCommand: says that it was started, then does what it is told, in order.
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync, writeSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';

const [address, manner] = process.argv.slice(2);
if (manner === 'stubborn') for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => {});

const socket = connect(address);
socket.on('error', () => process.exit(70));
socket.on('end', () => process.exit(71));
const introduction = { pid: process.pid, cwd: process.cwd(), args: process.argv.slice(3), environment: process.env };
socket.write(`${JSON.stringify(introduction)}\n`);
createInterface({ input: socket }).on('line', (line) => obey(JSON.parse(line)));

function obey(order) {
  if (order.stdout !== undefined) writeSync(1, order.stdout);
  if (order.stderr !== undefined) writeSync(2, order.stderr);
  if (order.report !== undefined) writeSync(3, order.report);
  if (order.write !== undefined) {
    mkdirSync(path.dirname(order.write), { recursive: true });
    writeFileSync(order.write, order.text);
  }
  if (order.spawn !== undefined) spawn(order.spawn, order.args, { stdio: 'inherit', detached: order.detached }).unref();
  if (order.exit !== undefined) process.exit(order.exit);
}
