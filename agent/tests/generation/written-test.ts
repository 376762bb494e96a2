// A test that a language model wrote, as it was found in its answer.

/** The body of a test, and what it says of itself; empty: nothing. */
export interface WrittenTest {
  readonly title: string;
  readonly body: string;
}

/** `why` it is not tried; null: it is. */
export type Written = WrittenTest & { readonly why: string | null };

/** More is no test of one function. */
export const longestBody = 2000;
