// What could be a test: calls with arguments, and laws. Made of recorded calls and of types, always the same ones.
import type { TestOrigin } from '../../protocol/generated-tests.ts';
import type { Call, Candidate, Law } from './candidate.ts';
import type { Language, Parameter, Shape, Subject } from './language.ts';

const mostRecorded = 60;
const mostBoundary = 60;
const mostOfTwo = 25;

/** The calls that are tried: what was recorded first, then one with each edge of each parameter, then pairs of edges. */
export function callsFor(subject: Subject, recorded: readonly (readonly string[])[], language: Language): Call[] {
  const known = new Set<string>();
  const fresh = (args: readonly string[]) => {
    const key = args.join(', ');
    return !known.has(key) && known.add(key) !== undefined;
  };
  const seen = recorded
    .filter(fresh)
    .toSorted((one, other) => one.join().length - other.join().length)
    .slice(0, mostRecorded);
  const edges = boundaryCalls(subject, seen, language).filter(fresh).slice(0, mostBoundary);
  return [
    ...seen.map((args) => ({ args, origin: 'recorded' as const })),
    ...edges.map((args) => ({ args, origin: 'boundary' as const })),
  ];
}

function boundaryCalls(subject: Subject, recorded: readonly (readonly string[])[], language: Language): string[][] {
  const columns = subject.parameters.map((parameter, index) => edgesOf(parameter, index, recorded, language));
  const required = subject.parameters.filter(({ isOptional }) => !isOptional).length;
  // Of an optional parameter nothing needs to be known.
  const unknown = columns.findIndex((edges) => edges.length === 0);
  const width = unknown === -1 ? columns.length : unknown;
  if (width < required) return [];
  const usable = columns.slice(0, width);
  const plain = usable.map(([first = '']) => first);
  const bases = [plain, ...recorded.slice(0, 5).map((args) => [...args])];
  const varied = bases.flatMap((base) =>
    usable.flatMap((edges, at) => (at < base.length ? edges.map((edge) => base.with(at, edge)) : [])),
  );
  const shorter = [...new Set([plain.length, required])].map((length) => plain.slice(0, length));
  const [first = [], second = []] = usable;
  const pairs =
    usable.length !== 2 ? [] : first.flatMap((one) => second.map((other) => [one, other])).slice(0, mostOfTwo);
  return [...shorter, ...pairs, ...varied];
}

function edgesOf(
  { shape }: Parameter,
  index: number,
  recorded: readonly (readonly string[])[],
  language: Language,
): string[] {
  const declared = language.edgesOf(shape);
  if (declared.length > 0) return [...new Set(declared)];
  const shapes = recorded.flatMap((args) => args[index] ?? []).map((text) => shapeOfLiteral(text));
  return [...new Set(shapes.flatMap((each) => language.edgesOf(each)))];
}

/** What a value that was recorded seems to be. */
export function shapeOfLiteral(text: string): Shape {
  if (/^-?\d+$/.test(text)) return { kind: 'integer' };
  if (/^-?\d*\.\d+$/.test(text)) return { kind: 'number' };
  if (/^(?:true|false|True|False)$/.test(text)) return { kind: 'boolean' };
  if (/^['"]/.test(text)) return { kind: 'string' };
  return text.startsWith('[') ? { kind: 'array', of: { kind: 'unknown' } } : { kind: 'unknown' };
}

/** Laws that the function may obey, by what it takes and answers. Whether it does, its runs tell. */
export function lawsFor(subject: Subject, examples: readonly Candidate[], language: Language): Candidate[] {
  const shapes = subject.parameters.map(({ shape }, index) => knownShape(shape, index, examples));
  const arbitraries = shapes.map((shape) => language.arbitraryOf(shape));
  if (arbitraries.some((each) => each === null) || subject.parameters.some(({ isRest }) => isRest)) return [];
  const law = (name: Law): Candidate => ({
    kind: 'law',
    law: name,
    arbitraries: arbitraries.flatMap((each) => each ?? []),
  });
  const [one, other] = shapes;
  if (shapes.length === 2 && one?.kind === other?.kind) return [law('commutative')];
  if (shapes.length !== 1) return [];
  const answersAlike = examples.some(
    (each) =>
      each.kind === 'example' &&
      each.outcome.kind === 'value' &&
      shapeOfLiteral(each.outcome.literal).kind === one?.kind,
  );
  return answersAlike ? [law('idempotent'), law('involution')] : [];
}

function knownShape(shape: Shape, index: number, examples: readonly Candidate[]): Shape {
  if (shape.kind !== 'unknown') return shape;
  const seen = examples.flatMap((each) => (each.kind === 'example' ? shapeOfLiteral(each.call.args[index] ?? '') : []));
  const kinds = new Set(seen.map(({ kind }) => kind));
  return kinds.size === 1 ? (seen[0] ?? shape) : shape;
}

/** Where a candidate comes from. */
export function originOf(candidate: Candidate): TestOrigin {
  if (candidate.kind === 'written') return 'model';
  return candidate.kind === 'law' ? 'property' : candidate.call.origin;
}
