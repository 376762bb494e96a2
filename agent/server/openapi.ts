// The OpenAPI 3.1 document, made from the table of operations.
import { z } from 'zod';
import { failureCatalogue, type FailureReason } from '../protocol/failure.ts';
import { operations, type OperationDeclaration } from '../protocol/operations.ts';
import { EventStreamQuery, eventsPath } from './event-stream.ts';
import { maximumKeyLength } from './idempotency.ts';
import { createSchemaWriter, type JsonSchema, type SchemaWriter } from './openapi-schemas.ts';
import { apiPrefix, restRoutes, type Route } from './routes.ts';

/** The document as plain JSON data. The same version gives the same document. */
export function openApiDocument(version: string): JsonSchema {
  const schemas = createSchemaWriter();
  const problem = schemas.reference('Problem');
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of restRoutes()) {
    const path = (paths[apiPrefix + route.path] ??= {});
    path[route.method.toLowerCase()] = operationObject(route, schemas);
  }
  paths[apiPrefix + eventsPath] = { get: eventStreamObject(schemas) };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Noodle CI/CD',
      version,
      description:
        'What the agent of a repository can be asked. JSON-RPC 2.0 over a WebSocket at /rpc offers the same operations as `noodle/<operationId>`, after `noodle/hello`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'The agent that served this document.' }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: "The token in the agent's lock file, which only the owner of the repository can read.",
        },
      },
      responses: {
        Problem: { description: 'A failure.', content: { 'application/problem+json': { schema: problem } } },
      },
      schemas: schemas.components(),
    },
  };
}

function operationObject(route: Route, schemas: SchemaWriter): JsonSchema {
  const declaration: OperationDeclaration = operations[route.operation];
  const inQuery =
    route.method === 'POST'
      ? []
      : Object.keys(declaration.input.shape).filter((key) => !route.parameters.includes(key));
  const parameters = [
    ...route.parameters.map((name) => parameterObject(name, { place: 'path', input: declaration.input, schemas })),
    ...inQuery.map((name) => parameterObject(name, { place: 'query', input: declaration.input, schemas })),
    ...headerParameters(route, declaration),
  ];
  const body = route.method === 'POST' ? bodyObject(route, declaration, schemas) : null;
  return {
    operationId: route.operation,
    summary: declaration.summary,
    description: `Needs the role ${declaration.role}.${declaration.audited ? ' Recorded in the audit trail.' : ''}`,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === null ? {} : { requestBody: body }),
    responses: { ...answerResponses(route, declaration, schemas), ...problemResponses(route) },
  };
}

/** What an operation answers when it went well, by status. */
function answerResponses(route: Route, { effect, output }: OperationDeclaration, schemas: SchemaWriter): JsonSchema {
  const content = { 'application/json': { schema: schemas.output(output) } };
  const location = { Location: { description: 'Where it can be read.', schema: { type: 'string' } } };
  switch (effect) {
    case 'creates':
      return { 201: { description: 'It was made.', headers: location, content } };
    case 'executes':
      return { 202: { description: 'It goes on; the execution can be followed.', headers: location, content } };
    default:
  }
  if (route.method !== 'GET') return { 200: { description: 'The answer.', content } };
  const tag = { ETag: { description: 'Changes when the answer does.', schema: { type: 'string' } } };
  return {
    200: { description: 'The answer.', headers: tag, content },
    304: { description: 'It is as If-None-Match says.', headers: tag },
  };
}

/** Of what takes an idempotency key, and of what has an entity tag. */
function headerParameters(route: Route, { effect }: OperationDeclaration): JsonSchema[] {
  const header = (name: string, description: string, schema: JsonSchema) => [
    { name, in: 'header', required: false, description, schema },
  ];
  if (effect !== undefined)
    return header(
      'Idempotency-Key',
      'Any text of yours: the same request sent again with it within a day is answered again and not done again.',
      { type: 'string', minLength: 1, maxLength: maximumKeyLength },
    );
  return route.method === 'GET'
    ? header('If-None-Match', 'The entity tag of an earlier answer.', { type: 'string' })
    : [];
}

interface ParameterOptions {
  readonly place: 'path' | 'query';
  readonly input: OperationDeclaration['input'];
  readonly schemas: SchemaWriter;
}

function parameterObject(name: string, { place, input, schemas }: ParameterOptions): JsonSchema {
  const schema = input.shape[name];
  if (schema === undefined) throw new Error(`the route names the parameter ${name}, which its input does not have`);
  const written = schemas.input(z.object({ [name]: schema }));
  // An object schema has a schema for each of its keys.
  const { description, ...property } = (written['properties'] as Record<string, Record<string, unknown>>)[name] ?? {};
  return {
    name,
    in: place,
    required: place === 'path' || isRequired(written, name),
    ...(description === undefined ? {} : { description }),
    schema: property,
  };
}

function bodyObject(route: Route, { input }: OperationDeclaration, schemas: SchemaWriter): JsonSchema | null {
  const shape = Object.entries(input.shape).filter(([name]) => !route.parameters.includes(name));
  if (shape.length === 0) return null;
  const schema = schemas.input(z.strictObject(Object.fromEntries(shape)));
  return { required: shape.some(([name]) => isRequired(schema, name)), content: { 'application/json': { schema } } };
}

function isRequired(schema: JsonSchema, name: string): boolean {
  return Array.isArray(schema['required']) && schema['required'].includes(name);
}

/** What every operation can answer, by status, and `default` for the failures of its own. */
function problemResponses(route: Route): Record<string, JsonSchema> {
  const reasons: FailureReason[] = [
    'invalid_input',
    'unauthorized',
    'forbidden',
    'not_found',
    'rate_limited',
    'too_large',
    'conflict',
    'unknown_revision',
    'internal',
  ];
  if (route.method === 'POST') reasons.push('wrong_content_type');
  const problem = { $ref: '#/components/responses/Problem' };
  const statuses = reasons.map((reason) => [String(failureCatalogue[reason].httpStatus), problem]);
  return { ...Object.fromEntries(statuses), default: problem };
}

function eventStreamObject(schemas: SchemaWriter): JsonSchema {
  const parameters = Object.keys(EventStreamQuery.shape).map((name) =>
    parameterObject(name, { place: 'query', input: EventStreamQuery, schemas }),
  );
  return {
    operationId: 'streamEvents',
    summary: 'Every change of state as it happens, as server-sent events: each `data` is one event.',
    description: 'Needs the role viewer. Comments come in between, so that both sides notice when the other is gone.',
    parameters,
    responses: {
      200: {
        description: 'A stream that lasts until either side ends it.',
        content: { 'text/event-stream': { schema: schemas.reference('NoodleEvent') } },
      },
      ...problemResponses({
        operation: 'getAgentStatus',
        method: 'GET',
        path: eventsPath,
        segments: [],
        parameters: [],
      }),
    },
  };
}
