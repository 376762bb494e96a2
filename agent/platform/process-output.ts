// The streams of a child: text to whoever wants it, held back while they are busy, and never waited for without end.
import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { createLineSplitter } from './line-splitter.ts';
import type { ProcessSpec } from './processes.ts';

/** The longest line that a runner may report, in characters; more is cut off. */
const longestReport = 16 * 1024 * 1024;
/** After the leader's exit: how long its streams may be silent, and how long they may go on in all. */
const silenceMs = 300;
const lingerMs = 2000;

export interface Output {
  /** Call after the process has ended. True when the streams ended; false when something else holds them open. */
  settle(): Promise<boolean>;
  /** Lets the streams go, ended or not. */
  close(): void;
}

/** Reads the streams of `child` as `spec` says. */
export function readOutput(child: ChildProcess, spec: ProcessSpec): Output {
  const report = spec.onReport === undefined ? null : createLineSplitter(spec.onReport, longestReport);
  const streams = [
    readStream(child.stdout, spec.onStdout),
    readStream(child.stderr, spec.onStderr),
    readStream(reportStream(child, spec), report === null ? undefined : (text) => report.push(text)),
  ].filter((stream) => stream !== null);
  const ended = Promise.all(streams.map((stream) => stream.ended)).then(() => true);
  return {
    settle: () => Promise.race([ended, lingering(streams)]),
    close() {
      for (const stream of streams) stream.close();
      report?.end();
    },
  };
}

interface StreamReading {
  readonly ended: Promise<void>;
  /** When something arrived last, or a consumer that held the stream back was done. */
  lastActiveMs(): number;
  isHeldBack(): boolean;
  close(): void;
}

function readStream(stream: Readable | null, consume: ProcessSpec['onStdout']): StreamReading | null {
  if (stream === null) return null;
  let lastActiveMs = performance.now();
  let isHeldBack = false;
  let isClosed = false;
  const goOn = () => {
    isHeldBack = false;
    lastActiveMs = performance.now();
    stream.resume();
  };
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    lastActiveMs = performance.now();
    const consumed = isClosed ? undefined : consume?.(text);
    if (consumed === undefined) return;
    isHeldBack = true;
    stream.pause();
    consumed.then(goOn, goOn);
  });
  // Node lets all streams of a child flow when it exits, those that are held back too.
  stream.on('resume', () => {
    if (isHeldBack) stream.pause();
  });
  const ended = new Promise<void>((resolve) => {
    stream.once('close', resolve);
    stream.once('end', resolve);
    stream.once('error', () => resolve());
  });
  return {
    ended,
    lastActiveMs: () => lastActiveMs,
    isHeldBack: () => isHeldBack,
    close() {
      isClosed = true;
      stream.destroy();
    },
  };
}

/** Resolves with false when the streams have been silent for a while, or have gone on for too long. */
async function lingering(streams: readonly StreamReading[]): Promise<false> {
  const startMs = performance.now();
  let endMs = startMs + lingerMs;
  for (;;) {
    const now = performance.now();
    if (streams.some((stream) => stream.isHeldBack())) endMs = now + lingerMs;
    const silentAtMs = Math.max(startMs, ...streams.map((stream) => stream.lastActiveMs())) + silenceMs;
    const waitMs = Math.min(silentAtMs, endMs) - now;
    const mayEnd = waitMs <= 0 && !streams.some((stream) => stream.isHeldBack());
    if (mayEnd) return false;
    await delay(Math.max(waitMs, 10), undefined, { ref: false });
  }
}

function reportStream(child: ChildProcess, spec: ProcessSpec): Readable | null {
  const stream = spec.onReport === undefined ? null : child.stdio[3];
  return stream !== null && stream !== undefined && 'setEncoding' in stream ? stream : null;
}
