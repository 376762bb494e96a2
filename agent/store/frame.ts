// The journal's format. A file is a header and frames; a frame holds the transactions that shared one fsync:
//   marker (4) · payload bytes (4) · CRC-32 of all that follows (4) · transactions (4) · first sequence number (8) · payload
// Transactions are numbered without gaps. A torn frame at the end was never acknowledged; a hole in the numbers is a loss.
import { crc32 } from 'node:zlib';

export const segmentHeader: Uint8Array = Buffer.from('NOODLEJ1');

const marker = Buffer.from('NDLF');
const headerBytes = 24;

export interface Frame {
  readonly firstSequence: number;
  /** One encoded transaction each. */
  readonly lines: readonly string[];
}

export function encodeFrame({ firstSequence, lines }: Frame): Uint8Array {
  const payload = Buffer.from(lines.join('\n'));
  const frame = Buffer.allocUnsafe(headerBytes + payload.length);
  marker.copy(frame, 0);
  frame.writeUInt32LE(payload.length, 4);
  frame.writeUInt32LE(lines.length, 12);
  frame.writeDoubleLE(firstSequence, 16);
  payload.copy(frame, headerBytes);
  frame.writeUInt32LE(crc32(frame.subarray(12)), 8);
  return frame;
}

/** A frame, or bytes that are none. `end` is the offset behind it. */
export type Piece =
  | { readonly kind: 'frame'; readonly frame: Frame; readonly end: number }
  | { readonly kind: 'damage'; readonly end: number };

/** Reads a journal file from beginning to end. Behind bytes that are no frame it goes on at the next sound frame. */
export function* readPieces(content: Uint8Array): Generator<Piece> {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  let offset = segmentHeader.length;
  if (!bytes.subarray(0, offset).equals(segmentHeader)) {
    offset = nextFrame(bytes, 0);
    yield { kind: 'damage', end: offset };
  }
  while (offset < bytes.length) {
    const frame = frameAt(bytes, offset);
    offset = frame?.end ?? nextFrame(bytes, offset + 1);
    yield frame ?? { kind: 'damage', end: offset };
  }
}

/** Whether the content can be a journal of this version, or one that was cut off while it was begun. */
export function isOtherVersion(content: Uint8Array): boolean {
  const name = Buffer.from(content.subarray(0, segmentHeader.length)).toString('latin1');
  return /^NOODLEJ[2-9]$/.test(name);
}

function nextFrame(bytes: Buffer, from: number): number {
  let offset = bytes.indexOf(marker, from);
  while (offset >= 0 && frameAt(bytes, offset) === null) offset = bytes.indexOf(marker, offset + 1);
  return offset < 0 ? bytes.length : offset;
}

function frameAt(bytes: Buffer, offset: number): (Piece & { kind: 'frame' }) | null {
  if (
    bytes.length - offset < headerBytes ||
    bytes.compare(marker, 0, marker.length, offset, offset + marker.length) !== 0
  )
    return null;
  const end = offset + headerBytes + bytes.readUInt32LE(offset + 4);
  if (end > bytes.length || crc32(bytes.subarray(offset + 12, end)) !== bytes.readUInt32LE(offset + 8)) return null;
  const lines = bytes.toString('utf8', offset + headerBytes, end).split('\n');
  if (lines.length !== bytes.readUInt32LE(offset + 12)) return null;
  return { kind: 'frame', frame: { firstSequence: bytes.readDoubleLE(offset + 16), lines }, end };
}
