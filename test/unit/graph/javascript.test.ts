import assert from 'node:assert/strict';
import { createJavaScriptExtractor } from '../../../agent/graph/extractors/javascript.ts';
import { createModuleParser } from '../../../agent/graph/extractors/module-record.ts';

const extractor = createJavaScriptExtractor(await createModuleParser());

/** The facts as `kind specifier`, sorted. */
function facts(text: string, file = 'src/file.ts'): string[] {
  return extractor
    .extract(file, text)
    .imports.map(({ kind, specifier }) => `${kind} ${specifier}`)
    .toSorted();
}

describe('facts of JavaScript and TypeScript', () => {
  it('are the modules that statements load', () => {
    const text =
      "import './a'; import b from './b'; b(); export * from './c'; export { d } from './d'; import e = require('./e'); import json from './f.json' with { type: 'json' }; json();";
    assert.deepEqual(facts(text), [
      'import ./a',
      'import ./b',
      'import ./f.json',
      'reexport ./c',
      'reexport ./d',
      'require ./e',
    ]);
  });

  it('tell imports of types from imports of values', () => {
    const text =
      "import type { A } from './a'; import { type B } from './b'; import { C } from './c'; export type { D } from './d'; let c: C; type E = import('./e').E; export type * from './f';";
    assert.deepEqual(facts(text), ['elidable ./b', 'elidable ./c', 'types ./a', 'types ./d', 'types ./e', 'types ./f']);
  });

  for (const [use, text] of [
    ['a call', "import { a } from './a'; a();"],
    ['a member', "import * as a from './a'; export const x: a.T = a.y;"],
    ['an element', "import { A } from './a'; export const x = <A />;"],
    ['a base class', "import { A } from './a'; export class B extends A {}"],
    ['an export of an alias', "import { A } from './a'; export default A;"],
    ['a shorthand property', "import { a } from './a'; export const x = { a };"],
    ['an enum initializer', "import { a } from './a'; export enum E { X = a }"],
    ['a default of a parameter', "import { a } from './a'; export function f(x: number = a) {}"],
    [
      'the metadata of a decorated class',
      "import { A } from './a'; @injectable() export class B { constructor(a: A) {} }",
    ],
  ] as const) {
    it(`see ${use} as a use of a value`, () => assert.deepEqual(facts(text, 'x.tsx'), ['import ./a']));
  }

  it('never drop an import of JavaScript', () => {
    assert.deepEqual(facts("import { a } from './a';", 'x.js'), ['import ./a']);
  });

  it('hold require in its forms', () => {
    const text =
      "const a = require('./a'); require.resolve('./b'); if (x) { require(`./c`); } const d = require(path.join(__dirname, '../d')); module.require('./e');";
    assert.deepEqual(facts(text, 'x.js'), [
      'path ../d',
      'require ../d',
      'require ./a',
      'require ./b',
      'require ./c',
      'require ./e',
    ]);
  });

  it('hold mocks, globs, workers and dynamic imports', () => {
    const text =
      "vi.mock('./a', () => ({})); jest.requireActual<typeof A>('./b'); import.meta.glob(['./c/*.ts', '!./c/no.ts']); new Worker(new URL('./d.ts', import.meta.url)); await import('./e'); import(`./f/${x}.js`); fork(path.join(__dirname, 'g.js'));";
    assert.deepEqual(facts(text, 'src/x.ts'), [
      'dynamic ./e',
      'glob ./c/*.ts',
      'glob ./f/**/*.js',
      'mock ./a',
      'mock ./b',
      'path d.ts',
      'path g.js',
    ]);
  });

  it('follow constants on their way to a path', () => {
    const text =
      "const here = path.dirname(fileURLToPath(import.meta.url)); const data = path.join(here, '..', 'data'); readFileSync(path.join(data, 'x.json')); readFileSync(`${here}/y/${name}`);";
    assert.deepEqual(facts(text), ['folder y/', 'path .', 'path ../data', 'path ../data/x.json']);
  });

  it('see the literals inside of what is computed', () => {
    assert.deepEqual(facts("path.join(find('../data/x.json'), 'b')", 'x.js'), ['mention ../data/x.json']);
  });

  it('leave out what stands in comments', () => {
    assert.deepEqual(
      facts(
        "// import './a'\n/* require('./b') */\n/** @example import { c } from './c' */\nexport const x = 1; // './d'",
      ),
      [],
    );
  });

  it('are not confused by regular expressions, templates and JSX text', () => {
    const text =
      "const r = /['\"`/*]/; const t = `a ${`b ${c}`} // x`; const j = <p>don't `quote /* me</p>; import { z } from './z'; z();";
    assert.deepEqual(facts(text, 'x.tsx'), ['import ./z']);
  });

  it('take an augmented module for a type, and no bare name in the text of a template', () => {
    const text =
      "import { a } from './a'; a();\ndeclare module '../m' { interface X {} }\nexpect(out).toBe(`const x = require(\"vue\"); require('./run')`);";
    assert.deepEqual(facts(text), ['import ./a', 'require ./run', 'types ../m']);
    assert.deepEqual(facts("const s = `require('lib')`;", 'x.js'), ['require lib']);
  });

  it('do not take the exec of a regular expression for a process', () => {
    assert.deepEqual(facts("const m = /x/.exec('text of words');", 'x.js'), []);
    assert.deepEqual(facts("execSync('tool run')", 'x.js'), ['command node', 'command run', 'command tool']);
  });

  it('name what cannot be known', () => {
    const { imports, notes } = extractor.extract('x.js', 'require(name); import(other);');
    assert.deepEqual(imports, []);
    assert.deepEqual(notes, [
      'loads a module whose name is computed: other',
      'loads a module whose name is computed: name',
    ]);
  });

  it('come from a search in a file that does not parse', () => {
    const found = extractor.extract(
      'x.ts',
      "import a from './a';\nconst x = ;\nimport { b } from './b';\nexport * from './c'; require('./d');",
    );
    assert.equal(found.isDamaged, true);
    assert.deepEqual(found.imports.map(({ specifier }) => specifier).toSorted(), ['./a', './b', './c', './d']);
  });

  it('come from the scripts of component files', () => {
    const vue =
      '<template><A/></template>\n<script setup lang="ts">\nimport A from \'./A.vue\';\nimport { T } from \'./t\';\n</script>\n<style src="./s.css"></style>';
    assert.deepEqual(facts(vue, 'x.vue'), ['import ./A.vue', 'import ./t', 'mention ./s.css']);
  });

  it('read JavaScript with Flow types and CommonJS with a return', () => {
    assert.deepEqual(
      facts(
        "// @flow\nimport type { T } from './t';\nimport { a } from './a';\nfunction f(x: T): number { return a(x); }",
        'x.js',
      ),
      ['import ./a', 'types ./t'],
    );
    assert.deepEqual(facts("if (x) return;\nrequire('./a');", 'x.js'), ['require ./a']);
  });
});

describe('symbols of JavaScript and TypeScript', () => {
  it('are functions, classes, methods and arrows with their lines', async () => {
    const text =
      'export function a() {\n}\nclass B {\n  m() {\n  }\n  #p = () => 1;\n}\nexport const c = async () => {\n};\nexport default function () {}\nexports.d = function () {};\n';
    assert.deepEqual(
      (await extractor.symbols('x.js', text)).map(
        ({ name, kind, startLine, endLine }) => `${kind} ${name} ${startLine}-${endLine}`,
      ),
      [
        'function a 1-2',
        'class B 3-7',
        'method B.m 4-5',
        'method B.#p 6-6',
        'function c 8-9',
        'function default 10-10',
        'function d 11-11',
      ],
    );
  });
});
