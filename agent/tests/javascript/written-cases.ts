// Reads `describe`, `it` and `test` with their titles out of a source file, for files that have not run yet.
import { parseSync, visitorKeys, type CallExpression, type Expression, type Program } from 'oxc-parser';
import type { WrittenCase } from '../adapter.ts';

const suites = new Set(['describe', 'suite', 'context', 'fdescribe', 'xdescribe', 'xcontext']);
const cases = new Set(['it', 'test', 'specify', 'fit', 'xit', 'xtest', 'xspecify', 'bench']);
/** What may stand behind a dot: `it.skip`, `test.concurrent.each`. */
const modifiers = new Set([
  'only',
  'skip',
  'todo',
  'concurrent',
  'sequential',
  'fails',
  'failing',
  'each',
  'for',
  'skipIf',
  'runIf',
  'shuffle',
  'extend',
  'describe',
  'it',
  'test',
  'suite',
]);

/** Cases in the order in which they are written. Titles that are computed are left out; those of `each` stay as they are written. */
export function writtenCases(file: string, text: string): WrittenCase[] {
  const program = parse(file, text);
  if (program === null) return [];
  const found: WrittenCase[] = [];
  const lineAt = lineIndex(text);
  const titles: string[] = [];
  const open: CallExpression[] = [];
  const enter = (call: CallExpression) => {
    const kind = kindOf(call.callee);
    const title = kind === null ? null : titleOf(call);
    if (kind === null || title === null) return;
    if (kind === 'case') found.push({ titlePath: [...titles, title], line: lineAt(call.start) });
    titles.push(title);
    open.push(call);
  };
  const leave = (call: CallExpression) => {
    if (open.at(-1) !== call) return;
    open.pop();
    titles.pop();
  };
  visitCalls(program, enter, leave);
  return found;
}

/** Every call, outer ones first. The parser's own visitor loads a file beside it, which a bundle does not have. */
function visitCalls(node: unknown, enter: (call: CallExpression) => void, leave: (call: CallExpression) => void): void {
  if (typeof node !== 'object' || node === null) return;
  if (Array.isArray(node)) {
    for (const each of node) visitCalls(each, enter, leave);
    return;
  }
  const { type } = node as { readonly type?: string };
  // What the parser calls a call has the shape of one.
  if (type === 'CallExpression') enter(node as CallExpression);
  // The keys of a node are those that the parser lists for its type.
  for (const key of visitorKeys[type ?? ''] ?? [])
    visitCalls((node as Readonly<Record<string, unknown>>)[key], enter, leave);
  if (type === 'CallExpression') leave(node as CallExpression);
}

function parse(file: string, text: string): Program | null {
  try {
    return parseSync(file, text).program;
  } catch {
    // A syntax error is told by the run.
    return null;
  }
}

function kindOf(callee: Expression): 'suite' | 'case' | null {
  const names = namesOf(callee);
  if (names === null) return null;
  const [first = '', ...rest] = names;
  const inner = rest.findLast((name) => suites.has(name) || cases.has(name));
  if (!rest.every((name) => modifiers.has(name))) return null;
  const name = inner ?? first;
  // `t.test(…)` and `suite.it(…)` are as good as their last name.
  if (suites.has(name)) return 'suite';
  return cases.has(name) ? 'case' : null;
}

/** `it.skip` → [it, skip]; `it.each(table)` → [it, each]; null for what is no chain of names. */
function namesOf(callee: Expression): string[] | null {
  switch (callee.type) {
    case 'Identifier':
      return [callee.name];
    case 'MemberExpression': {
      if (callee.computed || callee.property.type !== 'Identifier' || callee.object.type === 'Super') return null;
      const before = namesOf(callee.object);
      if (before === null) return null;
      return before.length === 1 && /^(?:t|ctx|context)$/.test(before[0] ?? '')
        ? [callee.property.name]
        : [...before, callee.property.name];
    }
    case 'CallExpression':
      return namesOf(callee.callee);
    case 'TaggedTemplateExpression':
      return namesOf(callee.tag);
    default:
      return null;
  }
}

function titleOf(call: CallExpression): string | null {
  const [first, second] = call.arguments;
  if (first === undefined) return null;
  if (first.type === 'Literal' && typeof first.value === 'string') return first.value;
  if (first.type === 'TemplateLiteral') {
    return first.expressions.length === 0 ? (first.quasis[0]?.value.cooked ?? null) : null;
  }
  if (first.type === 'Identifier' && second !== undefined) return first.name;
  return null;
}

/** Line of an offset, 1-based. */
function lineIndex(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}
