// The wire format of protocol buffers, as much of it as an ActionResult needs: https://protobuf.dev/programming-guides/encoding

/** A field of a message: a number for a varint, bytes for a string or a message below. */
export interface Field {
  readonly number: number;
  readonly value: number | Uint8Array;
}

const varint = 0;
const fixed64 = 1;
const lengthDelimited = 2;
const fixed32 = 5;

/** A message of these fields. Numbers are not negative and are safe integers; empty values are left out, as is usual. */
export function encodeMessage(
  fields: readonly (readonly [number: number, value: number | string | Uint8Array])[],
): Uint8Array {
  const parts = fields.flatMap(([number, value]) => {
    if (typeof value === 'number') return value === 0 ? [] : [encodeVarint(number * 8 + varint), encodeVarint(value)];
    const bytes = typeof value === 'string' ? Buffer.from(value) : value;
    return bytes.length === 0 ? [] : [encodeVarint(number * 8 + lengthDelimited), encodeVarint(bytes.length), bytes];
  });
  return Buffer.concat(parts);
}

/** The fields of a message in their order; null when the bytes are none. */
export function decodeMessage(bytes: Uint8Array): Field[] | null {
  const reader = new WireReader(bytes);
  const fields: Field[] = [];
  while (!reader.isAtEnd) {
    const key = reader.varint();
    const value = key === null ? null : reader.value(key % 8);
    if (key === null || key < 8 || value === null) return null;
    fields.push({ number: Math.floor(key / 8), value });
  }
  return fields;
}

/** The last value of a varint field; 0 when it is absent, as is usual. */
export function numberIn(fields: readonly Field[], number: number): number {
  const found = fields.findLast((field) => field.number === number && typeof field.value === 'number');
  return typeof found?.value === 'number' ? found.value : 0;
}

/** All values of a field that holds strings, bytes or messages. */
export function bytesIn(fields: readonly Field[], number: number): Uint8Array[] {
  return fields.flatMap((field) => (field.number === number && typeof field.value !== 'number' ? [field.value] : []));
}

/** The last value of a text field; '' when it is absent. */
export function textIn(fields: readonly Field[], number: number): string {
  const last = bytesIn(fields, number).at(-1);
  return last === undefined ? '' : Buffer.from(last).toString('utf8');
}

function encodeVarint(value: number): Uint8Array {
  const bytes: number[] = [];
  // Above 32 bits the operators for bits do not work.
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}

class WireReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** Null when it does not end, or is too large for a number. */
  varint(): number | null {
    let value = 0;
    for (let scale = 1; scale < 2 ** 56; scale *= 128) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) return null;
      value += (byte % 128) * scale;
      if (byte < 128) return Number.isSafeInteger(value) ? value : null;
    }
    return null;
  }

  /** Null when the type is unknown or the value is cut off. */
  value(type: number): number | Uint8Array | null {
    if (type === varint) return this.varint();
    const length = type === fixed64 ? 8 : type === fixed32 ? 4 : type === lengthDelimited ? this.varint() : null;
    if (length === null || this.#at + length > this.#bytes.length) return null;
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}
