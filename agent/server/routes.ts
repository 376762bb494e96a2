// REST routes, made from the table of operations.
import { operations, type OperationName } from '../protocol/operations.ts';

export const apiPrefix = '/api/cicd';

export interface Route {
  readonly operation: OperationName;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the prefix: `/executions/{id}/status`. */
  readonly path: string;
  readonly segments: readonly string[];
  /** Names of the path's parameters, keys of the input. */
  readonly parameters: readonly string[];
}

/** Of a path, by their names. */
export type RouteParameters = Readonly<Record<string, string>>;

export type RouteMatch =
  | { readonly kind: 'found'; readonly route: Route; readonly parameters: Readonly<Record<string, string>> }
  | { readonly kind: 'wrong_method'; readonly allowed: readonly string[] }
  | { readonly kind: 'unknown' };

/** One route for each operation, in the order of the table. */
export function restRoutes(): readonly Route[] {
  return Object.entries(operations).map(([name, { route }]) => {
    const [method, path = ''] = route.split(' ');
    const segments = path.split('/').slice(1);
    return {
      // The entries of the table are its names; `route` has the form that its type says.
      operation: name as OperationName,
      method: method as Route['method'],
      path,
      segments,
      parameters: segments.filter(isParameter).map(parameterName),
    };
  });
}

/** Finds the route for a method and a path below the prefix. HEAD is answered as GET is. */
export function matchRoute(routes: readonly Route[], method: string, path: string): RouteMatch {
  const segments = path.split('/').slice(1);
  const fitting = routes.filter((route) => fits(route.segments, segments));
  if (fitting.length === 0) return { kind: 'unknown' };
  const route = fitting.find((candidate) => candidate.method === (method === 'HEAD' ? 'GET' : method));
  if (route === undefined) return { kind: 'wrong_method', allowed: allowedMethods(fitting) };
  const parameters = parametersOf(route, segments);
  return parameters === null ? { kind: 'unknown' } : { kind: 'found', route, parameters };
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  if (pattern.length !== segments.length) return false;
  return pattern.every((expected, index) =>
    isParameter(expected) ? segments[index] !== '' : expected === segments[index],
  );
}

function parametersOf(route: Route, segments: readonly string[]): Record<string, string> | null {
  const entries: [string, string][] = [];
  for (const [index, expected] of route.segments.entries()) {
    if (!isParameter(expected)) continue;
    const value = decoded(segments[index] ?? '');
    if (value === null) return null;
    entries.push([parameterName(expected), value]);
  }
  return Object.fromEntries(entries);
}

/**
 * Where what was created or started can be read: of what answers with an `executionId`, its status; of `POST /things` with
 * an answer that has an `id`, `/things/<id>`, or its summary; else the list of such things, or the summary of what
 * `POST /things/{id}/act` acted on. Null where there is nothing to read.
 */
export function locationOf({ path }: Pick<Route, 'path'>, parameters: RouteParameters, answer: unknown): string | null {
  if (typeof answer !== 'object' || answer === null) return null;
  if ('executionId' in answer)
    return `${apiPrefix}/executions/${encodeURIComponent(String(answer.executionId))}/status`;
  const readable = new Set(restRoutes().flatMap((route) => (route.method === 'GET' ? [route.path] : [])));
  const own = 'id' in answer ? [`${path}/{id}`, `${path}/{id}/summary`] : [];
  const found = [...own, path, path.replace(/\/\w+$/, '/summary')].find((each) => readable.has(each));
  if (found === undefined) return null;
  const named = 'id' in answer ? { ...parameters, id: String(answer.id) } : parameters;
  return `${apiPrefix}${found.replace(/\{(\w+)\}/g, (_whole, name: string) => encodeURIComponent(named[name] ?? ''))}`;
}

/** Null for a malformed percent-escape. */
export function decoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}

function allowedMethods(routes: readonly Route[]): readonly string[] {
  const methods = new Set<string>(routes.map((route) => route.method));
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods];
}

function isParameter(segment: string): boolean {
  return segment.startsWith('{') && segment.endsWith('}');
}

function parameterName(segment: string): string {
  return segment.slice(1, -1);
}
