// Python: imports wherever they stand, modules and files named in strings, and symbols.
import type { CodeSymbol, Extractor, FileFacts, ImportFact } from '../facts.ts';
import { pythonPaths } from './python-paths.ts';
import { readPython } from './python-text.ts';
import type { PythonText } from './python-text.ts';

export const pythonExtensions = ['.py', '.pyi', '.pyw'] as const;

/** The extractor for .py and .pyi. */
export function createPythonExtractor(): Extractor {
  return {
    id: 'python',
    extensions: pythonExtensions,
    extract: pythonFacts,
    symbols: (_path, text) => pythonSymbols(text),
  };
}

const mostFacts = 5_000;

function pythonFacts(path: string, text: string): FileFacts {
  const source = readPython(text);
  const notes: string[] = [];
  const isStub = path.endsWith('.pyi');
  const imports = [...importStatements(source.code, isStub), ...namedModules(source, notes), ...pythonPaths(source)];
  const exported = exportedNames(source.withStrings);
  return {
    imports: [...new Map(imports.map((fact) => [`${fact.kind} ${fact.specifier}`, fact])).values()].slice(0, mostFacts),
    notes: [...new Set(notes)].slice(0, 20),
    ...(definesTests(path, source.code) ? { definesTests: true as const } : {}),
    ...(exported === null ? {} : { exported }),
  };
}

function definesTests(path: string, code: string): boolean {
  return (
    /(^|\/)(test_[^/]*|[^/]*_tests?|tests?|conftest)\.py$/.test(path) ||
    /^[^\S\r\n]*(?:(?:async\s+)?def\s+test|class\s+\w*Test|(?:import|from)\s+(?:pytest|unittest)\b)/m.test(code)
  );
}

const importLine =
  /(?:^|[;:])[ \t]*(?:from[ \t]+([.\w \t]+?)[ \t]+import[ \t]*(\([^)]*\)?|[^\n;]*)|import[ \t]+([^\n;]+))/gm;

function importStatements(code: string, isStub: boolean): ImportFact[] {
  const facts: ImportFact[] = [];
  const guarded = typeCheckingRanges(code);
  for (const match of code.matchAll(importLine)) {
    const isTypes = isStub || guarded.some(([start, end]) => match.index >= start && match.index < end);
    const add = (specifier: string, kind: 'module' | 'member') =>
      facts.push({ kind: isTypes ? 'module-types' : kind, specifier });
    if (match[3] !== undefined) {
      for (const name of namesOf(match[3])) add(name, 'module');
      continue;
    }
    const from = (match[1] ?? '').replace(/\s/g, '');
    add(from, 'module');
    for (const name of namesOf((match[2] ?? '').replace(/[()]/g, ' ')))
      add(from.endsWith('.') ? from + name : `${from}.${name}`, 'member');
  }
  return facts;
}

/** `a.b as c, d` → `a.b`, `d`. */
function namesOf(list: string): string[] {
  return list
    .split(',')
    .map((part) => part.trim().split(/\s+/)[0] ?? '')
    .filter((name) => /^(?:[\p{L}_][\p{L}\p{N}_.]*|\*)$/u.test(name));
}

/** The blocks below `if TYPE_CHECKING:`, by indentation. */
function typeCheckingRanges(code: string): [number, number][] {
  if (!code.includes('TYPE_CHECKING')) return [];
  return [...code.matchAll(/^([ \t]*)if[ \t]+(?:\w+\.)?TYPE_CHECKING[ \t]*:[ \t]*(.*)$/gm)].map((match) => {
    const start = match.index;
    const lineEnd = start + match[0].length;
    return [start, (match[2] ?? '').trim() === '' ? endOfBlock(code, lineEnd + 1, (match[1] ?? '').length) : lineEnd];
  });
}

/** Where the lines that are indented deeper than `indent` end. */
function endOfBlock(code: string, from: number, indent: number): number {
  let at = from;
  let end = from - 1;
  while (at < code.length) {
    const lineEnd = code.indexOf('\n', at) === -1 ? code.length : code.indexOf('\n', at);
    const line = code.slice(at, lineEnd);
    if (line.trim() !== '') {
      // A closing bracket of a parenthesised list may stand at the margin.
      if (line.length - line.trimStart().length <= indent && !/^\s*[)\]}]/.test(line)) break;
      end = lineEnd;
    }
    at = lineEnd + 1;
  }
  return end;
}

/** Modules named in strings: `import_module("a.b")`, `__import__("a")`, `pytest_plugins = ["a.b"]`, `-m a.b`, `patch("a.b.c")`. */
function namedModules({ withStrings }: PythonText, notes: string[]): ImportFact[] {
  return [...loadedModules(withStrings, notes), ...pluginsAndPrograms(withStrings)];
}

