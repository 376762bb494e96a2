// One function's tests, from calls that are recorded to a file that was tried: the story of the generation.
import { failure, success, type Result } from '../../protocol/failure.ts';
import type { GeneratedTest, GeneratedTests, Mutant } from '../../protocol/generated-tests.ts';
import { counted } from '../../protocol/quantities.ts';
import type { Candidate } from './candidate.ts';
import { callsFor, lawsFor, originOf } from './candidates.ts';
import type { Fault } from './language.ts';
import { probeCalls, recordCalls, tries, type Recorded, type SessionOptions } from './observation.ts';
import { chooseTests, spread, type Kept } from './selection.ts';
import { hasPassed, passesStill, tryFiles, type TrialOutcome } from './trial.ts';
import { tryWritten, type TriedTests } from './written.ts';

export type Made = Omit<GeneratedTests, 'executionId' | 'at'>;

/** `conflict` with a sentence where no test can be made. The tree is left changed. */
export async function makeTests(options: SessionOptions): Promise<Result<Made>> {
  const recorded = await recordCalls(options);
  if (!recorded.ok) return recorded;
  const { before, covered } = recorded.value;
  const found = await findCandidates(options, recorded.value);
  if (!found.ok) return found;
  const { passing } = found.value;
  const judged = await judgeFaults(options, { passing, before });
  const kept = chooseTests(
    passing.map((candidate, index) => ({
      lines: new Set(linesOf(candidate).filter((line) => !covered.has(line))),
      faults: judged.foundBy[index] ?? new Set<number>(),
      rank: { property: 0, recorded: 1, boundary: 2, model: 3 }[originOf(candidate)],
    })),
  );
  return success(await finish(options, { ...found.value, kept, judged, covered }));
}

/** Those that pass: our own, and beside them those of a language model, which can neither replace nor spoil ours. */
async function findCandidates(options: SessionOptions, recorded: Recorded): Promise<Result<TriedTests>> {
  const own = await ownCandidates(options, recorded);
  const isOver = () => options.trial.context.signal.aborted;
  if (isOver()) return failure('cancelled', 'it was called off');
  const { tried, passing, notes } = await tryWritten(options);
  if (isOver()) return failure('cancelled', 'it was called off');
  if (passing.length === 0) {
    if (own.ok) return success({ ...own.value, tried: own.value.tried + tried, notes });
    return notes.length === 0 ? own : failure('conflict', `${own.failure.message}. ${notes.join(' ')}`);
  }
  const ours = own.ok ? own.value : { tried: 0, passing: [], notes: [] };
  const all = await passingCandidates(options, [...ours.passing, ...passing]);
  const hasOurs = all.ok && ours.passing.every((each) => all.value.includes(each));
  if (hasOurs) return success({ tried: ours.tried + tried, passing: all.value, notes });
  if (isOver() || !own.ok) return all.ok ? own : all;
  const spoiling = 'They were left out: beside them other tests do not pass every time.';
  return success({ tried: ours.tried + tried, passing: ours.passing, notes: [...notes, spoiling] });
}

async function ownCandidates(options: SessionOptions, { calls }: Recorded): Promise<Result<TriedTests>> {
  const { subject, language } = options;
  const examples = await probeCalls(options, callsFor(subject, calls, language));
  if (!examples.ok) return examples;
  const laws = options.hasProperties ? lawsFor(subject, examples.value, language) : [];
  const candidates = [...examples.value, ...laws];
  const passing = await passingCandidates(options, candidates);
  return passing.ok ? success({ tried: candidates.length, passing: passing.value, notes: [] }) : passing;
}

/** Those that pass as tests, in each of several runs. */
async function passingCandidates(
  options: SessionOptions,
  candidates: readonly Candidate[],
): Promise<Result<Candidate[]>> {
  const { subject, language, place, tree, text, trial } = options;
  await tree.write(subject.file, text);
  let left = [...candidates];
  for (let round = 0; round < tries && left.length > 0; round++) {
    options.say(`running ${counted(left.length, 'candidate')}, ${round + 1} of ${tries}`);
    const composed = language.compose(subject, place, left, []);
    await tree.write(place.path, composed.text);
    const outcome = await tryFiles([place.path], trial);
    if (trial.context.signal.aborted) return failure('cancelled', 'it was called off');
    const passing = left.filter((_, index) => hasPassed(outcome, place.path, composed.titles[index] ?? ''));
    const why = outcome.trouble ?? outcome.failures.get(place.path) ?? 'its runner ran nothing';
    if (passing.length === 0) return failure('conflict', `none of the tests made for ${subject.name} passes: ${why}`);
    left = passing;
  }
  return success(left);
}

interface Judged {
  readonly faults: readonly Fault[];
  /** Faults that the existing tests find. */
  readonly found: ReadonlySet<number>;
  /** Of each candidate: the faults that it finds and they do not. */
  readonly foundBy: readonly ReadonlySet<number>[];
}

