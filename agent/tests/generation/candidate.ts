// What could become a test: a call with what came of it, a law, or a body that a language model wrote.
import type { TestOrigin } from '../../protocol/generated-tests.ts';

export interface Call {
  /** As source text. */
  readonly args: readonly string[];
  readonly origin: Extract<TestOrigin, 'recorded' | 'boundary'>;
}

/** What came of a call, as text of the language. */
export type Outcome =
  | { readonly kind: 'value'; readonly literal: string; readonly isAsync: boolean; readonly isIterator: boolean }
  | { readonly kind: 'error'; readonly name: string; readonly message: string; readonly isAsync: boolean };

export type Law = 'commutative' | 'idempotent' | 'involution';

export type Candidate =
  | { readonly kind: 'example'; readonly call: Call; readonly outcome: Outcome; readonly lines: readonly number[] }
  | { readonly kind: 'law'; readonly law: Law; readonly arbitraries: readonly string[] }
  /** The body of a test as somebody else wrote it, without indentation. */
  | { readonly kind: 'written'; readonly title: string; readonly body: string; readonly lines: readonly number[] };
