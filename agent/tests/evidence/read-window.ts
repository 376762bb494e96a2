// Reads a window and turns what was counted into lines of sources. Runs on a thread of its own: see evidence-worker.ts.
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { codeLines, readCompiledText, type CompiledText } from './compiled-text.ts';
import { markLines } from './counted-lines.ts';
import { executedMark, mergeMarks, missedMark, type FileMarks } from './line-marks.ts';
import { Window, type Script } from './window.ts';

export interface MarkedFile extends FileMarks {
  /** It was loaded in this window. */
  readonly isNew: boolean;
}

/** A window in lines; plain, so that it can be sent between threads. */
export interface MarkedWindow extends Omit<Window, 'scripts' | 'lines'> {
  readonly files: readonly MarkedFile[];
}

/** Texts that were taken apart, by file and compiled text: the same ones come with every test file. */
export type KnownTexts = Map<string, CompiledText | null>;

const keptTexts = 2000;

/** Null when the file holds no window. It is removed. */
export function readWindow(file: string, known: KnownTexts): MarkedWindow | null {
  const window = parseWindow(file);
  rmSync(file, { force: true });
  if (window === null) return null;
  const { scripts, lines, ...rest } = window;
  const files = new Map<string, MarkedFile>();
  const add = (each: FileMarks, isNew: boolean) => {
    const before = files.get(each.file);
    files.set(each.file, {
      ...(before === undefined ? each : mergeMarks(before, each)),
      isNew: isNew || before?.isNew === true,
    });
  };
  for (const script of scripts) for (const each of marksOf(script, path.dirname(file), known)) add(each, script.isNew);
  for (const each of lines) add(marksOfLines(each), each.isNew);
  return { ...rest, files: [...files.values()] };
}

function parseWindow(file: string): Window | null {
  try {
    return Window.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}

function marksOf(script: Script, folder: string, known: KnownTexts): FileMarks[] {
  const text = knownText(script, folder, known);
  if (text === null) return [wholeFile(script.file)];
  const marks = markLines(text, script.functions);
  // What a build wrote runs in the place of its sources: that it was loaded says that what it is made of counts.
  return text.sources.includes(script.file)
    ? marks
    : [...marks, { file: script.file, marks: new Uint8Array(0), functions: [] }];
}

function knownText({ file, source }: Script, folder: string, known: KnownTexts): CompiledText | null {
  const key = `${file}\0${source ?? ''}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const compiled = source === null ? null : readIfThere(path.join(folder, `${source}.js`));
  const map = source === null ? null : readIfThere(path.join(folder, `${source}.js.map`));
  const text = readCompiledText({ file, compiled, map, read: readIfThere });
  if (known.size >= keptTexts) known.clear();
  known.set(key, text);
  return text;
}

/** Of what is compiled from a file in an unknown way only that it ran is known: so every line of it counts. */
function wholeFile(file: string): FileMarks {
  const lines = codeLines(readIfThere(file) ?? '');
  const marks = new Uint8Array(lines.at(-1) ?? 0);
  for (const line of lines) marks[line - 1] = executedMark;
  return { file, marks, functions: [] };
}

function marksOfLines({ file, executed, missed, functions }: Window['lines'][number]): FileMarks {
  const marks = new Uint8Array(Math.max(executed.at(-1) ?? 0, missed.at(-1) ?? 0));
  for (const line of missed) marks[line - 1] = missedMark;
  for (const line of executed) marks[line - 1] = executedMark;
  return {
    file,
    marks,
    functions: functions.map(([name, startLine, endLine, ran]) => ({ name, startLine, endLine, executed: ran })),
  };
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
