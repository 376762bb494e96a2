// What the text of a JavaScript file names besides its import statements: require calls, mocks, globs, paths, commands.
import type { ImportFact, ImportKind } from '../facts.ts';
import { blank } from './blank.ts';
import type { Span } from './blank.ts';
import { evaluate, pathsIn, relativePath } from './path-expressions.ts';
import type { Constants, FoundPaths, PathValue } from './path-expressions.ts';

export interface References {
  readonly facts: readonly ImportFact[];
  readonly notes: readonly string[];
}

interface Collector {
  readonly facts: ImportFact[];
  readonly notes: string[];
}

const noPaths: FoundPaths = { values: [], constants: new Map(), spans: [] };
const worthLooking =
  /\brequire\b|\bimport\b|__dirname|__filename|process\.cwd|\bmock\b|[mM]ock\s*[(<]|['"`][\w@.-]*\/|['"][\w-]+\.\w{1,5}['"]|child_process|execa|tinyexec|spawn|`\$\{/;

/**
 * `code` is the text with its comments and import statements blanked out; strings that hold code are seen as code.
 * `loaded` are the specifiers of the import statements.
 */
export function referencesIn(code: string, loaded: readonly string[]): References {
  const found: Collector = { facts: [], notes: [] };
  const startsProcesses = runsProcesses.test(code) || loaded.some((specifier) => processModule.test(specifier));
  if (startsProcesses) addCommands(code, found);
  if (!mayRefer(code)) return found;
  const hasPaths = /__dirname|__filename|import\.meta|process\.cwd|\b(?:join|resolve)\s*\(/.test(code);
  const { values, constants, spans } = hasPaths ? pathsIn(code) : noPaths;
  const typeImports = addCalls(code, { constants, found, isModule: loaded.length > 0 });
  addMocks(code, found);
  addGlobs(code, found);
  for (const value of values) addPath(value, found);
  if (
    /\breaddir|(?<!meta\.)\bglob|requireAll|require-dir/.test(code) &&
    /(?:require|import)\s*\(\s*[^'"`)\s]/.test(code)
  )
    addOwnFolder(values, found);
  addLiterals(blank(code, [...spans, ...typeImports]), found);
  return found;
}

/** Whether a search in the text can find anything at all. */
export function mayRefer(code: string): boolean {
  return worthLooking.test(code);
}

