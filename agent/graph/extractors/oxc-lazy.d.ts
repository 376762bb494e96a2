// The part of oxc-parser that its own types leave out; named by path, so that a bundler takes it along.
declare module 'oxc-parser/src-js/raw-transfer/lazy.js' {
  import type { ParseResult, ParserOptions } from 'oxc-parser';

  /** Like `parseSync`, but what is not asked for is never made; `dispose` gives the memory back. */
  export function parseSyncLazy(
    filename: string,
    sourceText: string,
    options: ParserOptions,
  ): ParseResult & { dispose(): void };
}