/** Each fault with the existing tests and all candidates. */
async function judgeFaults(
  options: SessionOptions,
  { passing, before }: { passing: readonly Candidate[]; before: TrialOutcome },
): Promise<Judged> {
  const { subject, language, place, tree, text, related, trial, mostFaults } = options;
  const composed = language.compose(subject, place, passing, []);
  await tree.write(place.path, composed.text);
  const faults = spread(subject.faults, mostFaults);
  const found = new Set<number>();
  const foundBy = passing.map(() => new Set<number>());
  for (const [index, fault] of faults.entries()) {
    if (trial.context.signal.aborted) break;
    options.say(`trying fault ${index + 1} of ${faults.length}`);
    await tree.write(subject.file, faulty(text, fault));
    const outcome = await tryFiles([...related, place.path], trial);
    if (!passesStill(before, outcome, related)) {
      found.add(index);
      continue;
    }
    for (const [at, title] of composed.titles.entries())
      if (!hasPassed(outcome, place.path, title)) foundBy[at]?.add(index);
  }
  await tree.write(subject.file, text);
  return { faults, found, foundBy };
}

function faulty(text: string, { start, end, text: replacement }: Fault): string {
  return text.slice(0, start) + replacement + text.slice(end);
}

function linesOf(candidate: Candidate): readonly number[] {
  return candidate.kind === 'law' ? [] : candidate.lines;
}

interface Finished extends TriedTests {
  readonly kept: readonly Kept[];
  readonly judged: Judged;
  readonly covered: ReadonlySet<number>;
}

async function finish(options: SessionOptions, finished: Finished): Promise<Made> {
  const { kept, passing, judged, covered, tried } = finished;
  const { subject, language, place, text } = options;
  const chosen = kept.flatMap((each) => {
    const candidate = passing[each.index];
    return candidate === undefined ? [] : [{ ...each, candidate }];
  });
  const mutants = chosen.map(({ faults }) => faults.flatMap((index) => mutantOf(text, judged.faults[index])));
  const whys = chosen.map(({ lines, candidate }, index) => {
    const author = candidate.kind === 'written' ? ' Written by a language model.' : '';
    return `${why(lines, mutants[index] ?? [])}${author}`;
  });
  const composed = language.compose(
    subject,
    place,
    chosen.map(({ candidate }) => candidate),
    whys,
  );
  const tests = chosen.map(({ candidate, lines }, index): GeneratedTest => ({
    title: composed.titles[index] ?? '',
    origin: originOf(candidate),
    lines: [...lines],
    mutants: mutants[index] ?? [],
    why: whys[index] ?? '',
  }));
  const counts = {
    candidates: { tried, passed: passing.length },
    mutants: {
      tried: judged.faults.length,
      found: judged.found.size,
      foundNow: sum(chosen.map(({ faults }) => faults.length)),
    },
    lines: {
      total: subject.lines.length,
      covered: subject.lines.filter((line) => covered.has(line)).length,
      coveredNow: sum(chosen.map(({ lines }) => lines.length)),
    },
  };
  return {
    file: subject.file,
    function: subject.name,
    framework: place.framework,
    path: place.path,
    text: tests.length === 0 ? '' : composed.text,
    tests,
    ...counts,
    notes: [...finished.notes, ...notesOn(tests, judged, options)],
  };
}

function notesOn(tests: readonly GeneratedTest[], { faults }: Judged, { subject, related }: SessionOptions): string[] {
  return [
    ...(related.length === 0 ? ['No existing test is known to run the function.'] : []),
    ...(faults.length < subject.faults.length
      ? [`${faults.length} of ${subject.faults.length} small faults were tried, spread over the function.`]
      : []),
    ...(tests.length === 0
      ? ['The existing tests run every line and find every fault that the candidates do: no test was worth keeping.']
      : []),
    ...(tests.some(({ origin }) => origin !== 'property')
      ? ['Examples hold what the function does today; whether that is right, only you know.']
      : []),
  ];
}

const longestLine = 100;

function mutantOf(text: string, fault: Fault | undefined): Mutant[] {
  if (fault === undefined) return [];
  const lineIn = (source: string) => (source.split('\n')[fault.line - 1] ?? '').trim().slice(0, longestLine);
  return [{ line: fault.line, before: lineIn(text), after: lineIn(faulty(text, fault)) }];
}

function why(lines: readonly number[], mutants: readonly Mutant[]): string {
  const [first, ...others] = mutants;
  const runs =
    lines.length === 0 ? [] : [`runs line${lines.length === 1 ? '' : 's'} ${lines.join(', ')} for the first time`];
  const more = others.length === 0 ? '' : ` and ${others.length} more like it`;
  const finds = first === undefined ? [] : [`fails for \`${first.after}\` in line ${first.line}${more}`];
  const sentence = [...runs, ...finds].join('; ');
  return `${sentence.slice(0, 1).toUpperCase()}${sentence.slice(1)}.`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