const processModule = /^(?:node:)?child_process$|^(?:execa|cross-spawn|tinyexec|nano-spawn|zx|shelljs)$/;
// `pattern.exec(text)` runs nothing.
const runsProcesses =
  /child_process|['"](?:execa|cross-spawn|tinyexec|nano-spawn|zx|shelljs)['"]|(?<![.\w$])(?:spawn|exec|execFile)(?:Sync)?\s*\(/;

/** `declare module './x'` adds to the types of another module. */
function addAugmentations(code: string, found: Collector): Span[] {
  return [...code.matchAll(/\bdeclare\s+module\s+(['"])([^'"\n]+)\1/g)].map((match) => {
    found.facts.push({ kind: 'types', specifier: match[2] ?? '' });
    return { start: match.index, end: match.index + match[0].length };
  });
}

/** `require('./x')`, `require.resolve(…)`, `x.require(…)`, and `import('./x')` in types, of which it returns the places. */
function addCalls(code: string, { constants, found, isModule }: CallSearch): Span[] {
  const typeImports: Span[] = addAugmentations(code, found);
  for (const match of code.matchAll(/(?<![\w$])(require(?:\s*\.\s*\w+)?|import)\s*\(\s*/g)) {
    const at = match.index + match[0].length;
    const name = match[1] ?? '';
    const kind: ImportKind = name === 'import' ? 'types' : 'require';
    if (isModule && kind === 'require' && isBareInTemplate(code, at)) continue;
    addLoad(code, at, { kind, constants, found });
    if (kind === 'types') typeImports.push({ start: at, end: Math.max(at, code.indexOf(')', at)) });
  }
  return typeImports;
}

interface CallSearch {
  readonly constants: Constants;
  readonly found: Collector;
  /** The file has import statements. */
  readonly isModule: boolean;
}

/**
 * `require("vue")` in the text of a template, such as the expected output of a compiler. Where it is relative it may be
 * code that a test writes and runs; where the file has no import statements it may be a real call that looks odd.
 */
function isBareInTemplate(code: string, at: number): boolean {
  // In a text of megabytes counting would cost more than an edge too many.
  if (code.length > 1_000_000 || !/^['"][\w@]/.test(code.slice(at, at + 2))) return false;
  let ticks = 0;
  for (let tick = code.lastIndexOf('`', at); tick !== -1 && tick > 0; tick = code.lastIndexOf('`', tick - 1))
    if (code[tick - 1] !== '\\') ticks++;
  return ticks % 2 === 1;
}

interface Load {
  readonly kind: ImportKind;
  readonly constants: Constants;
  readonly found: Collector;
}

/** The argument of a call that loads a module, at `at`. */
export function addLoad(code: string, at: number, { kind, constants, found }: Load): void {
  const value = evaluate(code, at, constants)?.value;
  if (value === undefined || (value.base === 'unknown' && value.path === '')) {
    if (kind !== 'types' && /[\w$[(]/.test(code[at] ?? '')) found.notes.push(computedName(code, at));
    return;
  }
  if (value.base === 'text') addText(code, at, { kind, value, found });
  else addComputed(kind, value, found);
}

interface TextLoad {
  readonly kind: ImportKind;
  readonly value: PathValue;
  readonly found: Collector;
}

function addText(code: string, at: number, { kind, value, found }: TextLoad): void {
  if (value.isOpen) addPattern(code, at, value, found);
  else found.facts.push({ kind, specifier: value.path });
}

function computedName(code: string, at: number): string {
  return `loads a module whose name is computed: ${code.slice(at, at + 40).split(/[\n;)]/)[0] ?? ''}`;
}

/** `require(path.join(__dirname, 'x'))` loads a module, not just any file. */
function addComputed(kind: ImportKind, value: PathValue, found: Collector): void {
  const relative = value.base === 'file' && !value.isOpen ? relativePath(value) : null;
  if (relative !== null) found.facts.push({ kind, specifier: relative.startsWith('.') ? relative : `./${relative}` });
  else if (value.base === 'unknown') addModuleBelow(value, found);
  else addPath(value, found);
}

/** `require(path.join(root, 'lib', 'x'))`: the project's folder is the likeliest root. */
function addModuleBelow(value: PathValue, found: Collector): void {
  const below = value.path.replace(/^\/+/, '');
  if (value.isOpen || !/^[\w@.-]+(?:\/[\w@.-]+)*$/.test(below)) addPath(value, found);
  else found.facts.push({ kind: 'glob', specifier: `/${below}{,.*,/index.*}` });
}

/** `./locales/${name}.js`: the literal parts as a glob, the holes as stars. */
function addPattern(code: string, at: number, value: PathValue, found: Collector): void {
  if (!value.path.includes('/')) {
    found.notes.push(computedName(code, at));
    return;
  }
  const template = /^\s*`((?:[^`\\]|\\.)*)`/.exec(code.slice(at, at + 500))?.[1];
  const tail = template === undefined ? '' : (/\}([^{}]*)$/.exec(template)?.[1] ?? '');
  const folder = value.path.slice(0, value.path.lastIndexOf('/') + 1);
  found.facts.push({ kind: 'glob', specifier: `${folder}**/*${/^[\w.-]*$/.test(tail) ? tail : ''}` });
}

function addMocks(code: string, found: Collector): void {
  const mock =
    /\b(?:mock|doMock|unmock|dontMock|unstable_mockModule|setMock|requireActual|requireMock|importActual|importMock|createMockFromModule|genMockFromModule|module|proxyquire|rewire|esmock)\s*(?:<[^>(]*>)?\s*\(\s*(['"`])([^'"`\n$]+)\1/g;
  for (const match of code.matchAll(mock)) found.facts.push({ kind: 'mock', specifier: match[2] ?? '' });
}

function addGlobs(code: string, found: Collector): void {
  for (const match of code.matchAll(
    /import\.meta\.glob(?:Eager)?\s*(?:<[^(]*>)?\s*\(\s*(\[[^\]]*\]|['"`][^'"`]*['"`])/g,
  )) {
    for (const text of (match[1] ?? '').matchAll(/['"`]([^'"`]+)['"`]/g)) {
      if (!(text[1] ?? '').startsWith('!')) found.facts.push({ kind: 'glob', specifier: text[1] ?? '' });
    }
  }
  for (const match of code.matchAll(/require\.context\s*\(\s*['"]([^'"]+)['"]/g))
    found.facts.push({ kind: 'folder', specifier: match[1] ?? '' });
}

/** A computed path: exact, a folder when its end is open, or a mention when its beginning is unknown. */
function addPath(value: PathValue, found: Collector): void {
  if (value.base === 'file') {
    const relative = relativePath(value);
    if (relative === null) return;
    if (!value.isOpen) found.facts.push({ kind: 'path', specifier: relative });
    else
      found.facts.push({
        kind: 'folder',
        specifier: value.path.endsWith('/') ? relative : openFolder(value.path, relative),
      });
  } else if (value.path.includes('/')) {
    found.facts.push({
      kind: 'mention',
      specifier: value.base === 'unknown' ? value.path.replace(/^\/+/, '') : value.path,
    });
  }
}

/** `join(__dirname, 'fixtures', name)` opens at a folder; `__dirname + '/fixture-' + name` inside of one. */
function openFolder(raw: string, relative: string): string {
  const isPartOfName = /[-_.]$/.test(raw) && !/(^|\/)\.{1,2}$/.test(raw);
  return isPartOfName ? relative.slice(0, relative.lastIndexOf('/') + 1) || '.' : relative;
}

/** A file that lists its own folder and loads what it finds. */
function addOwnFolder(values: readonly PathValue[], found: Collector): void {
  if (values.some((value) => value.base === 'file' && relativePath(value) === '.'))
    found.facts.push({ kind: 'glob', specifier: './**/*' });
}

const pathLiteral = /(['"`])((?:\.{1,2}\/|[\w@.-]+\/)[^'"`\n\\${}*?<>|:]{0,250})(\1|\$\{)/g;
const fileName = /(['"])([\w-]+(?:\.[\w-]+)*\.(?!(?:com|org|net|io|dev|prototype|length)\b)[a-z]\w{0,7})\1/g;

/** Strings that look like paths; whether they are is decided where the files are known. */
function addLiterals(code: string, found: Collector): void {
  for (const match of code.matchAll(pathLiteral)) {
    const text = (match[2] ?? '').trimEnd();
    if (match[3] === '${') {
      if (text.includes('/') && text !== './' && text !== '../')
        found.facts.push({ kind: 'mention', specifier: text.slice(0, text.lastIndexOf('/') + 1) });
    } else if (/\s/.test(text)) addWords(text, found);
    else if (!/^[./]*$/.test(text)) found.facts.push({ kind: 'mention', specifier: text });
  }
  for (const match of code.matchAll(fileName)) found.facts.push({ kind: 'mention', specifier: match[2] ?? '' });
}

function addWords(text: string, found: Collector): void {
  for (const word of text.split(/\s+/)) {
    if (/^[\w@.-]+\/[\w@./-]*\w$/.test(word)) found.facts.push({ kind: 'mention', specifier: word });
  }
}

/** Words of command lines: names of executables. `node` says that processes are started at all. */
function addCommands(code: string, found: Collector): void {
  found.facts.push({ kind: 'command', specifier: 'node' });
  for (const match of code.matchAll(/(['"`])([^'"`\n]{1,300})\1/g)) {
    for (const word of (match[2] ?? '').split(/[\s;&|=]+/)) {
      if (/^(?:@[\w-]+\/)?[A-Za-z][\w-]{0,60}$/.test(word)) found.facts.push({ kind: 'command', specifier: word });
    }
  }
}