function loadedModules(withStrings: string, notes: string[]): ImportFact[] {
  const facts: ImportFact[] = [];
  for (const match of withStrings.matchAll(
    /\b(import_module|__import__|importorskip|find_spec|run_module|reload)\s*\(\s*([rbuf]*)(?:(['"])([^'"\n]*)\3|([^\s)]))/gi,
  )) {
    const name = match[4];
    if (name !== undefined && /^\.*[\w.]*$/.test(name)) facts.push({ kind: 'module', specifier: name });
    else if (name !== undefined || match[5] === '"' || match[5] === "'") addComputed(name ?? '', facts, notes);
    else if (match[1] !== 'reload') addComputed('', facts, notes);
  }
  return facts;
}

function pluginsAndPrograms(withStrings: string): ImportFact[] {
  const facts: ImportFact[] = [];
  for (const match of withStrings.matchAll(
    /\bpytest_plugins\s*(?::[^=\n]+)?\+?=\s*(\[[^\]]*\]|\([^)]*\)|['"][^'"\n]*['"])/g,
  )) {
    for (const name of quotedIn(match[1] ?? '')) facts.push({ kind: 'module', specifier: name });
  }
  for (const match of withStrings.matchAll(/['"]-m['"]\s*,\s*['"]([\w.]+)['"]|\bpython[\d.]*\s+-m\s+([\w.]+)/g)) {
    const name = match[1] ?? match[2] ?? '';
    facts.push({ kind: 'module', specifier: name }, { kind: 'module', specifier: `${name}.__main__` });
  }
  // Django loads an application's modules by their names.
  for (const match of withStrings.matchAll(/\bINSTALLED_APPS\s*(?::[^=\n]+)?\+?=\s*(\[[^\]]*\]|\([^)]*\))/g)) {
    for (const name of quotedIn(match[1] ?? ''))
      facts.push({ kind: 'member', specifier: `${name.replace(/\.apps\.\w+$/, '')}.**` });
  }
  // A dotted name inside a string: the target of mock.patch and of lazy imports. Only a module of the repository counts.
  for (const match of withStrings.matchAll(/(['"])([A-Za-z_]\w*(?:\.\w+)+)(?::[\w.]+)?\1/g))
    facts.push({ kind: 'member', specifier: match[2] ?? '' });
  return facts;
}

/** `import_module(f".{name}", __name__)`: every module of the package is possible; without any literal nothing is known. */
function addComputed(prefix: string, facts: ImportFact[], notes: string[]): void {
  const known = /^[\w.]*(?=[{])|^[\w.]*\.$/.exec(prefix)?.[0] ?? '';
  if (known.endsWith('.')) facts.push({ kind: 'member', specifier: `${known === '.' ? '.' : known}**` });
  else notes.push('imports a module whose name is computed');
}

function quotedIn(text: string): string[] {
  return [...text.matchAll(/(['"])([\w.]+)\1/g)].map((match) => match[2] ?? '');
}

function exportedNames(withStrings: string): string[] | null {
  const lists = [...withStrings.matchAll(/\b__all__\s*(?::[^=\n]+)?\+?=\s*(\[[^\]]*\]|\([^)]*\))/g)];
  return lists.length === 0 ? null : lists.flatMap((match) => quotedIn(match[1] ?? '')).slice(0, 500);
}

function pythonSymbols(text: string): readonly CodeSymbol[] {
  const { code } = readPython(text);
  const found: (CodeSymbol & { indent: number })[] = [];
  for (const match of code.matchAll(/^([ \t]*)(?:async[ \t]+)?(def|class)[ \t]+(\w+)/gm)) {
    const indent = (match[1] ?? '').length;
    const owner = found.findLast((symbol) => symbol.indent < indent);
    const isInside = owner !== undefined && lineOf(code, match.index) <= owner.endLine;
    const isMethod = isInside && owner.kind === 'class';
    // What is defined inside a function is part of it.
    if (isInside && !isMethod) continue;
    const header = endOfHeader(code, match.index);
    found.push({
      name: isMethod ? `${owner.name}.${match[3] ?? ''}` : (match[3] ?? ''),
      kind: match[2] === 'class' ? 'class' : functionKind(isMethod),
      startLine: lineOf(code, match.index),
      endLine: lineOf(code, Math.max(header, endOfBlock(code, header + 1, indent))),
      indent,
    });
  }
  return found.map(({ name, kind, startLine, endLine }) => ({ name, kind, startLine, endLine }));
}

function functionKind(isMethod: boolean): string {
  return isMethod ? 'method' : 'function';
}

/** The end of the line on which the header's brackets are closed. */
function endOfHeader(code: string, from: number): number {
  let nesting = 0;
  for (let at = from; at < code.length; at++) {
    const character = code[at] ?? '';
    if ('([{'.includes(character)) nesting++;
    else if (')]}'.includes(character)) nesting--;
    else if (character === '\n' && nesting <= 0) return at;
  }
  return code.length;
}

function lineOf(code: string, at: number): number {
  let line = 1;
  for (let next = code.indexOf('\n'); next !== -1 && next < at; next = code.indexOf('\n', next + 1)) line++;
  return line;
}
