// What arrived in a WebSocket frame, as text.
import type { RawData } from 'ws';

/** The text of a frame, however the library handed it over. */
export function frameText(data: RawData): string {
  if (Buffer.isBuffer(data)) return data.toString();
  return Array.isArray(data) ? Buffer.concat(data).toString() : Buffer.from(data).toString();
}
