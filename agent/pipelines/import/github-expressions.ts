// Expressions of GitHub Actions as expressions of ours, which are worked out when a step's turn has come.
import { parseCondition } from '../../workspace/condition.ts';
import { ourName, ownText } from './github-names.ts';
import type { Scope } from './github-scope.ts';

export interface ConvertedText {
  readonly text: string;
  /** Secrets that it names, by their names in the environment. */
  readonly secrets: readonly string[];
  /** Expressions that mean nothing here; they are empty in the text. */
  readonly unknown: readonly string[];
}

const templates = /\$\{\{((?:(?!\}\}).)*)\}\}/gs;
const anyResult = /\bcontains\(\s*(needs\.\*\.result)\s*,\s*('[^']*')\s*\)/g;
const names = /'(?:[^']|'')*'|[A-Za-z_][\w-]*(?:\.[\w*-]+|\[\s*'[^']*'\s*\])*(\s*\()?/g;

/** The text of a command or of a variable; in the text of a shell a secret stays a variable. */
export function convertText(text: string, scope: Scope, shell: 'sh' | 'bash' | 'python' | null): ConvertedText {
  const secrets: string[] = [];
  const unknown: string[] = [];
  const converted = text.replace(templates, (_whole, inner: string) => {
    const expression = inner.trim();
    const secret = secretIn(expression, scope);
    secrets.push(...secretsIn(expression, scope));
    if (secret !== null && shell !== null && shell !== 'python') return `\${${secret}}`;
    const own = ownText(pathOf(expression), scope);
    if (own !== null) return own;
    const found = convertExpression(expression, scope);
    if ('unknown' in found) unknown.push(expression);
    else if (/^'[^']*'$/.test(found.expression)) return found.expression.slice(1, -1);
    return 'unknown' in found ? '' : `\${{ ${found.expression} }}`;
  });
  return { text: converted, secrets, unknown };
}

/** The secret that an expression is, by its name in the environment. */
export function secretIn(expression: string, { secretName }: Scope): string | null {
  const [top, name] = pathOf(expression);
  if (top === 'github' && name === 'token') return secretName('GITHUB_TOKEN');
  return top === 'secrets' && name !== undefined ? secretName(name) : null;
}

function secretsIn(expression: string, scope: Scope): string[] {
  return [...expression.matchAll(names)].flatMap(([word]) => secretIn(word, scope) ?? []);
}

/** A condition of ours, or what it needs that is not known. */
export function convertCondition(
  text: string,
  scope: Scope,
): { readonly when: string; readonly secrets: readonly string[] } | { readonly unknown: string } {
  const inner = text
    .replace(/^\s*\$\{\{(.*)\}\}\s*$/s, '$1')
    .replace(/\$\{\{|\}\}/g, '')
    .trim();
  const found = convertExpression(inner, scope);
  if ('unknown' in found) return found;
  const when = found.expression
    .replace(/env\.GITHUB_REF (==|!=) 'refs\/heads\/([^']*)'/g, "branch $1 '$2'")
    .replace(/startsWith\(env\.GITHUB_REF, 'refs\/tags\/?[^']*'\)/g, 'false');
  return { when, secrets: secretsIn(inner, scope) };
}

function convertExpression(
  expression: string,
  scope: Scope,
): { readonly expression: string } | { readonly unknown: string } {
  let unknown: string | null = null;
  // Guards against forks hold here.
  const guarded = expression.replace(
    /\bgithub\.repository(?:_owner)?\s*(==|!=)\s*'[^']*'/g,
    (_whole, operator: string) => String(operator === '=='),
  );
  const spelled = guarded.replace(anyResult, (_whole, _quoted, result: string) => resultOfAny(result, scope));
  const converted = spelled.replace(names, (word, call: string | undefined) => {
    if (word.startsWith("'") || call !== undefined || ['true', 'false', 'null'].includes(word)) return word;
    const name = ourName(pathOf(word), scope);
    if (name === null) unknown ??= word;
    return name ?? word;
  });
  if (unknown !== null) return { unknown };
  const plain = /^\(([^()]*)\)$/.exec(converted)?.[1] ?? converted;
  const parsed = parseCondition(plain);
  return 'problem' in parsed ? { unknown: `${expression} (${parsed.problem.message})` } : { expression: plain };
}

/** Jobs of which nothing runs here are none of them. */
function resultOfAny(result: string, { jobs }: Scope): string {
  const named = [...jobs].flatMap(([name, { last }]) =>
    last === null ? [] : [`needs['${name}'].result == ${result}`],
  );
  return named.length === 0 ? 'false' : `(${named.join(' || ')})`;
}

/** `steps['a'].outputs.b` is steps, a, outputs, b; empty for what is no name. */
function pathOf(expression: string): string[] {
  if (!/^[A-Za-z_][\w-]*(\.[\w*-]+|\[\s*'[^']*'\s*\])*$/.test(expression)) return [];
  return [...expression.matchAll(/'([^']*)'|[\w*-]+/g)].map(([word, quoted]) => quoted ?? word);
}
