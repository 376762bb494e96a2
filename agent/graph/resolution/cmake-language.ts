// The language of CMakeLists.txt: commands with their arguments, variables, lists.

export interface Command {
  readonly name: string;
  readonly args: readonly Argument[];
}

interface Argument {
  readonly text: string;
  readonly isQuoted: boolean;
}

export type Variables = Map<string, readonly string[]>;

export interface Scope {
  readonly folder: string;
  readonly variables: Variables;
  readonly outer: Scope | null;
  /** The conditions that stand round the command: whether each holds, null where that is not known. */
  readonly conditions: Condition[];
}

export type Condition = boolean | null;

/** Characters that the variables in one argument may add to it. */
const longestValue = 100_000;

/** Commands that begin a block, and those that end it. */
export const blocks: Readonly<Record<string, string>> = {
  foreach: 'endforeach',
  function: 'endfunction',
  macro: 'endmacro',
};

export function endOfBlock(commands: readonly Command[], start: number, open: string, close: string): number {
  let depth = 0;
  for (let at = start; at < commands.length; at++) {
    if (commands[at]?.name === open) depth++;
    else if (commands[at]?.name === close && --depth === 0) return at;
  }
  return commands.length;
}

export function commandsOf(text: string): Command[] {
  const clean = text.replace(/#\[(=*)\[[\s\S]*?\]\1\]/g, '');
  const found: Command[] = [];
  const start = /("(?:[^"\\]|\\[\s\S])*")|#[^\n]*|\b([A-Za-z_]\w*)[ \t]*\(/g;
  for (let match = start.exec(clean); match !== null; match = start.exec(clean)) {
    if (match[2] === undefined) continue;
    const { args, end } = argumentsOf(clean, start.lastIndex);
    found.push({ name: match[2].toLowerCase(), args });
    start.lastIndex = end;
  }
  return found;
}

function argumentsOf(text: string, from: number): { readonly args: Argument[]; readonly end: number } {
  const args: Argument[] = [];
  const token = /"((?:[^"\\]|\\[\s\S])*)"|#[^\n]*|\[(=*)\[([\s\S]*?)\]\2\]|([()])|((?:[^\s()"#\\]|\\[\s\S])+)/g;
  token.lastIndex = from;
  let depth = 0;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [, quoted, , bracket, parenthesis, plain] = match;
    if (parenthesis === '(') depth++;
    else if (parenthesis === ')' && depth-- === 0) return { args, end: token.lastIndex };
    else if (quoted !== undefined || bracket !== undefined)
      args.push({ text: quoted ?? bracket ?? '', isQuoted: true });
    else if (plain !== undefined) args.push({ text: plain, isQuoted: false });
  }
  return { args, end: text.length };
}

/** Values of the arguments, lists taken apart. What is not known keeps its `${…}`. */
export function expandAll(args: readonly Argument[], scope: Scope): string[] {
  return args.flatMap(({ text, isQuoted }) => {
    const value = expand(text, scope, 0);
    return isQuoted ? [value] : value.split(';').filter((each) => each !== '');
  });
}

/** Innermost names first. What is not known becomes `<?name>`, so that it is not looked up again. */
function expand(text: string, scope: Scope, depth: number): string {
  if (!text.includes('${') || depth > 3) return text;
  let room = longestValue;
  const value = text.replace(/\$\{([\w./+<>?-]+)\}/g, (_, name: string) => {
    const values = scope.variables.get(name) ?? folderVariable(name, scope);
    if (values === null) return `<?${name}>`;
    const known = values.join(';').slice(0, room);
    room -= known.length;
    return known;
  });
  return expand(value, scope, depth + 1);
}

/** `<name>_SOURCE_DIR` of a project; its name is not followed, the outermost folder is the likeliest. */
function folderVariable(name: string, { variables }: Scope): readonly string[] | null {
  return name.endsWith('_SOURCE_DIR') ? (variables.get('CMAKE_SOURCE_DIR') ?? null) : null;
}

export function loopValues(words: readonly string[], { variables }: Scope): readonly string[] {
  if (words[0] === 'RANGE') return [];
  if (words[0] !== 'IN') return words;
  const found: string[] = [];
  let isList = false;
  for (const word of words.slice(1)) {
    if (word === 'LISTS' || word === 'ITEMS') isList = word === 'LISTS';
    else found.push(...(isList ? (variables.get(word) ?? []) : [word]));
  }
  return found;
}

/** `cmake_parse_arguments(PREFIX "options" "ones" "lists" ${ARGN})`. */
export function parseArguments(
  [prefix = '', options = '', ones = '', lists = '', ...values]: readonly string[],
  { variables }: Scope,
): void {
  const keywords = new Set([options, ones, lists].flatMap((list) => list.split(';')).filter((each) => each !== ''));
  let current = 'UNPARSED_ARGUMENTS';
  const found = new Map<string, string[]>([...keywords, current].map((keyword) => [keyword, []]));
  for (const value of values) {
    if (keywords.has(value)) current = value;
    else found.get(current)?.push(value);
  }
  for (const [keyword, list] of found) variables.set(`${prefix}_${keyword}`, list);
}

export function isUnknown(word: string): boolean {
  return /<\?|\$[<{]/.test(word);
}
