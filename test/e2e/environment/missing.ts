/** Something that the machine lacks and that cannot be installed from here; the message is one line for a person. */
export class MissingError extends Error {
  override readonly name = 'MissingError';
}
