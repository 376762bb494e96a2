/** One input of a model. Their order in a catalogue is their order in a row. */
export interface Feature {
  readonly name: string;
  /** What it says, to be read after "because": `it failed in 3 of 4 runs` is made from it by an explanation. */
  readonly meaning: string;
}
