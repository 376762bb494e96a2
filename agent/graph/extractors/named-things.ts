// What the extractors of compiled languages share: names in code, paths in strings, facts without repetition.
import type { FileFacts, ImportFact } from '../facts.ts';
import type { BraceText } from './brace-text.ts';

/** More of one kind than this is a generated table. */
const mostFacts = 5_000;
export interface Collected {
  readonly imports: readonly ImportFact[];
  readonly notes?: readonly string[];
  readonly definesTests: boolean;
}

/** Facts without repetition, and without those that say nothing. */
export function collectFacts({ imports, notes = [], definesTests }: Collected): FileFacts {
  const distinct = new Map<string, ImportFact>();
  for (const fact of imports) {
    if (fact.specifier !== '' || fact.kind === 'scope') distinct.set(`${fact.kind} ${fact.specifier}`, fact);
    if (distinct.size >= mostFacts) break;
  }
  return {
    imports: [...distinct.values()],
    notes: [...new Set(notes)].slice(0, 20),
    ...(definesTests ? { definesTests: true as const } : {}),
  };
}

/** The distinct matches of a pattern, without those in `except`, as one fact. */
export function namesFact(
  kind: 'names' | 'declares',
  names: Iterable<string>,
  except?: ReadonlySet<string>,
): ImportFact {
  const distinct = new Set<string>();
  for (const name of names) if (except?.has(name) !== true) distinct.add(name);
  return { kind, specifier: [...distinct].join(' ') };
}

/** The first group of every match, the whole match without one. */
export function* captured(text: string, pattern: RegExp): Generator<string> {
  for (const match of text.matchAll(pattern)) yield match[1] ?? match[0];
}

const fileName = /^[\w@+-]+(?:\.[\w+-]+)*\.[A-Za-z]\w{0,7}$/;
/** Names of folders in which tests keep files, as they stand in `Join("testdata", name)`. */
const dataFolder =
  /^(?:test[-_]?)?(?:data|files?|fixtures?|resources?|samples?|examples?|cases|inputs?|outputs?|expected|corpus|golden|goldens|snapshots?|templates?|assets|schemas?|scripts|images|json|xml|yaml|specs?)$/i;

/** Strings that look like paths, patterns or names of files; whether they are is decided where the files are known. */
export function pathMentions({ strings }: BraceText): ImportFact[] {
  const facts: ImportFact[] = [];
  for (const { value } of strings) {
    if (facts.length >= mostFacts) break;
    if (value.length > 250 || value.length < 2) continue;
    const text = value.replaceAll('\\\\', '/').replaceAll('\\', '/').replace(/^\/+/, '');
    if (/^[\w@.+-]*(?:\/[\w@.+-]*)*\/[\w@.*+{},[\]-]+$/.test(text) && /[*{[]/.test(text))
      facts.push({ kind: 'glob', specifier: text.startsWith('.') ? text : `/${text}` });
    else if (/^(?:[\w@.+-]+\/)+[\w@.+-]*$/.test(text) && !/^[./]*$/.test(text))
      facts.push({ kind: 'mention', specifier: text });
    else if (fileName.test(text) || dataFolder.test(text)) facts.push({ kind: 'mention', specifier: text });
  }
  return facts;
}

/** Declarations that stand at most `deepest` braces deep, by their places in the code. */
export function* atDepth(code: string, declaration: RegExp, deepest: number): Generator<RegExpExecArray> {
  const pattern = new RegExp(`[{}]|${declaration.source}`, 'gu');
  let depth = 0;
  for (let match = pattern.exec(code); match !== null; match = pattern.exec(code)) {
    if (match[0] === '{') depth++;
    else if (match[0] === '}') depth = Math.max(0, depth - 1);
    else if (depth <= deepest) yield match;
  }
}
