// Python for the generation of tests: its sources are read by Python itself.
import path from 'node:path';
import { z } from 'zod';
import { failure, success, type Result } from '../../../protocol/failure.ts';
import type { RepoPath } from '../../../protocol/ids.ts';
import type { Language, Shape, Source, Subject } from '../language.ts';
import { longestBody, type Written } from '../written-test.ts';
import { composePython, moduleOf, probePython } from './test-text.ts';

const ShapeText: z.ZodType<Shape> = z.lazy(() =>
  z.union([
    z.object({ kind: z.enum(['integer', 'number', 'string', 'boolean', 'null', 'undefined', 'unknown']) }),
    z.object({ kind: z.literal('literal'), text: z.string() }),
    z.object({ kind: z.literal('array'), of: ShapeText }),
    z.object({ kind: z.literal('union'), of: z.array(ShapeText) }),
  ]),
);
const Described = z.object({
  functions: z.array(
    z.object({
      name: z.string(),
      startLine: z.int(),
      endLine: z.int(),
      parameters: z.array(
        z.object({ name: z.string(), isOptional: z.boolean(), isRest: z.boolean(), shape: ShapeText }),
      ),
      lines: z.array(z.int()),
      mutants: z.array(z.object({ line: z.int(), start: z.int(), end: z.int(), text: z.string() })),
    }),
  ),
  inner: z.array(z.string()),
  raised: z.array(z.string()),
});

export interface PythonOptions {
  /** Absolute: the files for the user's runners. */
  readonly runnerFolder: string;
  /** Whether a file of the repository is there. */
  readonly exists: (file: string) => boolean;
  /** What Python prints; null when it fails. */
  readonly python: (args: readonly string[]) => Promise<string | null>;
}

export function pythonLanguage(options: PythonOptions): Language {
  const { runnerFolder, exists } = options;
  const imported = ({ file }: Subject) => moduleOf(file, exists);
  return {
    edgesOf: pythonEdges,
    arbitraryOf: pythonStrategy,
    read: (file) => readPython(file, options),
    instrument(text, { name }, report) {
      const open = `import sys as _noodle_sys; _noodle_sys.path.append(${quoted(runnerFolder)}); import noodle_generation as _noodle`;
      return `${text.replace(/\n*$/, '')}\n\n${open}; ${name} = _noodle.recorder(${quoted(report)}).record(${name})\n`;
    },
    probe: (subject, place, calls, report) =>
      probePython(subject, place, { calls, report, runnerFolder, module: imported(subject).module }),
    compose: (subject, place, candidates, comments) =>
      composePython(subject, { place, module: imported(subject).module }, candidates, comments),
    written: (blocks, subject) => writtenPython(blocks, imported(subject).module, options),
    nameFor(subject, _framework, example) {
      const folder = example === null ? 'tests' : path.posix.dirname(example);
      return `${folder}/test_${subject.name.replace(/^_+/, '')}_generated.py`.replace(/^\.\//, '') as RepoPath; // Made of a path of the repository.
    },
    environment: (root, subject) => ({
      PYTHONPATH: path.join(root, imported(subject).root),
      PYTHONDONTWRITEBYTECODE: '1',
    }),
  };
}

async function readPython(file: RepoPath, { python, runnerFolder }: PythonOptions): Promise<Result<Source>> {
  const printed = await python([path.join(runnerFolder, 'noodle_generation.py'), file]);
  if (printed === null)
    return failure('invalid_input', `${file} does not parse with this project's Python`, { place: 'file' });
  const described = Described.parse(JSON.parse(printed));
  const subjects = described.functions.map(({ mutants, ...each }) => ({
    ...each,
    file,
    exportedAs: each.name,
    faults: mutants,
    thrown: described.raised,
  }));
  const names = new Set(subjects.map(({ name }) => name));
  return success({ subjects, hidden: described.inner.filter((name) => !names.has(name)) });
}

const WrittenTests = z.array(z.object({ title: z.string(), body: z.string(), why: z.string().nullable() }));

async function writtenPython(
  blocks: readonly string[],
  module: string,
  { python, runnerFolder }: PythonOptions,
): Promise<Written[]> {
  // As an argument, which on some systems may not be long.
  const sent = blocks.map((block) => (block.length > longestBody ? block.slice(0, longestBody + 1) : block));
  const script = path.join(runnerFolder, 'noodle_generation_written.py');
  const printed = await python([script, JSON.stringify({ blocks: sent, module, longest: longestBody })]);
  return printed === null ? [] : WrittenTests.parse(JSON.parse(printed));
}

const edges: Readonly<Record<string, readonly string[]>> = {
  integer: ['1', '0', '-1', '2', '10'],
  number: ['1.0', '0.0', '-1.0', '0.5', '100.0'],
  string: ["'a'", "''", "'Hello, World'", "' '", "'a-b_c'", "'10'"],
  boolean: ['True', 'False'],
  null: ['None'],
};

function pythonEdges(shape: Shape): readonly string[] {
  if (shape.kind === 'literal') return [shape.text];
  if (shape.kind === 'union') return shape.of.flatMap(pythonEdges);
  if (shape.kind !== 'array') return edges[shape.kind] ?? [];
  const [first = '1', ...others] = pythonEdges(shape.of);
  const several = others.length === 0 ? '[1, 2, 3]' : `[${[first, ...others.slice(0, 2)].join(', ')}]`;
  return [`[${first}]`, '[]', several, `[${first}, ${first}]`];
}

const strategies: Readonly<Record<string, string>> = {
  integer: 'st.integers()',
  number: 'st.floats(allow_nan=False, allow_infinity=False)',
  string: 'st.text()',
  boolean: 'st.booleans()',
};

function pythonStrategy(shape: Shape): string | null {
  if (shape.kind !== 'array') return strategies[shape.kind] ?? null;
  const inner = pythonStrategy(shape.of);
  return inner === null ? null : `st.lists(${inner})`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
