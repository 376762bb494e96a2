// Shell scripts, and files without an extension that begin with `#!`: what they run is named in their words.
import { noFacts } from '../facts.ts';
import type { Extractor, FileFacts, ImportFact } from '../facts.ts';

export const shellExtensions = ['.sh', '.bash', '.zsh', '.bats', '.cmd', '.bat', '.ps1'] as const;

/** The extractor for .sh and its kin: every word that looks like a path or a command is mentioned. */
export function createShellExtractor(): Extractor {
  return {
    id: 'shell',
    extensions: shellExtensions,
    extract: (_path, text) => shellFacts(text),
    symbols: () => [],
  };
}

/** The extractor for files without an extension: the interpreter in their first line decides. */
export function createScriptExtractor(languages: {
  readonly javascript: Extractor;
  readonly python: Extractor;
  readonly shell: Extractor;
}): Extractor {
  const languageOf = (text: string): Extractor | null => {
    const line = /^#!([^\n]*)/.exec(text)?.[1] ?? '';
    if (/\b(?:node|bun|deno|tsx|ts-node|zx)\b/.test(line)) return languages.javascript;
    if (/\bpy(?:thon|py|test)?[\d.]*\b/.test(line)) return languages.python;
    return /sh\b/.test(line) ? languages.shell : null;
  };
  return {
    id: 'script',
    extensions: [],
    extract: (path, text) => languageOf(text)?.extract(path, text) ?? noFacts,
    symbols: (path, text) => languageOf(text)?.symbols(path, text) ?? [],
  };
}

function shellFacts(text: string): FileFacts {
  const code = text.replace(/^[^\S\r\n]*(?:#|::|rem\b)[^\n]*/gim, '');
  const facts = new Map<string, ImportFact>();
  const add = (kind: ImportFact['kind'], specifier: string) => facts.set(`${kind} ${specifier}`, { kind, specifier });
  for (const match of code.matchAll(
    /(?:\$\{?\w+\}?|\$\([^()]*\)|%~?\w+%?)?[\\/]?((?:\.{1,2}[\\/])*[\w@.-]+(?:[\\/][\w@.-]+)*)/g,
  )) {
    const word = (match[1] ?? '').replaceAll('\\', '/');
    if (word.includes('/') || /\.\w{1,4}$/.test(word)) add('mention', word);
    else if (/^[A-Za-z][\w-]*$/.test(word)) add('command', word);
  }
  for (const match of code.matchAll(/\bpython[\d.]*\s+-m\s+([\w.]+)/g)) add('module', match[1] ?? '');
  return { imports: [...facts.values()].slice(0, 1_000), notes: [] };
}
