// The OpenAPI document: well-formed, complete, and the same as the one on record (UPDATE_GOLDEN=1 rewrites it).
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Validator } from '@seriousme/openapi-schema-validator';
import { operations } from '../../../agent/protocol/operations.ts';
import { openApiDocument } from '../../../agent/server/openapi.ts';

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly schema: Record<string, unknown>;
}

interface PathOperation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly required: boolean;
    readonly content: Record<string, { readonly schema: Record<string, unknown> }>;
  };
  readonly responses: Record<string, unknown>;
}

interface Document {
  readonly paths: Record<string, Record<string, PathOperation>>;
  readonly components: { readonly schemas: Record<string, unknown>; readonly responses: Record<string, unknown> };
}

const document = openApiDocument('0.0.0') as unknown as Document;
const golden = path.resolve(import.meta.dirname, '../../golden/openapi.json');

describe('The OpenAPI document', () => {
  it('is the one on record', () => {
    const text = `${JSON.stringify(document, null, 2)}\n`;
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, text);
    assert.equal(text, readFileSync(golden, 'utf8'), 'run with UPDATE_GOLDEN=1 when the change is meant');
  });

  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    const result = await validator.validate(structuredClone({ ...openApiDocument('0.0.0') }));
    assert.deepEqual([result.errors, result.valid, validator.version], [undefined, true, '3.1']);
  });

  it('has nothing that a linter finds', async () => {
    const config = await createConfig({
      extends: ['recommended'],
      // Of /alerts/{id}/… and /alerts/rules/{id} the methods differ, so no request fits both.
      rules: { 'no-ambiguous-paths': 'off' },
    });
    const problems = await lintFromString({ source: JSON.stringify(document), config });
    assert.deepEqual(
      problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer]),
      [],
    );
  });

  it('has every operation at its route', () => {
    for (const [name, { route }] of Object.entries(operations)) {
      const [method = '', below = ''] = route.split(' ');
      assert.equal(document.paths[`/api/cicd${below}`]?.[method.toLowerCase()]?.operationId, name);
    }
  });

  it('has the event stream', () => {
    assert.equal(document.paths['/api/cicd/events']?.['get']?.operationId, 'streamEvents');
  });

  it('refers to nothing that it does not hold', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)];
    assert.ok(references.length > 100);
    for (const [reference, kind = '', name = ''] of references) {
      const held = kind === 'schemas' ? document.components.schemas : document.components.responses;
      assert.ok(Object.hasOwn(held, name), reference);
    }
    assert.doesNotMatch(JSON.stringify(document), /\$defs/);
  });

  it('names every parameter of every path', () => {
    for (const [route, methods] of Object.entries(document.paths)) {
      for (const operation of Object.values(methods)) {
        const inPath = (operation.parameters ?? [])
          .filter((parameter) => parameter.in === 'path')
          .map(({ name }) => name);
        assert.deepEqual(
          inPath,
          [...route.matchAll(/\{(\w+)\}/g)].map((match) => match[1]),
        );
      }
    }
  });

  it('says what numbers in a query mean, and that they may be left out', () => {
    const limit = document.paths['/api/cicd/executions']?.['get']?.parameters?.[0];
    assert.deepEqual(limit, {
      name: 'limit',
      in: 'query',
      required: false,
      schema: { default: 50, type: 'integer', minimum: 1, maximum: 1000 },
    });
  });

  it('asks for a body only where one is needed, without what the path says', () => {
    assert.equal(document.paths['/api/cicd/runs']?.['post']?.requestBody?.required, false);
    assert.equal(document.paths['/api/cicd/stop']?.['post']?.requestBody, undefined);
    const record = document.paths['/api/cicd/metrics/{id}/record']?.['post']?.requestBody;
    assert.equal(record?.required, true);
    assert.deepEqual(Object.keys(record?.content['application/json']?.schema['properties'] ?? {}), ['value', 'tags', 'at']);
  });
});
