// Reads compilers' problems out of what a build prints, as it prints it.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createLineSplitter } from '../../platform/line-splitter.ts';
import type { BuildProblem } from '../../protocol/build.ts';
import { RepoPath } from '../../protocol/ids.ts';
import { meaningOf, type FoundProblem, type LineMeaning } from './problem-patterns.ts';

export interface ProblemParser {
  push(text: string): void;
  /** Errors before warnings, each in the order in which they came; each once, and at most 1,000. */
  finish(): BuildProblem[];
}

const mostProblems = 1000;
/** So many folders are looked at, from where the build runs up. */
const deepest = 12;
const longestLine = 10_000;
/** How many lines a message and its place may lie apart. */
const reach = 4;

/**
 * `root` and `folder` are absolute: the repository, and where the build runs. Problems outside of the repository are left
 * out. Some tools (cargo) name files from a folder further up: that is where a file lies that is not in `folder`.
 */
export function createProblemParser(
  root: string,
  folder: string,
  isThere: (file: string) => boolean = existsSync,
): ProblemParser {
  const found = new Map<string, BuildProblem>();
  const folders = [folder];
  while (folder !== root && folders.at(-1) !== root && folders.length < deepest)
    folders.push(path.dirname(folders.at(-1) ?? root));
  const known = new Map<string, string>();
  const folderOf = (file: string) => {
    const holder = known.get(file) ?? folders.find((each) => isThere(path.resolve(each, file))) ?? folder;
    known.set(file, holder);
    return holder;
  };
  const keep = (problem: FoundProblem) => {
    const located = locate(problem, root, folderOf(problem.file));
    if (located !== null && found.size < mostProblems) found.set(JSON.stringify(located), located);
  };
  const pairing = createPairing(keep);
  const lines = createLineSplitter((line) => pairing(stripColours(line)), longestLine);
  return {
    push: (text) => lines.push(text),
    finish() {
      lines.end();
      const problems = [...found.values()];
      return [
        ...problems.filter(({ severity }) => severity === 'error'),
        ...problems.filter(({ severity }) => severity === 'warning'),
      ];
    },
  };
}

type Message = Extract<LineMeaning, { kind: 'message' }>;
type Place = Extract<LineMeaning, { kind: 'place' }>;

/** Brings messages and places together that stand on different lines. */
function createPairing(keep: (problem: FoundProblem) => void): (line: string) => void {
  let message: { readonly value: Message; readonly at: number } | null = null;
  let place: { readonly value: Place; readonly at: number } | null = null;
  let file = '';
  let lineNumber = 0;
  const isNear = (at: number) => lineNumber - at <= reach;
  const join = (where: Place, what: Pick<Message, 'message' | 'severity' | 'code'>) => {
    const { file: named, line, column } = where;
    keep({
      file: named,
      line,
      severity: what.severity,
      message: what.message,
      ...(column === undefined ? {} : { column }),
      ...(what.code === undefined ? {} : { code: what.code }),
    });
    message = null;
    place = null;
  };
  const take: { readonly [K in LineMeaning['kind']]: (meaning: Extract<LineMeaning, { kind: K }>) => void } = {
    problem: ({ problem }) => keep(problem.file === '' ? { ...problem, file } : problem),
    file: (meaning) => {
      file = meaning.file;
    },
    message: (value) => {
      if (place !== null && isNear(place.at)) join(place.value, value);
      else message = { value, at: lineNumber };
    },
    place: (value) => {
      if (value.message !== 'below' && message !== null && isNear(message.at)) join(value, message.value);
      else if (value.message !== 'above') place = { value, at: lineNumber };
    },
  };
  return (line) => {
    lineNumber++;
    const meaning = meaningOf(line);
    if (meaning !== null) return dispatch(take, meaning);
    // webpack and CMake print the message right below its place, in whatever words.
    const isRightBelow = place?.at === lineNumber - 1 && line.trim() !== '';
    const isMessageOfPlace =
      isRightBelow && (place?.value.message === 'below' || (place?.value.column !== undefined && /^\S/.test(line)));
    if (isMessageOfPlace && place !== null) join(place.value, { message: line.trim(), severity: place.value.severity });
  };
}

function dispatch(
  take: { readonly [K in LineMeaning['kind']]: (meaning: Extract<LineMeaning, { kind: K }>) => void },
  meaning: LineMeaning,
): void {
  switch (meaning.kind) {
    case 'problem':
      return take.problem(meaning);
    case 'message':
      return take.message(meaning);
    case 'place':
      return take.place(meaning);
    case 'file':
      return take.file(meaning);
  }
}

function locate(
  { file, line, column, severity, message, code }: FoundProblem,
  root: string,
  folder: string,
): BuildProblem | null {
  const relative = path.relative(root, path.resolve(folder, file)).split(path.sep).join('/');
  const repoPath = RepoPath.safeParse(relative);
  const isOutside = relative.startsWith('../') || path.isAbsolute(relative) || /(^|\/)node_modules\//.test(relative);
  if (file === '' || line < 1 || isOutside || !repoPath.success) return null;
  const location = { file: repoPath.data, line, ...(column === undefined || column < 1 ? {} : { column }) };
  return { location, severity, message: message.trim(), ...(code === undefined ? {} : { code }) };
}

/** Without the escape sequences of terminals. */
export function stripColours(line: string): string {
  // oxlint-disable-next-line no-control-regex -- escape sequences begin with a control character
  return line.includes('\u001B') ? line.replace(/\u001B\[[0-9;?]*[A-Za-z]/g, '') : line;
}
