// Whether answers are what the OpenAPI document promises: by the document alone, as a program that knows nothing else would.
import assert from 'node:assert/strict';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { operations, type OperationName } from '../../agent/protocol/operations.ts';

export interface DocumentedAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: unknown;
}

interface Response {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, unknown>>;
}

export interface OpenApi {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, Response>> }>>>
  >;
  readonly components: { readonly responses: Readonly<Record<string, Response>> };
}

/** Fails for an answer that the document of the agent does not have. */
export function createDocumentCheck(document: OpenApi): (operation: OperationName, answer: DocumentedAnswer) => void {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  // The package is CommonJS: what it exports stands one level lower where types do not see it.
  addFormats.default(ajv);
  ajv.addSchema(document, 'openapi');
  const validators = new Map<string, ValidateFunction>();
  const validatorAt = (pointer: string): ValidateFunction => {
    const known = validators.get(pointer) ?? ajv.compile({ $ref: `openapi${pointer}` });
    validators.set(pointer, known);
    return known;
  };
  return (operation, { status, contentType, body }) => {
    const [method = '', below = ''] = operations[operation].route.split(' ');
    const path = `/api/cicd${below}`;
    const text = `${operation}: ${status} ${contentType} ${JSON.stringify(body).slice(0, 500)}`;
    const { responses } = document.paths[path]?.[method.toLowerCase()] ?? { responses: {} };
    const code = String(status);
    const response = responses[code] ?? (status >= 400 ? responses['default'] : undefined);
    assert.ok(response !== undefined, `${text}: it has only ${Object.keys(responses).join(', ')}`);
    const pointer = response.$ref ?? `#/paths/${encoded(path)}/${method.toLowerCase()}/responses/${code}`;
    const content = response.$ref === undefined ? response.content : document.components.responses['Problem']?.content;
    const [type = ''] = Object.keys(content ?? {});
    assert.equal(contentType.split(';')[0], type, text);
    const isValid = validatorAt(`${pointer}/content/${encoded(type)}/schema`);
    assert.ok(isValid(body), `${text}: ${ajv.errorsText(isValid.errors)}`);
  };
}

function encoded(segment: string): string {
  return encodeURIComponent(segment.replaceAll('~', '~0').replaceAll('/', '~1'));
}
