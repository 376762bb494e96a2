// One function's tests, from calls that are recorded to a file that was tried: the story of the generation.
import { failure, success, type Result } from '../../protocol/failure.ts';
import type { GeneratedTest, GeneratedTests, Mutant } from '../../protocol/generated-tests.ts';
import { counted } from '../../protocol/quantities.ts';
import type { Candidate } from './candidate.ts';
import { callsFor, lawsFor, originOf } from './candidates.ts';
import type { Fault } from './language.ts';
import { probeCalls, recordCalls, tries, type SessionOptions } from './observation.ts';
import { chooseTests, spread, type Kept } from './selection.ts';
import { hasPassed, passesStill, tryFiles, type TrialOutcome } from './trial.ts';

export type Made = Omit<GeneratedTests, 'executionId' | 'at'>;

/** `conflict` with a sentence where no test can be made. The tree is left changed. */
export async function makeTests(options: SessionOptions): Promise<Result<Made>> {
  const recorded = await recordCalls(options);
  if (!recorded.ok) return recorded;
  const { before, calls, covered } = recorded.value;
  const examples = await probeCalls(options, callsFor(options.subject, calls, options.language));
  if (!examples.ok) return examples;
  const laws = options.hasProperties ? lawsFor(options.subject, examples.value, options.language) : [];
  const candidates = [...examples.value, ...laws];
  const passing = await passingCandidates(options, candidates);
  if (!passing.ok) return passing;
  const judged = await judgeFaults(options, { passing: passing.value, before });
  const kept = chooseTests(
    passing.value.map((candidate, index) => ({
      lines: new Set(linesOf(candidate).filter((line) => !covered.has(line))),
      faults: judged.foundBy[index] ?? new Set<number>(),
      rank: { property: 0, recorded: 1, boundary: 2 }[originOf(candidate)],
    })),
  );
  return success(await finish(options, { kept, passing: passing.value, judged, covered, tried: candidates.length }));
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
  return candidate.kind === 'example' ? candidate.lines : [];
}

interface Finished {
  readonly kept: readonly Kept[];
  readonly passing: readonly Candidate[];
  readonly judged: Judged;
  readonly covered: ReadonlySet<number>;
  readonly tried: number;
}

async function finish(options: SessionOptions, { kept, passing, judged, covered, tried }: Finished): Promise<Made> {
  const { subject, language, place, text, related } = options;
  const chosen = kept.flatMap((each) => {
    const candidate = passing[each.index];
    return candidate === undefined ? [] : [{ ...each, candidate }];
  });
  const mutants = chosen.map(({ faults }) => faults.flatMap((index) => mutantOf(text, judged.faults[index])));
  const whys = chosen.map(({ lines }, index) => why(lines, mutants[index] ?? []));
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
  const notes = [
    ...(related.length === 0 ? ['No existing test is known to run the function.'] : []),
    ...(judged.faults.length < subject.faults.length
      ? [`${judged.faults.length} of ${subject.faults.length} small faults were tried, spread over the function.`]
      : []),
    ...(tests.length === 0
      ? ['The existing tests run every line and find every fault that the candidates do: no test was worth keeping.']
      : []),
    ...(tests.some(({ origin }) => origin !== 'property')
      ? ['Examples hold what the function does today; whether that is right, only you know.']
      : []),
  ];
  return {
    file: subject.file,
    function: subject.name,
    framework: place.framework,
    path: place.path,
    text: tests.length === 0 ? '' : composed.text,
    tests,
    ...counts,
    notes,
  };
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
