// Variables of a GitLab job: those that GitLab sets, as far as they mean something here, and those that name others.
import type { Scalar } from '../../protocol/pipeline.ts';
import type { GitlabJob } from './gitlab-schema.ts';

type Declared = Readonly<Record<string, Scalar | null>>;

export interface VariablesInput {
  readonly name: string;
  readonly job: Pick<GitlabJob, 'stage'>;
  readonly command: string;
  /** Of the file and of the job; those of the job count more. */
  readonly declared: Declared;
}

export interface VariableLines {
  /** Lines for bash that come before the command; each sets one variable. */
  readonly lines: readonly string[];
  /** Named in the command or in a variable, and set on GitLab alone. */
  readonly unknown: readonly string[];
}

/** What GitLab sets, as bash says it here, in the root of the repository. */
const predefined: Readonly<Record<string, string>> = {
  CI_PROJECT_DIR: '$PWD',
  CI_PROJECT_NAME: '$(basename "$PWD")',
  CI_COMMIT_SHA: '$(git rev-parse HEAD)',
  CI_COMMIT_SHORT_SHA: '$(git rev-parse --short=8 HEAD)',
  CI_COMMIT_BEFORE_SHA: "$(git rev-parse --verify --quiet HEAD^ || printf '%040d' 0)",
  CI_COMMIT_BRANCH: '$NOODLE_BRANCH',
  CI_COMMIT_REF_NAME: '$NOODLE_BRANCH',
  CI_COMMIT_REF_SLUG: slugOf('$NOODLE_BRANCH'),
  CI_COMMIT_TITLE: '$(git log -1 --format=%s)',
  CI_COMMIT_MESSAGE: '$(git log -1 --format=%B)',
  CI_COMMIT_TIMESTAMP: '$(git log -1 --format=%cI)',
  CI_COMMIT_AUTHOR: "$(git log -1 --format='%an <%ae>')",
  CI_DEFAULT_BRANCH: 'main',
  CI_PIPELINE_ID: '$NOODLE_EXECUTION',
  CI_PIPELINE_IID: '1',
  CI_PIPELINE_SOURCE: 'push',
  CI_JOB_ID: '$NOODLE_EXECUTION-$NOODLE_STEP',
  GITLAB_USER_NAME: '$(git config user.name)',
  GITLAB_USER_EMAIL: '$(git config user.email)',
};
/** Empty on GitLab too, in a push to a branch. */
const absent = /^CI_(?:COMMIT_TAG|MERGE_REQUEST_|EXTERNAL_PULL_REQUEST_|OPEN_MERGE_REQUESTS)/;
const reference = /\$\{?([A-Za-z_]\w*)/g;

/** Values that name no other variable stay what they are. */
export function plainVariables(declared: Declared): Record<string, Scalar> {
  const plain = Object.entries(declared).filter(([, value]) => !namesOthers(value));
  return Object.fromEntries(plain.map(([name, value]) => [name, value ?? '']));
}

/** Sets what the command names, a variable after those that it names. */
export function variableLines({ name, job, command, declared }: VariablesInput): VariableLines {
  const known: Readonly<Record<string, string>> = {
    ...predefined,
    CI_JOB_NAME: escaped(name),
    CI_JOB_NAME_SLUG: slugOf(escaped(name)),
    CI_JOB_STAGE: escaped(job.stage),
    CI_JOB_STATUS: 'running',
  };
  const values = new Map(
    Object.entries(declared).flatMap(([key, value]) =>
      namesOthers(value) ? [[key, expandable(String(value))] as const] : [],
    ),
  );
  const isUnknown = (variable: string) =>
    /^(?:CI|GITLAB)_/.test(variable) && !Object.hasOwn(declared, variable) && !absent.test(variable);
  const valueOf = (variable: string) => {
    if (Object.hasOwn(declared, variable)) return values.get(variable);
    return Object.hasOwn(known, variable) ? known[variable] : undefined;
  };
  const lines = new Map<string, string>();
  const unknown = new Set<string>();
  const seen = new Set<string>();
  const add = (variable: string) => {
    if (seen.has(variable)) return;
    seen.add(variable);
    const value = valueOf(variable);
    if (value === undefined) {
      if (isUnknown(variable)) unknown.add(variable);
      return;
    }
    for (const other of namesIn(values.get(variable) ?? '')) add(other);
    lines.set(variable, `export ${variable}="${value}"`);
  };
  for (const variable of [...values.keys(), ...namesIn(command)]) add(variable);
  return { lines: [...lines.values()], unknown: [...unknown] };
}

/** A path below the project's folder, relative to it. */
export function projectPath(path: string): string {
  return path.replace(/^\$(?:CI_PROJECT_DIR|\{CI_PROJECT_DIR\})\//, '');
}

function namesIn(text: string): Set<string> {
  return new Set([...text.matchAll(reference)].map(([, name = '']) => name));
}

function namesOthers(value: Scalar | null | undefined): boolean {
  return typeof value === 'string' && value.includes('$');
}

/** In double quotes: names of variables are filled in as GitLab does, `$$` is a dollar, and nothing is run. */
function expandable(value: string): string {
  return value.replace(/\$\$|\$\{\w+\}|\$[A-Za-z_]\w*|[\\"`$]/g, (part) => {
    if (part === '$$') return '\\$';
    return part.length > 1 ? part : `\\${part}`;
  });
}

function escaped(text: string): string {
  return text.replace(/[\\"`$]/g, '\\$&');
}

function slugOf(text: string): string {
  return `$(printf %s "${text}" | tr '[:upper:]' '[:lower:]' | tr -c 'a-z0-9' - | cut -c1-63 | sed 's/^-*//; s/-*$//')`;
}
