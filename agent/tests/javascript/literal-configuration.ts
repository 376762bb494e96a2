// Reads the literal parts of a configuration that is a program: `export default defineConfig({ test: { include: ['…'] } })`.
import { parseSync, type Expression, type ObjectExpression, type Program } from 'oxc-parser';

/** What the program exports by default, as far as it is written down; what is computed is left out. Null: nothing found. */
export function literalConfiguration(file: string, text: string): unknown {
  const program = parse(file, text);
  if (program === null) return null;
  const constants = new Map<string, Expression>();
  let exported: Expression | null = null;
  for (const statement of program.body) {
    if (statement.type === 'VariableDeclaration') {
      for (const { id, init } of statement.declarations)
        if (id.type === 'Identifier' && init !== null) constants.set(id.name, init);
    }
    if (statement.type === 'ExportDefaultDeclaration') exported = asExpression(statement.declaration);
    if (statement.type === 'ExpressionStatement') exported = moduleExports(statement.expression) ?? exported;
  }
  return exported === null ? null : valueOf(exported, { constants, depth: 0 });
}

function parse(file: string, text: string): Program | null {
  try {
    return parseSync(file, text).program;
  } catch {
    return null;
  }
}

function asExpression(declaration: { type: string }): Expression | null {
  // What `export default` takes besides declarations of functions and classes is an expression.
  return declaration.type.endsWith('Declaration') ? null : (declaration as Expression);
}

function moduleExports(expression: Expression): Expression | null {
  if (expression.type !== 'AssignmentExpression') return null;
  const { left, right } = expression;
  if (left.type !== 'MemberExpression' || left.object.type !== 'Identifier' || left.property.type !== 'Identifier')
    return null;
  return left.object.name === 'module' && left.property.name === 'exports' ? right : null;
}

interface Scope {
  readonly constants: ReadonlyMap<string, Expression>;
  readonly depth: number;
}

/** The value of an expression; undefined where it is not known. */
function valueOf(expression: Expression, scope: Scope): unknown {
  if (scope.depth > 40) return undefined;
  const inner = { ...scope, depth: scope.depth + 1 };
  switch (expression.type) {
    case 'Literal':
      return 'regex' in expression ? undefined : expression.value;
    case 'TemplateLiteral':
      return expression.expressions.length === 0 ? expression.quasis[0]?.value.cooked : undefined;
    case 'ArrayExpression':
      return expression.elements.flatMap((element) => elementValues(element, inner));
    case 'ObjectExpression':
      return objectValue(expression, inner);
    case 'CallExpression':
      return callValue(expression.arguments, inner);
    default:
      return indirectValue(expression, inner);
  }
}

/** The value of what stands for another expression. */
function indirectValue(expression: Expression, scope: Scope): unknown {
  switch (expression.type) {
    case 'Identifier': {
      const constant = scope.constants.get(expression.name);
      return constant === undefined ? undefined : valueOf(constant, scope);
    }
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'ParenthesizedExpression':
      return valueOf(expression.expression, scope);
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
      return functionValue(expression.body, scope);
    default:
      return undefined;
  }
}

type Element = Extract<Expression, { type: 'ArrayExpression' }>['elements'][number];

function elementValues(element: Element, scope: Scope): unknown[] {
  if (element === null) return [];
  if (element.type !== 'SpreadElement') {
    const value = valueOf(element, scope);
    return value === undefined ? [] : [value];
  }
  const spread = valueOf(element.argument, scope);
  return Array.isArray(spread) ? spread : [];
}

function objectValue(expression: ObjectExpression, scope: Scope): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const property of expression.properties) {
    if (property.type === 'SpreadElement') {
      const spread = valueOf(property.argument, scope);
      if (typeof spread === 'object' && spread !== null) Object.assign(object, spread);
      continue;
    }
    const { key } = property;
    const name = key.type === 'Identifier' ? key.name : key.type === 'Literal' ? String(key.value) : null;
    if (name === null || property.computed) continue;
    const value = valueOf(property.value, scope);
    if (value !== undefined) object[name] = value;
  }
  return object;
}

/** `defineConfig({…})`, `mergeConfig(base, {…})`: the arguments laid over each other. */
function callValue(args: Extract<Expression, { type: 'CallExpression' }>['arguments'], scope: Scope): unknown {
  const values = args.flatMap((argument) => (argument.type === 'SpreadElement' ? [] : [valueOf(argument, scope)]));
  const objects = values.filter((value) => typeof value === 'object' && value !== null && !Array.isArray(value));
  return objects.length === 0 ? undefined : Object.assign({}, ...objects);
}

function functionValue(
  body: Extract<Expression, { type: 'ArrowFunctionExpression' }>['body'] | null,
  scope: Scope,
): unknown {
  if (body === null) return undefined;
  if (body.type !== 'BlockStatement') return valueOf(body, scope);
  for (const statement of body.body) {
    if (statement.type === 'ReturnStatement' && statement.argument !== null) return valueOf(statement.argument, scope);
  }
  return undefined;
}
