// Go: the package clause, imports, embedded files, and what makes a file more than a part of its package.
import type { Extractor, FileFacts, ImportFact } from '../facts.ts';
import { goDialect, readBraceText } from './brace-text.ts';
import type { BraceText } from './brace-text.ts';
import { atDepth, captured, collectFacts, namesFact, pathMentions } from './named-things.ts';
import type { ReadSymbols } from './syntax-symbols.ts';

export const goExtensions = ['.go'] as const;

/** The extractor for .go. */
export function createGoExtractor(readSymbols: ReadSymbols): Extractor {
  return {
    id: 'go',
    extensions: goExtensions,
    extract: goFacts,
    symbols: (_path, text) => readSymbols('go', text),
  };
}

function goFacts(path: string, text: string): FileFacts {
  const source = readBraceText(text, goDialect);
  const { code } = source;
  const isTest = path.endsWith('_test.go');
  const traits = [...traitsOf(text, source)];
  return collectFacts({
    imports: [
      { kind: 'scope', specifier: /^[ \t]*package\s+(\w+)/m.exec(code)?.[1] ?? '' },
      ...importPaths(source),
      ...embedded(text),
      ...(isTest ? sharedByTests(code) : []),
      ...pathMentions(source),
      ...traits.map((specifier): ImportFact => ({ kind: 'trait', specifier })),
    ],
    notes: traits.flatMap((trait) => reasons[trait] ?? []),
    definesTests: isTest && /^func\s+(?:Test|Benchmark|Example|Fuzz)/m.test(code),
  });
}

const reasons: Readonly<Record<string, string>> = {
  cgo: 'calls C, so all native code of its folder counts',
  builds: 'runs the go command, so all of the module counts',
};

/** `import "a"`, `import x "a"`, and the lists in parentheses; `//go:linkname local path.name`. */
function* importPaths({ code, strings }: BraceText): Generator<ImportFact> {
  const statements = [...code.matchAll(/^[ \t]*import\s*(?:\([^)]*\)?|[^\n]*)/gm)];
  for (const statement of statements) {
    const end = statement.index + statement[0].length;
    for (const { start, value } of strings)
      if (start >= statement.index && start < end) yield { kind: 'use', specifier: value };
  }
}

/** `//go:embed a b/*.txt "c d" all:e`. */
function* embedded(text: string): Generator<ImportFact> {
  for (const line of captured(text, /^\/\/go:embed[ \t]+([^\n]+)/gm)) {
    for (const match of line.matchAll(/"([^"]*)"|`([^`]*)`|(\S+)/g)) {
      const pattern = (match[1] ?? match[2] ?? match[3] ?? '').replace(/^all:/, '').replace(/\/$/, '');
      if (!/[*?[]/.test(pattern)) yield { kind: 'path', specifier: pattern };
      else for (const each of [pattern, `${pattern}/**`]) yield { kind: 'glob', specifier: `./${each}` };
    }
  }
  for (const path of captured(text, /^\/\/go:linkname\s+\S+\s+(\S+)\.\w+/gm)) yield { kind: 'use', specifier: path };
}

/** What the test files of one package know of each other, which is by name alone. */
function sharedByTests(code: string): ImportFact[] {
  const declared = new Set<string>();
  // A method comes with its type, so it counts as a part of what the type's name stands for.
  for (const match of atDepth(code, /\bfunc\s+(?:\(\s*(?:\w+\s+)?\*?\s*)?(\w+)|\b(?:type|var|const)\s+(\w+)/, 0))
    declared.add(match[1] ?? match[2] ?? '');
  for (const block of code.matchAll(/^(?:var|const|type)\s*\(([\s\S]*?)^\)/gm))
    for (const list of captured(block[1] ?? '', /^[ \t]+(\w+(?:[ \t]*,[ \t]*\w+)*)/gm)) addList(list, declared);
  for (const list of captured(code, /^(?:var|const)[ \t]+((?:\w+[ \t]*,[ \t]*)+\w+)/gm)) addList(list, declared);
  return [namesFact('declares', declared), namesFact('names', captured(code, /[\p{L}_][\p{L}\p{N}_]*/gu), goWords)];
}

/** `a, b` */
function addList(list: string, names: Set<string>): void {
  for (const name of list.split(',')) names.add(name.trim());
}

const goWords: ReadonlySet<string> = new Set(
  'break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct switch type var nil true false string int bool byte error len make new append'.split(
    ' ',
  ),
);

function* traitsOf(text: string, source: BraceText): Generator<string> {
  const { code, strings } = source;
  const head = text.slice(0, Math.max(0, code.search(/^[ \t]*package\s/m)));
  if (/^\/\/(?:go:build|[ \t]*\+build)[ \t]+ignore\b/m.test(head)) yield 'ignored';
  if ([...importPaths(source)].some(({ specifier }) => specifier === 'C')) yield 'cgo';
  // What runs before any test does so for all of them.
  if (/^func\s+(?:init|TestMain)\s*\(|^var\s+_\b|^var\s[^\n]*=[^\n]*\(/m.test(code)) yield 'init';
  const has = (...values: string[]) => strings.some(({ value }) => values.includes(value));
  if (/\bexec\s*\.\s*Command/.test(code) && has('go') && has('run', 'build', 'test', 'install')) yield 'builds';
}
