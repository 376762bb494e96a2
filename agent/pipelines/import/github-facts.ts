// What expressions of a workflow can know here: a local run stands for a push of the branch that is checked out.
import type { Scope } from './github-scope.ts';
import { thisRepository, type Evaluated, type LookUp } from './github-evaluate.ts';

/** The facts for one combination of a job's matrix. */
export function githubFacts(
  { event, system, inputs }: Pick<Scope, 'event' | 'system' | 'inputs'>,
  matrix: Readonly<Record<string, unknown>>,
): LookUp {
  const known: Readonly<Record<string, unknown>> = {
    'github.event_name': event,
    'github.repository': thisRepository,
    'github.repository_owner': thisRepository,
    'github.ref_type': 'branch',
    'github.base_ref': '',
    'github.head_ref': '',
    'github.server_url': 'https://github.com',
    'github.run_attempt': 1,
    'runner.os': system,
    'runner.arch': process.arch.toUpperCase(),
    'runner.environment': 'self-hosted',
    'strategy.job-index': 0,
  };
  return (path) => {
    const [top = '', ...rest] = path;
    if (top === 'matrix') return { known: true, value: valueAt(matrix, rest) };
    if (top === 'inputs') return inputValue(inputs[rest[0] ?? '']);
    // Nothing is ever found in a cache that is not there.
    if (top === 'steps' && rest.at(-1) === 'cache-hit') return { known: true, value: '' };
    if (top === 'vars') return { known: true, value: null };
    if (top === 'github' && rest[0] === 'event') return eventValue(rest.slice(1), inputs);
    const name = path.join('.');
    return Object.hasOwn(known, name) ? { known: true, value: known[name] } : { known: false };
  };
}

/** A push by hand has no pull request, no release and no label. */
function eventValue([first, ...rest]: readonly string[], inputs: Readonly<Record<string, string>>): Evaluated {
  if (first === 'inputs') return inputValue(inputs[rest[0] ?? '']);
  return { known: true, value: null };
}

/** What a caller computes while it runs is not known beforehand. */
function inputValue(text = ''): Evaluated {
  return text.includes('${{') ? { known: false } : { known: true, value: text };
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, key)
        ? (at as Readonly<Record<string, unknown>>)[key]
        : null,
    value,
  );
}
