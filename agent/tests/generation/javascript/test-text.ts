// Tests as text, in the style of the project's own: its framework, its way to import, its assertions.
import path from 'node:path';
import type { Candidate, Law, Outcome } from '../candidate.ts';
import type { ComposedTests, Subject, TestPlace } from '../language.ts';
import { isTyped, recorderText } from './source.ts';

/** A file of tests, one for each candidate, with a comment above each. */
export function composeJavaScript(
  subject: Subject,
  place: TestPlace,
  candidates: readonly Candidate[],
  comments: readonly string[],
): ComposedTests {
  const style = styleOf(place);
  const titles = uniqueTitles(candidates.map((candidate) => titleOf(subject, candidate)));
  const tests = candidates.map((candidate, index) => {
    const comment = comments[index] === undefined ? '' : `  // ${comments[index]}\n`;
    const isAsync =
      candidate.kind === 'written'
        ? /\bawait\b/.test(candidate.body)
        : candidate.kind === 'example' && candidate.outcome.isAsync;
    const body = bodyOf(subject, candidate, style);
    return `${comment}  ${style.test}(${quoted(titles[index] ?? '')}, ${isAsync ? 'async ' : ''}() => {\n    ${body}\n  });`;
  });
  const usesFastCheck = candidates.some(({ kind }) => kind === 'law');
  const head = [
    ...style.head,
    ...(usesFastCheck ? [style.isModule ? "import fc from 'fast-check';" : "const fc = require('fast-check');"] : []),
    importText(subject, place, style),
  ];
  return {
    text: `${head.join('\n')}\n\n${style.suite}(${quoted(subject.name)}, () => {\n${tests.join('\n\n')}\n});\n`,
    titles,
  };
}

function bodyOf(subject: Subject, candidate: Candidate, style: Style): string {
  if (candidate.kind === 'law') return lawText(subject, candidate, style);
  if (candidate.kind === 'example') return exampleText(subject, candidate, style);
  // What stands in a template over several lines must stay as it is.
  return candidate.body.includes('`') ? candidate.body : candidate.body.replaceAll(/\n(?=[^\n])/g, '\n    ');
}

/** One test that calls the function with everything, and writes down what comes of it. */
export function probeJavaScript(
  subject: Subject,
  place: TestPlace,
  calls: readonly (readonly string[])[],
  { recorder, report }: { readonly recorder: string; readonly report: string },
): string {
  const style = styleOf(place);
  const makers = calls.map((args) => `    () => [${args.join(', ')}],`).join('\n');
  const open = `${isTyped(place.path) ? '// @ts-nocheck\n' : ''}${style.head.join('\n')}\n${importText(subject, place, style)}`;
  const work = `await __noodle.probe(${subject.name}, [\n${makers}\n  ]);`;
  const test = {
    mocha: `${style.test}('noodle', async function () {\n  this.timeout(120000);\n  ${work}\n});`,
    'node:test': `${style.test}('noodle', async () => {\n  ${work}\n});`,
    other: `${style.test}('noodle', async () => {\n  ${work}\n}, 120000);`,
  };
  const chosen = place.framework === 'mocha' || place.framework === 'node:test' ? test[place.framework] : test.other;
  return `${open}\n${recorderText(recorder, report)}\n${style.suite}('noodle', () => {\n${chosen}\n});\n`;
}

interface Style {
  readonly isModule: boolean;
  readonly suite: string;
  readonly test: string;
  readonly head: readonly string[];
  readonly usesExpect: boolean;
}

