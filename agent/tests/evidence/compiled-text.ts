// Which line of which source each piece of a compiled text stands for.
import { decodedMappings, TraceMap } from '@jridgewell/trace-mapping';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** A piece of the compiled text, from `start` to `end`, without the white space and brackets that close it. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  /** Index of its source. */
  readonly source: number;
  readonly line: number;
}

export interface CompiledText {
  /** Absolute paths. */
  readonly sources: readonly string[];
  /** Ascending. */
  readonly pieces: readonly Piece[];
  /** Where the code begins, after what the runner put before it. */
  readonly codeStart: number;
  /** The pieces come from a source map; else each is a line. */
  readonly isMapped: boolean;
}

/** `read` gives the text of a file on disk, or null. */
export interface CompiledInput {
  /** Absolute path under which it ran. */
  readonly file: string;
  /** Null: what lies on disk. */
  readonly compiled: string | null;
  /** Its source map, where the runner keeps it apart. */
  readonly map?: string | null;
  readonly read: (file: string) => string | null;
}

/**
 * By its source map; without one the text is the source itself. Null where the two differ and no map tells how: then only
 * that the file ran is known.
 */
export function readCompiledText(input: CompiledInput): CompiledText | null {
  const { file, compiled, read } = input;
  const onDisk = read(file)?.replace(/^\uFEFF/, '') ?? null;
  const text = compiled ?? onDisk;
  if (text === null) return null;
  const codeStart = compiled === null ? 0 : wrapperLength(compiled);
  const map = input.map ? parseMap(input.map, { file, place: file }) : sourceMapOf(text, file, read);
  if (map !== null) return { codeStart, isMapped: true, ...mappedPieces(text, codeStart, map) };
  const source = compiled === null ? text : sameText(compiled, onDisk, codeStart);
  return source === null
    ? null
    : { codeStart, isMapped: false, sources: [file], pieces: plainPieces(source, codeStart) };
}

/** The text on disk, where it is what was compiled. */
function sameText(compiled: string, onDisk: string | null, codeStart: number): string | null {
  return onDisk !== null && compiled.startsWith(onDisk.trimEnd(), codeStart) ? onDisk : null;
}

/** Lines with code, counted from 1: all but blank ones and those of comments. */
export function codeLines(text: string): number[] {
  return plainPieces(text, 0).map(({ line }) => line);
}

/** jest and vite put the head of a function before a module, on its first line. */
function wrapperLength(text: string): number {
  return (
    /^(?:\(\{"Object\.<anonymous>":function\([^)]*\)\{|'use strict';async \([^)]*\)=>\{\{?)/.exec(text)?.[0].length ?? 0
  );
}

const mapComment = /^\/\/[#@] sourceMappingURL=(\S+)\s*$/gm;

interface SourceMap {
  readonly map: TraceMap;
  /** Absolute; null for a source that is no file. */
  readonly sources: readonly (string | null)[];
}

function sourceMapOf(text: string, file: string, read: CompiledInput['read']): SourceMap | null {
  if (!text.includes('sourceMappingURL=')) return null;
  // The last one counts; texts of maps may lie in strings before it.
  const url = [...text.slice(text.lastIndexOf('sourceMappingURL=') - 4).matchAll(mapComment)].at(-1)?.[1];
  if (url === undefined) return null;
  const inline = /^data:application\/json[^,]*?(;base64)?,(.*)$/s.exec(url);
  const folder = path.dirname(file);
  const place = inline === null ? path.resolve(folder, decodeURI(url)) : file;
  const json = inline === null ? read(place) : inlineText(inline[2] ?? '', inline[1] !== undefined);
  return json === null ? null : parseMap(json, { file, place });
}

function parseMap(json: string, { file, place }: { file: string; place: string }): SourceMap | null {
  try {
    const map = new TraceMap(json);
    const root = map.sourceRoot ?? '';
    return { map, sources: map.sources.map((source) => sourceFile(source, root, { file, place })) };
  } catch {
    return null;
  }
}

function inlineText(body: string, isBase64: boolean): string {
  return isBase64 ? Buffer.from(body, 'base64').toString('utf8') : decodeURIComponent(body);
}

function sourceFile(
  source: string | null,
  root: string,
  { file, place }: { file: string; place: string },
): string | null {
  if (source === null || source === '') return file;
  if (source.startsWith('file:')) return fileURLToPath(source).replace(/[?#].*$/, '');
  if (/^[a-z][a-z+.-]+:/i.test(source) && !path.isAbsolute(source)) return null;
  const plain = source.replace(/[?#].*$/, '');
  return path.resolve(path.dirname(place), root, plain);
}

function mappedPieces(
  text: string,
  codeStart: number,
  { map, sources }: SourceMap,
): Pick<CompiledText, 'sources' | 'pieces'> {
  const pieces: Piece[] = [];
  const known = sources.map((source) => source ?? '');
  const starts = lineStarts(text);
  for (const [index, segments] of decodedMappings(map).entries()) {
    const lineStart = (starts[index] ?? text.length) + (index === 0 ? codeStart : 0);
    const lineEnd = starts[index + 1] ?? text.length;
    for (const [at, segment] of segments.entries()) {
      if (segment.length === 1 || known[segment[1]] === '') continue;
      const start = lineStart + segment[0];
      const next = segments[at + 1];
      const end = codeEnd(text, start, next === undefined ? lineEnd : lineStart + next[0]);
      pieces.push({ start, end, source: segment[1], line: segment[2] + 1 });
    }
  }
  return { sources: known, pieces };
}

/** Closing brackets end what began before: they do not say that something ran here. */
function codeEnd(text: string, start: number, limit: number): number {
  let end = limit;
  while (end > start + 1 && /[\s)\]};,]/.test(text[end - 1] ?? '')) end--;
  return Math.max(end, start + 1);
}

function plainPieces(text: string, shift: number): Piece[] {
  const pieces: Piece[] = [];
  let isComment = false;
  const starts = lineStarts(text);
  for (const [index, start] of starts.entries()) {
    const line = text.slice(start, starts[index + 1] ?? text.length);
    const code = line.trim();
    const wasComment = isComment;
    if (!isComment && code.startsWith('/*')) isComment = true;
    const isWhole = isComment ? !/\*\/\s*\S/.test(line) : code === '' || code.startsWith('//');
    if (isComment && code.includes('*/', wasComment ? 0 : 2)) isComment = false;
    if (isWhole) continue;
    const from = start + line.length - line.trimStart().length;
    pieces.push({ start: shift + from, end: shift + from + code.length, source: 0, line: index + 1 });
  }
  return pieces;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  if (starts.at(-1) === text.length && starts.length > 1) starts.pop();
  return starts;
}
