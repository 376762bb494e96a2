// Whether two versions of a file in a compiled language differ in comments and formatting alone.
import {
  cDialect,
  csharpDialect,
  goDialect,
  javaDialect,
  readBraceText,
  rustDialect,
} from '../extractors/brace-text.ts';
import type { Dialect } from '../extractors/brace-text.ts';
import { compiledLanguageOf } from '../resolution/languages.ts';
import type { CodeDifference, Versions } from './code-difference.ts';

interface Rules {
  readonly dialect: Dialect;
  /** Comments that compilers, tools or tests read. */
  readonly obeyed: RegExp | null;
}

/** cgo compiles the comment above `import "C"`; rustdoc runs the examples in documentation. */
const rules: Readonly<Record<string, Rules>> = {
  java: { dialect: javaDialect, obeyed: null },
  go: {
    dialect: goDialect,
    obeyed: /^\s*\/\/(?:go:|line |export |[ \t]*\+build|\s*(?:Unordered )?[oO]utput:)[^\n]*|\/\*line [^\n]*/gm,
  },
  rust: { dialect: rustDialect, obeyed: /\/\/[/!][^\n]*|\/\*[*!][\s\S]*?\*\//g },
  c: { dialect: cDialect, obeyed: null },
  csharp: { dialect: csharpDialect, obeyed: null },
};

/** Code that can see on which line it stands. */
const seesLines =
  /__LINE__|\bline!|\bCallers?\b|CallerLineNumber|[lL]ineNumber|StackTrace|stacktrace|source_location|\bassert_snapshot/;

/** Languages read for their imports alone, whose strings are not all known. */
const isUnsure = /\.(?:kt|groovy|scala)$/;

/** C in the comments of Go, and strings inside of the code inside of strings of C#. */
const mayHideComments = /^\s*(?:import\s+)?"C"\s*$|\$"[^"\n]*\{[^}"\n]*"/m;

/** Never throws. What is not sure to be the same differs as a whole. */
export function compiledDifference({ path, base, current }: Versions): CodeDifference {
  const language = rules[compiledLanguageOf(path) ?? ''];
  const differs: CodeDifference = { kind: 'module', reason: 'its code changed', touched: 'everything' };
  if (language === undefined || isUnsure.test(path) || mayHideComments.test(current)) return differs;
  if (normal(base, language) !== normal(current, language)) return differs;
  const isMoved = base.split('\n').length !== current.split('\n').length;
  if (isMoved && seesLines.test(current))
    return { kind: 'module', reason: 'its lines moved, and it can see on which it stands', touched: 'everything' };
  return { kind: 'nothing' };
}

/** The code line by line without comments and needless blanks, then the texts of strings and the comments that are obeyed. */
function normal(text: string, { dialect, obeyed }: Rules): string {
  const { code, strings } = readBraceText(text.replaceAll('\r\n', '\n'), dialect);
  const lines = code.split('\n').flatMap((line) => {
    const clean = line.trim().replace(/\s+/g, ' ');
    return clean === '' ? [] : [clean];
  });
  const comments = obeyed === null ? [] : (text.match(obeyed) ?? []);
  return JSON.stringify([lines, strings.map(({ value }) => value), comments]);
}
