// What is read out of a JavaScript or TypeScript file for the generation of tests.
import assert from 'node:assert/strict';
import { callsFor } from '../../../../agent/tests/generation/candidates.ts';
import { javascriptLanguage } from '../../../../agent/tests/generation/javascript/javascript.ts';
import { RepoPath } from '../../../../agent/protocol/ids.ts';
import type { Subject } from '../../../../agent/tests/generation/language.ts';

const language = javascriptLanguage('/runners');

async function subjectsOf(text: string, file = 'src/a.ts'): Promise<readonly Subject[]> {
  const source = await language.read(RepoPath.parse(file), text);
  assert.ok(source.ok);
  return source.value.subjects;
}

describe('functions under test of JavaScript', () => {
  const forms: readonly (readonly [text: string, exported: string, name: string, file?: string])[] = [
    ['export function f(a: number) { return a; }', 'f', 'f'],
    ['export const f = (a: number) => a;', 'f', 'f'],
    ['function f(a: number) { return a; }\nexport { f as g };', 'g', 'f'],
    ['export default function f(a: number) { return a; }', 'default', 'f'],
    ['export default (a: number) => a;', 'default', 'a'],
    ['function f(a) { return a; }\nmodule.exports = { f };', 'f', 'f', 'src/a.js'],
    ['exports.f = function (a) { return a; };', 'f', 'f', 'src/a.js'],
    ['function f(a) { return a; }\nmodule.exports = f;', 'default', 'f', 'src/a.js'],
  ];
  for (const [text, exported, name, file] of forms) {
    it(`are found in: ${text.replaceAll('\n', ' ')}`, async () => {
      const subjects = await subjectsOf(text, file);
      assert.deepEqual(
        subjects.map((each) => [each.exportedAs, each.name]),
        [[exported, name]],
      );
    });
  }

  it('are not those that others cannot import, nor declarations without a body', async () => {
    const source = await language.read(
      RepoPath.parse('src/a.ts'),
      'function inner() {}\nexport function f(a: string): void;\nexport function f(a: unknown) {}\nexport const n = 1;',
    );
    assert.ok(source.ok);
    assert.deepEqual(
      [source.value.subjects.map(({ name, startLine }) => [name, startLine]), source.value.hidden],
      [[['f', 3]], ['inner']],
    );
  });

  it('tell what they take', async () => {
    const [subject] = await subjectsOf(
      "interface Line { price: number; note?: string }\nexport function f(kind: 'a' | 'b', lines: readonly Line[], share = 0.5, ...rest: string[]) {}",
    );
    assert.ok(subject !== undefined);
    assert.deepEqual(
      subject.parameters.map(({ name, isOptional, isRest, shape }) => [
        name,
        isOptional,
        isRest,
        language.edgesOf(shape)[0],
      ]),
      [
        ['kind', false, false, "'a'"],
        ['lines', false, false, '[{ price: 1 }]'],
        ['share', true, false, '1'],
        ['rest', true, true, "'a'"],
      ],
    );
  });

  it('have faults that still parse, each in its line', async () => {
    const text = "export function f(a: number) {\n  if (a < 1 && !g(a)) return 'x';\n  a++;\n  return a + 2;\n}\n";
    const [subject] = await subjectsOf(text);
    const changed = (subject?.faults ?? []).map((fault) => {
      const faulty = text.slice(0, fault.start) + fault.text + text.slice(fault.end);
      return (faulty.split('\n')[fault.line - 1] ?? '').trim();
    });
    for (const expected of [
      "if (a <= 1 && !g(a)) return 'x';",
      "if (a < 1 || !g(a)) return 'x';",
      "if (a < 1 && g(a)) return 'x';",
      "if (!(a < 1 && !g(a))) return 'x';",
      'if (a < 1 && !g(a)) return undefined;',
      'a--;',
      'return a - 2;',
      'return a + 3;',
    ])
      assert.ok(changed.includes(expected), `${expected} is not among ${changed.join(' | ')}`);
  });

  it('are instrumented in the line in which they stand, behind directives', async () => {
    const text = "'use strict';\nfunction f(a) {\n  return a;\n}\nmodule.exports = f;\n";
    const [subject] = await subjectsOf(text, 'src/a.js');
    assert.ok(subject !== undefined);
    const lines = language.instrument(text, subject, '/report').split('\n');
    assert.equal(lines[0], "'use strict';");
    assert.match(lines[1] ?? '', /__noodle = .*f = __noodle\.record\(f\);$/);
    assert.equal(lines[3], '  __noodle.hit(3);return a;');
  });

  it('are called with what was recorded first, then with values at the edges, each once', async () => {
    const [subject] = await subjectsOf('export function f(a: boolean, b) {}');
    assert.ok(subject !== undefined);
    const calls = callsFor(
      subject,
      [
        ['true', '5'],
        ['true', '5'],
      ],
      language,
    );
    assert.deepEqual(calls[0], { args: ['true', '5'], origin: 'recorded' });
    const texts = calls.map(({ args }) => args.join(', '));
    assert.equal(new Set(texts).size, texts.length);
    assert.ok(texts.includes('false, -1'));
    assert.deepEqual(callsFor(subject, [], language), []);
  });
});