function styleOf({ framework, example, isModule: isModuleByDefault }: TestPlace): Style {
  const text = example?.text ?? '';
  const isModule = /^\s*(?:import\s[^(]|export\s)/m.test(text) || (!/\brequire\(/.test(text) && isModuleByDefault);
  const bring = (names: string, from: string) =>
    isModule ? `import ${names} from '${from}';` : `const ${names} = require('${from}');`;
  const usesExpect = framework === 'vitest' || framework === 'jest';
  const [suite, test] = wordsOf(framework, text);
  const head = [
    ...(framework === 'vitest' ? [bring(`{ describe, expect, ${test} }`, 'vitest')] : []),
    ...(framework === 'node:test' ? [bring(`{ describe, ${test} }`, 'node:test')] : []),
    ...(usesExpect ? [] : [bring('assert', 'node:assert/strict')]),
  ];
  return { isModule, suite, test, head, usesExpect };
}

/** `describe` and `it`, or what the example says. */
function wordsOf(framework: TestPlace['framework'], example: string): readonly [suite: string, test: string] {
  const saysTest = /^\s*test\(/m.test(example);
  if (framework === 'mocha') return /^\s*suite\(/m.test(example) ? ['suite', 'test'] : ['describe', 'it'];
  return ['describe', saysTest ? 'test' : 'it'];
}

function importText(
  { file, name, exportedAs }: Subject,
  { path: own, example }: TestPlace,
  { isModule }: Style,
): string {
  const specifier = specifierFor(file, own, example?.text ?? null);
  if (exportedAs === 'default')
    return isModule ? `import ${name} from '${specifier}';` : `const ${name} = require('${specifier}');`;
  if (isModule) return `import { ${exportedAs === name ? name : `${exportedAs} as ${name}`} } from '${specifier}';`;
  return `const { ${exportedAs === name ? name : `${exportedAs}: ${name}`} } = require('${specifier}');`;
}

/** Relative, with the extension that the example's relative imports have. */
function specifierFor(file: string, own: string, example: string | null): string {
  const relative = path.posix.relative(path.posix.dirname(own), file);
  const full = relative.startsWith('.') ? relative : `./${relative}`;
  const shown = [...(example ?? '').matchAll(/(?:from|require\(|import)\s*['"](\.{1,2}\/[^'"]+)['"]/g)].map(
    (match) => match[1] ?? '',
  );
  const extension = shown.map((each) => /\.[cm]?[jt]sx?$/.exec(each)?.[0] ?? '');
  const bare = full.replace(/\.[cm]?[jt]sx?$/, '');
  if (example === null || shown.length === 0 || /\.[cm]js$/.test(file)) return full;
  if (extension.includes('') && !extension.some((each) => each !== '')) return bare.replace(/\/index$/, '') || bare;
  return isTyped(file) && !extension.some((each) => each.includes('t')) ? `${bare}.js` : full;
}

function titleOf({ name }: Subject, candidate: Candidate): string {
  if (candidate.kind === 'written')
    return shortened(candidate.title === '' ? `${name} does as it did` : candidate.title, 80);
  if (candidate.kind === 'law')
    return {
      commutative: `${name} does not depend on the order of its arguments`,
      idempotent: `${name} changes nothing the second time`,
      involution: `${name} undoes itself`,
    }[candidate.law];
  const call = shortened(`${name}(${candidate.call.args.join(', ')})`, 60);
  const { outcome } = candidate;
  if (outcome.kind === 'error') return `${call} throws ${outcome.name}`;
  return `${call} is ${shortened(outcome.literal, 40)}`;
}

function shortened(text: string, most: number): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`;
}

function uniqueTitles(titles: readonly string[]): string[] {
  const counts = new Map<string, number>();
  return titles.map((title) => {
    const count = (counts.get(title) ?? 0) + 1;
    counts.set(title, count);
    return count === 1 ? title : `${title} (${count})`;
  });
}

function exampleText(
  { name }: Subject,
  { call, outcome }: Extract<Candidate, { kind: 'example' }>,
  style: Style,
): string {
  const plain = `${name}(${call.args.join(', ')})`;
  if (outcome.kind === 'error') return errorText(plain, outcome, style);
  const called = outcome.isIterator ? `[...${plain}]` : outcome.isAsync ? `await ${plain}` : plain;
  const isPlain = !/^[[{]/.test(outcome.literal);
  if (style.usesExpect) return `expect(${called}).${isPlain ? 'toBe' : 'toStrictEqual'}(${outcome.literal});`;
  return `assert.${isPlain ? 'strictEqual' : 'deepStrictEqual'}(${called}, ${outcome.literal});`;
}

function errorText(
  call: string,
  { message, isAsync }: Extract<Outcome, { kind: 'error' }>,
  { usesExpect }: Style,
): string {
  const text = quoted(message);
  if (usesExpect)
    return isAsync ? `await expect(${call}).rejects.toThrow(${text});` : `expect(() => ${call}).toThrow(${text});`;
  return isAsync
    ? `await assert.rejects(${call}, { message: ${text} });`
    : `assert.throws(() => ${call}, { message: ${text} });`;
}

const sides: Readonly<Record<Law, (name: string) => readonly [parameters: string, actual: string, expected: string]>> =
  {
    commutative: (name) => ['a, b', `${name}(a, b)`, `${name}(b, a)`],
    idempotent: (name) => ['value', `${name}(${name}(value))`, `${name}(value)`],
    involution: (name) => ['value', `${name}(${name}(value))`, 'value'],
  };

function lawText(
  { name }: Subject,
  { law, arbitraries }: Extract<Candidate, { kind: 'law' }>,
  { usesExpect }: Style,
): string {
  const [parameters, actual, expected] = sides[law](name);
  const assertion = usesExpect
    ? `expect(${actual}).toStrictEqual(${expected});`
    : `assert.deepStrictEqual(${actual}, ${expected});`;
  return `fc.assert(\n      fc.property(${arbitraries.join(', ')}, (${parameters}) => {\n        ${assertion}\n      }),\n    );`;
}

function quoted(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${inner}'`;
}
