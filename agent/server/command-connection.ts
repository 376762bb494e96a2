// Upgrades of terminals whose command the agent runs: admitted as every request is, then handed over as lines of JSON.
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { commandPath, commandUpgrade, type CommandReply } from '../protocol/command-channel.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import { checkAddress, identify, type AccessOptions } from './http-access.ts';
import { isSufficient } from './roles.ts';

/** One terminal that waits for a command of its to end. */
export interface CommandConnection {
  reply(message: CommandReply): void;
  /** Ends the connection when everything is sent. */
  end(): void;
  /** Parsed lines; null: what came was none. */
  onMessage(listener: (message: unknown) => void): void;
  /** The terminal is gone, or the agent leaves. */
  onClosed(listener: () => void): void;
}

/** Whether a request asks to become such a connection. */
export function isCommandUpgrade({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === commandUpgrade;
}

/** Whoever runs commands here can do everything, so only the owner's token may. */
export function admitCommand(request: IncomingMessage, access: AccessOptions): Result<null> {
  const address = checkAddress(request, access.port);
  if (!address.ok) return address;
  if (request.url !== commandPath)
    return failure('unknown_method', `Commands: expected ${commandPath}, found another path.`);
  const role =
    request.headers.authorization === undefined
      ? failure('unauthorized', 'Expected the header `Authorization: Bearer <token>`.')
      : identify(request, access);
  if (!role.ok) return role;
  return isSufficient(role.value, 'admin')
    ? success(null)
    : failure('forbidden', `${commandPath} needs the role admin; this token has the role ${role.value}.`);
}

const longestLine = 32 * 1024 * 1024;

/** Answers the upgrade of `stream`, whose first bytes may have come already. */
export function openCommandConnection(stream: Socket, head: Buffer): CommandConnection {
  const decoder = new StringDecoder('utf8');
  let listener: (message: unknown) => void = () => {};
  let rest = '';
  let isWaiting = false;
  const receive = (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > longestLine) stream.destroy();
    for (const line of lines) listener(parsed(line));
  };
  stream.setNoDelay(true);
  stream.setTimeout(0);
  stream.on('error', () => stream.destroy());
  // A terminal that is gone says no more, but HTTP's sockets stay half open.
  stream.on('end', () => stream.destroy());
  stream.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${commandUpgrade}\r\n\r\n`);
  return {
    reply(message) {
      // What is said in one go leaves in one piece.
      if (!isWaiting) {
        isWaiting = true;
        stream.cork();
        process.nextTick(() => {
          isWaiting = false;
          stream.uncork();
        });
      }
      if (stream.writable) stream.write(`${JSON.stringify(message)}\n`);
    },
    end: () => void stream.end(),
    onMessage(wanted) {
      listener = wanted;
      if (head.length > 0) receive(head);
      stream.on('data', receive);
    },
    onClosed: (closed) => void stream.once('close', closed),
  };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
