// When a job of GitLab runs, as a condition of ours.
import { parseCondition } from '../../workspace/condition.ts';
import type { GitlabJob, GitlabRule } from './gitlab-schema.ts';

export interface JobCondition {
  /** `''`: always. */
  readonly when: string;
  /** When somebody has to start it, `''`: always; null: never. */
  readonly manual: string | null;
}

/** Or what cannot be known here. */
export function jobCondition(job: GitlabJob): JobCondition | { readonly unknown: string } {
  if (job.rules !== undefined) return ofRules(job.rules);
  if (job.only !== undefined || job.except !== undefined)
    return ofRefs(job.only ?? ['branches'], job.except ?? [], job.when);
  return { when: ofWhen(job.when), manual: job.when === 'manual' ? '' : null };
}

/** The first rule that fits decides; none: the job does not run. */
function ofRules(rules: readonly GitlabRule[]): JobCondition | { readonly unknown: string } {
  const alternatives: string[] = [];
  const before: string[] = [];
  const manual: string[] = [];
  for (const rule of rules) {
    const condition = ofRule(rule);
    if (condition === null) return { unknown: rule.if ?? 'exists' };
    if (condition === 'false') continue;
    if (rule.when !== 'never') {
      const alternative = [...before, condition].filter((text) => text !== 'true').join(' && ') || 'true';
      alternatives.push(alternative);
      if (rule.when === 'manual') manual.push(alternative);
    }
    if (condition === 'true') break;
    before.push(`!(${condition})`);
  }
  return { when: anyOf(alternatives), manual: manual.length === 0 ? null : anyOf(manual) };
}

/** `''`: always; none: never. */
function anyOf(conditions: readonly string[]): string {
  if (conditions.includes('true')) return '';
  if (conditions.length === 0) return 'false';
  return conditions.length === 1 ? (conditions[0] ?? '') : conditions.map((text) => `(${text})`).join(' || ');
}

function ofRule({ if: text, changes, exists }: GitlabRule): string | null {
  const parts: string[] = [];
  if (exists !== undefined) return null;
  if (text !== undefined) {
    const converted = convertVariables(text);
    if (converted === null) return null;
    parts.push(converted);
  }
  const paths = typeof changes === 'object' && changes !== null && 'paths' in changes ? changes.paths : changes;
  if (Array.isArray(paths)) parts.push(`(${paths.map((path) => `changed(${quoted(String(path))})`).join(' || ')})`);
  if (parts.includes('false')) return 'false';
  const real = parts.filter((part) => part !== 'true');
  return real.length === 0 ? 'true' : real.join(' && ');
}

/** What a local run is: a push to the branch that is checked out. */
const known: Readonly<Record<string, string>> = {
  CI_COMMIT_BRANCH: 'branch',
  CI_COMMIT_REF_NAME: 'branch',
  CI_DEFAULT_BRANCH: "'main'",
  CI_PIPELINE_SOURCE: "'push'",
  CI_COMMIT_TAG: "''",
  CI_MERGE_REQUEST_ID: "''",
  CI_MERGE_REQUEST_IID: "''",
  CI_MERGE_REQUEST_TARGET_BRANCH_NAME: "''",
};

function convertVariables(text: string): string | null {
  let isKnown = true;
  const converted = text.replace(
    /"(?:[^"\\]|\\.)*"|'[^']*'|\$\{?(\w+)\}?|(=~|!~)\s*\/((?:[^/\\]|\\.)*)\/(\w*)/g,
    (word, name: string | undefined, operator: string | undefined) => {
      if (operator !== undefined) isKnown = false;
      if (name === undefined) return word;
      return Object.hasOwn(known, name) ? (known[name] ?? '') : `env.${name}`;
    },
  );
  if (!isKnown) return null;
  const constant = {
    "'push' == 'push'": 'true',
    '\'push\' == "push"': 'true',
    '\'push\' == "merge_request_event"': 'false',
    "'push' == 'merge_request_event'": 'false',
    "''": 'false',
  }[converted.trim()];
  if (constant !== undefined) return constant;
  return 'condition' in parseCondition(converted) ? converted : null;
}

function ofRefs(
  only: readonly string[],
  except: readonly string[],
  when: string | undefined,
): JobCondition | { readonly unknown: string } {
  const allowed = only.map(ofRef);
  const refused = except.map(ofRef).filter((text) => text !== 'false');
  const unknown = [...only, ...except].find((ref) => ref.startsWith('/') && !/^\/\^?[\w./-]+\$?\/$/.test(ref));
  if (unknown !== undefined) return { unknown };
  const possible = [...new Set(allowed)].filter((text) => text !== 'false');
  if (possible.length === 0) return { when: 'false', manual: null };
  const positive = possible.includes('true') ? [] : [`(${possible.join(' || ')})`];
  const parts = [...positive, ...refused.map((text) => `!(${text})`), ...(ofWhen(when) === '' ? [] : [ofWhen(when)])];
  return { when: parts.join(' && '), manual: when === 'manual' ? '' : null };
}

function ofRef(ref: string): string {
  if (ref === 'branches' || ref === 'pushes') return 'true';
  if (['tags', 'merge_requests', 'schedules', 'triggers', 'web', 'api', 'external', 'pipelines', 'chat'].includes(ref))
    return 'false';
  const pattern = /^\/\^?([\w./-]+)(\$?)\/$/.exec(ref);
  if (pattern === null) return `branch == ${quoted(ref)}`;
  return pattern[2] === '$'
    ? `branch == ${quoted(pattern[1] ?? '')}`
    : `startsWith(branch, ${quoted(pattern[1] ?? '')})`;
}

function ofWhen(when: string | undefined): string {
  if (when === 'always') return 'always()';
  if (when === 'on_failure') return 'failure()';
  return when === 'never' ? 'false' : '';
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
