// Lets the repository's living agent run the command, so that neither the program nor a newer Node need be started for it.
// Plain JavaScript for Node 20, without dependencies. Whatever is unusual is left to the program itself.
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { programBuild } from './program-build.mjs';

/** So long an agent may take to take the command. */
const answerMs = 3_000;
/** The terminal and a launcher may both hand over the same interrupt. */
const sameInterruptMs = 300;
const colourVariables = ['NO_COLOR', 'FORCE_COLOR', 'CI', 'TERM'];

/** The exit code; null when no agent took the command: nothing has happened then. */
export async function askAgent(root, argv) {
  try {
    const lock = isUsual(argv) ? readLock(process.cwd()) : null;
    const version = lock === null ? null : JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).version;
    if (lock?.port === undefined || lock.version !== version) return null;
    const isOutdated = lock.program?.root === root && lock.program.build !== programBuild(root);
    return await ask(lock, requestOf(argv, version), isOutdated ? () => tellOutdated(lock) : () => {});
  } catch {
    return null;
  }
}

/** Help needs no agent; another folder, and what the program logs of itself, are the program's. */
function isUsual(argv) {
  const isOther = (word) => /^(-C|--repo|--help|-h|--version|-V)/.test(word);
  return argv.length > 0 && process.env.NOODLE_LOG === undefined && !argv.some(isOther);
}

/** The lock of the agent of the repository around `folder`, in its plain form: no work tree of another one, no submodule. */
function readLock(folder) {
  let current = realpathSync.native(folder);
  while (!existsSync(path.join(current, '.git'))) {
    const parent = path.dirname(current);
    if (parent === current) return null;
    current = parent;
  }
  const git = realpathSync.native(path.join(current, '.git'));
  if (!existsSync(path.join(git, 'HEAD')) || existsSync(path.join(git, 'commondir'))) return null;
  return JSON.parse(readFileSync(path.join(git, 'noodle/agent.lock'), 'utf8'));
}

function requestOf(argv, version) {
  const set = colourVariables.filter((name) => process.env[name] !== undefined);
  return {
    version,
    argv,
    folder: process.cwd(),
    environment: Object.fromEntries(set.map((name) => [name, process.env[name]])),
    isTerminal: process.stdout.isTTY === true,
    columns: Math.max(1, process.stdout.columns ?? 80),
  };
}

/** As in open-session.ts. It answers all the same: in its own words, which fit to what it does. */
function tellOutdated({ pid }) {
  process.stderr.write(
    `noodle: the agent that answers (process ${pid}) was started before the program changed; \`noodle stop\` ends it, and the next one is up to date\n`,
  );
}

function ask({ port, token }, request, onTaken) {
  const socket = net.connect({ host: '127.0.0.1', port });
  const send = (message) => socket.write(`${JSON.stringify(message)}\n`);
  let outcome = null;
  let isUnderWay = false;
  const take = (message) => {
    if (message.declined === true) return socket.destroy();
    if (!isUnderWay) onTaken();
    isUnderWay = true;
    if (message.out !== undefined) process.stdout.write(message.out);
    if (message.err !== undefined) process.stderr.write(message.err);
    if (message.exit !== undefined) outcome = message.exit;
  };
  const stopListening = listenToUser(() => send({ interrupt: true }), socket);
  socket.setNoDelay(true);
  socket.setTimeout(answerMs, () => socket.destroy());
  socket.write(
    `GET /command HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: noodle-command\r\nAuthorization: Bearer ${token}\r\n\r\n`,
  );
  readReplies(socket, {
    onUpgrade() {
      // From here on the command may take as long as it takes.
      socket.setTimeout(0);
      send(request);
    },
    onMessage: take,
  });
  return new Promise((resolve) => {
    socket.on('error', () => {});
    socket.on('close', () => {
      stopListening();
      if (outcome !== null || !isUnderWay) return resolve(outcome);
      process.stderr.write('noodle: the agent went away before the command ended\n');
      resolve(2);
    });
  });
}

/** The answer to the upgrade, then a message a line. */
function readReplies(socket, { onUpgrade, onMessage }) {
  let isUpgraded = false;
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (text) => {
    rest += text;
    if (!isUpgraded) {
      const end = rest.indexOf('\r\n\r\n');
      if (end === -1) return;
      if (!rest.startsWith('HTTP/1.1 101 ')) return socket.destroy();
      isUpgraded = true;
      rest = rest.slice(end + 4);
      onUpgrade();
    }
    const lines = rest.split('\n');
    rest = lines.pop();
    for (const line of lines) onMessage(JSON.parse(line));
  });
}

/** The first interrupt ends the command in an orderly way, a second one at once. */
function listenToUser(interrupt, socket) {
  let interruptedAtMs = null;
  const onSignal = () => {
    if (interruptedAtMs !== null && performance.now() - interruptedAtMs > sameInterruptMs) process.exit(130);
    interruptedAtMs ??= performance.now();
    interrupt();
  };
  // A reader that has seen enough (`noodle plan | head`) is no defect.
  const onError = () => socket.destroy();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, onSignal);
  for (const stream of [process.stdout, process.stderr]) stream.on('error', onError);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
    for (const stream of [process.stdout, process.stderr]) stream.off('error', onError);
  };
}
