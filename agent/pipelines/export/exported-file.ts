// What an export makes.

/** A file of another system. */
export interface ExportedFile {
  /** Where the file belongs, relative to the repository. */
  readonly path: string;
  readonly text: string;
  /** What the other system does otherwise or not at all. */
  readonly notes: string[];
}
