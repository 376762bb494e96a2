// Tests of Python as text, for pytest or unittest.
import path from 'node:path';
import type { Candidate, Law } from '../candidate.ts';
import type { ComposedTests, Subject, TestPlace } from '../language.ts';

/** The dotted name of a module, and the folder that it counts from. */
export function moduleOf(
  file: string,
  exists: (file: string) => boolean,
): { readonly module: string; readonly root: string } {
  let root = path.posix.dirname(file);
  while (root !== '.' && exists(`${root}/__init__.py`)) root = path.posix.dirname(root);
  const relative = path.posix.relative(root, file).replace(/(?:\/__init__)?\.py$/, '');
  return { module: relative.replaceAll('/', '.'), root: root === '.' ? '' : root };
}

export function composePython(
  subject: Subject,
  { place, module }: { readonly place: TestPlace; readonly module: string },
  candidates: readonly Candidate[],
  comments: readonly string[],
): ComposedTests {
  const isUnittest = place.framework === 'unittest';
  const titles = uniqueNames(candidates.map((candidate, index) => `test_${subject.name}_${nameOf(candidate, index)}`));
  const tests = candidates.map((candidate, index) => {
    const title = titles[index] ?? '';
    const comment = comments[index] === undefined ? [] : [`# ${comments[index]}`];
    const lines =
      candidate.kind === 'law'
        ? lawLines(subject, candidate, { title, isUnittest })
        : [...headLine(title, isUnittest), ...bodyLines(subject, candidate, isUnittest)];
    return [...comment, ...lines].map((line) => (isUnittest ? `    ${line}` : line)).join('\n');
  });
  const head = headOf(candidates, { isUnittest, imported: `from ${module} import ${subject.name}` });
  const body = isUnittest
    ? `class Test${pascal(subject.name)}(unittest.TestCase):\n${tests.join('\n\n')}`
    : tests.join('\n\n\n');
  return { text: `${head}\n\n\n${body}\n`, titles };
}

export function probePython(
  { name }: Subject,
  { framework }: TestPlace,
  {
    calls,
    report,
    runnerFolder,
    module,
  }: { calls: readonly (readonly string[])[]; report: string; runnerFolder: string; module: string },
): string {
  const makers = calls.map((args) => `        lambda: [${args.join(', ')}],`).join('\n');
  const work = `noodle_generation.recorder(${JSON.stringify(report)}).probe(${name}, [\n${makers}\n    ])`;
  const head = `import sys\nimport unittest\nfrom ${module} import ${name}\nsys.path.append(${JSON.stringify(runnerFolder)})\nimport noodle_generation\n\n`;
  if (framework === 'unittest')
    return `${head}class TestNoodle(unittest.TestCase):\n    def test_noodle(self):\n        ${work}\n`;
  return `${head}def test_noodle():\n    ${work}\n`;
}

function headOf(
  candidates: readonly Candidate[],
  { isUnittest, imported }: { isUnittest: boolean; imported: string },
): string {
  const examples = candidates.flatMap((candidate) => (candidate.kind === 'example' ? [candidate.outcome] : []));
  const mentions = (word: string) => candidates.some((each) => each.kind === 'written' && each.body.includes(word));
  const raises = examples.some(({ kind }) => kind === 'error') || mentions('pytest.');
  const standard = [
    ...(examples.some(({ isAsync }) => isAsync) || mentions('asyncio.') ? ['import asyncio'] : []),
    ...(isUnittest ? ['import unittest'] : []),
  ];
  const installed = [
    ...(raises && !isUnittest ? ['import pytest'] : []),
    ...(candidates.some(({ kind }) => kind === 'law') ? ['from hypothesis import given, strategies as st'] : []),
  ];
  return [standard, installed, [imported]]
    .filter((group) => group.length > 0)
    .map((group) => group.join('\n'))
    .join('\n\n');
}

function bodyLines(subject: Subject, candidate: Exclude<Candidate, { kind: 'law' }>, isUnittest: boolean): string[] {
  if (candidate.kind === 'example') return exampleLines(subject, candidate, isUnittest);
  return candidate.body.split('\n').map((line) => (line === '' ? '' : `    ${line}`));
}

/** The end of a test's name, made of what it says of itself where it says something. */
function nameOf(candidate: Candidate, index: number): string {
  if (candidate.kind === 'law') return lawNames[candidate.law];
  const words = candidate.kind === 'written' ? candidate.title.toLowerCase().match(/[a-z0-9]+/g) : null;
  return words === null ? String(index + 1) : words.join('_').slice(0, 50);
}

function uniqueNames(names: readonly string[]): string[] {
  return names.map((name, index) => (names.indexOf(name) === index ? name : `${name}_${index + 1}`));
}

function headLine(title: string, isUnittest: boolean): string[] {
  return [`def ${title}(${isUnittest ? 'self' : ''}):`];
}

function exampleLines(
  { name }: Subject,
  { call, outcome }: Extract<Candidate, { kind: 'example' }>,
  isUnittest: boolean,
): string[] {
  const plain = `${name}(${call.args.join(', ')})`;
  if (outcome.kind === 'error')
    return [`    with ${isUnittest ? 'self.assertRaises' : 'pytest.raises'}(${outcome.name}):`, `        ${plain}`];
  const called = outcome.isIterator ? `list(${plain})` : outcome.isAsync ? `asyncio.run(${plain})` : plain;
  const isSingle = /^(?:None|True|False)$/.test(outcome.literal);
  if (isUnittest) return [`    self.${isSingle ? 'assertIs' : 'assertEqual'}(${called}, ${outcome.literal})`];
  return [`    assert ${called} ${isSingle ? 'is' : '=='} ${outcome.literal}`];
}

const lawNames: Readonly<Record<Law, string>> = {
  commutative: 'does_not_depend_on_order',
  idempotent: 'changes_nothing_the_second_time',
  involution: 'undoes_itself',
};

function lawLines(
  { name }: Subject,
  { law, arbitraries }: Extract<Candidate, { kind: 'law' }>,
  { title, isUnittest }: { title: string; isUnittest: boolean },
): string[] {
  const sides: Readonly<Record<Law, readonly [parameters: string, actual: string, expected: string]>> = {
    commutative: ['a, b', `${name}(a, b)`, `${name}(b, a)`],
    idempotent: ['value', `${name}(${name}(value))`, `${name}(value)`],
    involution: ['value', `${name}(${name}(value))`, 'value'],
  };
  const [parameters, actual, expected] = sides[law];
  const assertion = isUnittest ? `self.assertEqual(${actual}, ${expected})` : `assert ${actual} == ${expected}`;
  return [
    `@given(${arbitraries.join(', ')})`,
    `def ${title}(${isUnittest ? `self, ${parameters}` : parameters}):`,
    `    ${assertion}`,
  ];
}

function pascal(name: string): string {
  return name
    .split('_')
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join('');
}
