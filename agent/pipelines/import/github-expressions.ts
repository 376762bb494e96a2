// Expressions of GitHub Actions: in texts as what a shell knows, in conditions as what our conditions know.
import { parseCondition } from '../../workspace/condition.ts';

export interface ExpressionSurroundings {
  /** The event that a local run stands for. */
  readonly event: string;
  /** `Linux`, `macOS` or `Windows`. */
  readonly system: string;
  /** Defaults of the inputs of `workflow_dispatch` and `workflow_call`. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The last step of each job. */
  readonly lastStepOf: ReadonlyMap<string, string>;
}

export interface ConvertedText {
  readonly text: string;
  /** Secrets that it names. */
  readonly secrets: readonly string[];
  /** Expressions that mean nothing here; they are empty in the text. */
  readonly unknown: readonly string[];
}

/** The text of a command or of a variable. */
export function convertText(text: string, around: ExpressionSurroundings): ConvertedText {
  const secrets: string[] = [];
  const unknown: string[] = [];
  const converted = text.replace(/\$\{\{\s*(.*?)\s*\}\}/gs, (_whole, inner: string) => {
    const secret = secretIn(inner);
    if (secret !== null) secrets.push(secret);
    const value = secret === null ? shellValue(inner, around) : `\${${secret}}`;
    if (value === null) unknown.push(inner);
    return value ?? '';
  });
  return { text: converted, secrets, unknown };
}

/** The secret that an expression is, by its name. */
export function secretIn(expression: string): string | null {
  if (/^github\.token$/.test(expression)) return 'GITHUB_TOKEN';
  return (
    /^secrets(?:\.([A-Za-z_]\w*)|\['([A-Za-z_]\w*)'\])$/
      .exec(expression)
      ?.slice(1)
      .find((name) => name !== undefined) ?? null
  );
}

/** A condition of ours, or why there is none. */
export function convertCondition(
  text: string,
  around: ExpressionSurroundings,
): { readonly when: string } | { readonly unknown: string } {
  const inner = text
    .replace(/^\s*\$\{\{(.*)\}\}\s*$/s, '$1')
    .replace(/\$\{\{|\}\}/g, '')
    .trim();
  let unknown: string | null = null;
  const converted = inner.replace(
    /'(?:[^']|'')*'|[A-Za-z_][\w-]*(?:\.[\w*-]+|\[[^\]]*\])*(\s*\()?/g,
    (word, call: string | undefined) => {
      if (word.startsWith("'") || call !== undefined || ['true', 'false', 'null'].includes(word)) return word;
      const name = conditionName(word, around);
      if (name === null) unknown ??= word;
      return name ?? word;
    },
  );
  if (unknown !== null) return { unknown };
  const when = converted
    .replace(/branch == 'refs\/heads\/([^']*)'/g, "branch == '$1'")
    .replace(/branch != 'refs\/heads\/([^']*)'/g, "branch != '$1'")
    .replace(/startsWith\(branch, 'refs\/tags\/?[^']*'\)/g, 'false');
  const parsed = parseCondition(when);
  return 'problem' in parsed ? { unknown: `${inner} (${parsed.problem.message})` } : { when };
}

function conditionName(name: string, { event, system, inputs, lastStepOf }: ExpressionSurroundings): string | null {
  if (/^(matrix|env)\.[\w-]+$/.test(name)) return name;
  const job = /^needs\.([\w-]+)\.result$/.exec(name)?.[1];
  if (job !== undefined) return lastStepOf.has(job) ? `steps['${lastStepOf.get(job)}'].state` : null;
  const input = /^(?:github\.event\.)?inputs\.([\w-]+)$/.exec(name)?.[1];
  if (input !== undefined) return `'${inputs[input] ?? ''}'`;
  const known: Readonly<Record<string, string>> = {
    'github.event_name': `'${event}'`,
    'github.ref': 'branch',
    'github.ref_name': 'branch',
    'github.head_ref': 'branch',
    'github.base_ref': "''",
    'github.ref_type': "'branch'",
    'runner.os': `'${system}'`,
    'runner.arch': `'${process.arch.toUpperCase()}'`,
    'job.status': "'success'",
  };
  return Object.hasOwn(known, name) ? (known[name] ?? null) : null;
}

function shellValue(expression: string, around: ExpressionSurroundings): string | null {
  if (/^matrix\.[\w-]+$/.test(expression)) return `\${{ ${expression} }}`;
  const quoted = /^'((?:[^']|'')*)'$/.exec(expression)?.[1];
  if (quoted !== undefined) return quoted.replaceAll("''", "'");
  const variable = /^env\.(\w+)$/.exec(expression)?.[1];
  if (variable !== undefined) return `\${${variable}}`;
  const input = /^(?:github\.event\.)?inputs\.([\w-]+)$/.exec(expression)?.[1];
  if (input !== undefined) return around.inputs[input] ?? null;
  return firstAlternative(expression, around) ?? plainShellValue(expression, around);
}

/** `a || b`: the first that means something here. */
function firstAlternative(expression: string, around: ExpressionSurroundings): string | null {
  const alternatives = expression.split('||').map((part) => part.trim());
  if (alternatives.length === 1 || /[()&!=]/.test(expression)) return null;
  return alternatives.map((part) => shellValue(part, around)).find((value) => value !== null) ?? null;
}

function plainShellValue(expression: string, { event, system }: ExpressionSurroundings): string | null {
  const known: Readonly<Record<string, string>> = {
    'github.workspace': '$(git rev-parse --show-toplevel)',
    'github.sha': '$(git rev-parse HEAD)',
    'github.ref': 'refs/heads/${NOODLE_BRANCH}',
    'github.ref_name': '${NOODLE_BRANCH}',
    'github.head_ref': '${NOODLE_BRANCH}',
    'github.base_ref': '${NOODLE_BASE}',
    'github.event_name': event,
    'github.run_id': '${NOODLE_EXECUTION}',
    'github.run_number': '${NOODLE_EXECUTION}',
    'github.run_attempt': '1',
    'github.job': '${NOODLE_STEP}',
    'github.actor': '${USER}',
    'runner.os': system,
    'runner.arch': process.arch.toUpperCase(),
    'runner.temp': '${TMPDIR:-/tmp}',
    'runner.tool_cache': '${TMPDIR:-/tmp}',
  };
  return Object.hasOwn(known, expression) ? (known[expression] ?? null) : null;
}
