// What arrived in a WebSocket frame, as text.

/** The text of a frame, however the library handed it over. */
export function frameText(data: Buffer | ArrayBuffer | readonly Buffer[]): string {
  if (Buffer.isBuffer(data)) return data.toString();
  return data instanceof ArrayBuffer ? Buffer.from(data).toString() : Buffer.concat(data).toString();
}
