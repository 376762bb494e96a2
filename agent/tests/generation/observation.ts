// What the function is called with and what comes of it, observed on an instrumented copy.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { failure, success, type Result } from '../../protocol/failure.ts';
import type { RepoPath } from '../../protocol/ids.ts';
import { counted } from '../../protocol/quantities.ts';
import type { Call, Candidate } from './candidate.ts';
import type { Language, Subject, TestPlace } from './language.ts';
import type { ModelAnswer } from './model/model.ts';
import type { ScratchTree } from './scratch-tree.ts';
import { tryFiles, type TrialOptions, type TrialOutcome } from './trial.ts';

export interface SessionOptions {
  readonly subject: Subject;
  readonly language: Language;
  readonly place: TestPlace;
  /** Of the subject's file. */
  readonly text: string;
  /** Existing test files of the project that run the function. */
  readonly related: readonly RepoPath[];
  readonly tree: ScratchTree;
  readonly trial: TrialOptions;
  /** How many faults are tried at most. */
  readonly mostFaults: number;
  /** The project has fast-check, or hypothesis. */
  readonly hasProperties: boolean;
  /** Asks a language model for tests, where the user has one; called once. */
  askModel(): Promise<ModelAnswer>;
  say(what: string): void;
}

/** So often is everything tried; what does not come out the same each time is dropped. */
export const tries = 3;

const Message = z.union([
  z.object({ call: z.array(z.string()) }),
  z.object({ line: z.int() }),
  z.object({ begin: z.int() }),
  z.object({
    probe: z.int(),
    lines: z.array(z.int()),
    outcome: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('value'), literal: z.string(), isAsync: z.boolean(), isIterator: z.boolean() }),
      z.object({ kind: z.literal('error'), name: z.string(), message: z.string(), isAsync: z.boolean() }),
      z.object({ kind: z.literal('none'), why: z.string() }),
    ]),
  }),
]);
type Message = z.infer<typeof Message>;

/** A line that a killed process left half written is no message. */
async function messagesIn(file: string): Promise<Message[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [Message.parse(JSON.parse(line))];
    } catch {
      return [];
    }
  });
}

/** The lines of the function that ran. */
export async function linesIn(report: string): Promise<number[]> {
  const messages = await messagesIn(report);
  return messages.flatMap((message) => ('line' in message ? [message.line] : []));
}

export interface Recorded {
  /** How the existing tests end without any fault. */
  readonly before: TrialOutcome;
  readonly calls: readonly (readonly string[])[];
  /** Lines of the function that they run. */
  readonly covered: ReadonlySet<number>;
}

/** The existing tests on a source that writes down its calls. */
export async function recordCalls(options: SessionOptions): Promise<Result<Recorded>> {
  const { subject, language, tree, text, related, trial } = options;
  const report = path.join(trial.temporaryFolder, 'recorded.jsonl');
  await tree.write(subject.file, language.instrument(text, subject, report));
  options.say(`recording calls in ${counted(related.length, 'test file')}`);
  const nothing: TrialOutcome = { passed: new Map(), failures: new Map(), trouble: null };
  const before = related.length === 0 ? nothing : await tryFiles(related, trial);
  if (trial.context.signal.aborted) return failure('cancelled', 'it was called off');
  const hasPassing = [...before.passed.values()].some(({ size }) => size > 0);
  if (related.length > 0 && !hasPassing) {
    const why = before.trouble ?? [...before.failures.values()][0];
    return failure('conflict', `no existing test of ${subject.name} passes${why === undefined ? '' : `: ${why}`}`);
  }
  const messages = await messagesIn(report);
  return success({
    before,
    calls: messages.flatMap((message) => ('call' in message ? [message.call] : [])),
    covered: new Set(messages.flatMap((message) => ('line' in message ? [message.line] : []))),
  });
}

type Probe = Extract<Message, { probe: number }>;
type Example = Extract<Candidate, { kind: 'example' }>;

/** What each call comes to, where that is the same each time and can be written down. */
export async function probeCalls(options: SessionOptions, calls: readonly Call[]): Promise<Result<Candidate[]>> {
  const { subject, related } = options;
  if (calls.length === 0) {
    const tests =
      related.length === 0
        ? 'no test runs it'
        : `no test of ${counted(related.length, 'file')} calls it with plain values`;
    return failure('conflict', `nothing tells what ${subject.name} takes: ${tests}, and its types name no values`, {
      hint: 'Annotate its parameters, or write a first test.',
    });
  }
  options.say(`trying ${counted(calls.length, 'call')}`);
  const probed = await probeRepeatedly(options, calls);
  if (!probed.ok) return probed;
  const verdicts = calls.map((call, index) =>
    verdictOn(
      subject,
      call,
      probed.value.flatMap((round) => round.get(index) ?? []),
    ),
  );
  const examples = verdicts.flatMap((verdict) => ('example' in verdict ? [verdict.example] : []));
  if (examples.length > 0) return success(examples);
  const doubt = verdicts.flatMap((verdict) => ('doubt' in verdict ? [verdict.doubt] : []))[0];
  if (doubt !== undefined) return failure('conflict', `${subject.name} is not deterministic: ${doubt}`);
  const why = verdicts.flatMap((verdict) => ('why' in verdict ? [verdict.why] : []))[0] ?? 'none of them ended';
  return failure('conflict', `no call of ${subject.name} could be made into a test: ${why}`);
}

type Verdict = { readonly example: Example } | { readonly doubt: string } | { readonly why: string };

/** What the tries of one call say together. */
function verdictOn({ name, thrown }: Subject, call: Call, probes: readonly Probe[]): Verdict {
  const [first] = probes;
  if (first === undefined) return { why: 'none of them ended' };
  const texts = new Set(probes.map((each) => JSON.stringify(each.outcome)));
  if (texts.size > 1)
    return { doubt: `${name}(${call.args.join(', ')}) comes out differently when it is called again` };
  const { outcome, lines } = first;
  if (outcome.kind === 'none') return { why: outcome.why };
  if (outcome.kind === 'error' && !thrown.includes(outcome.name))
    return { why: `it ends in ${outcome.name}, which ${name} does not throw itself` };
  return { example: { kind: 'example', call, outcome, lines } };
}

async function probeRepeatedly(options: SessionOptions, calls: readonly Call[]): Promise<Result<Map<number, Probe>[]>> {
  const { subject, language, place, tree, text, trial } = options;
  const rounds: Map<number, Probe>[] = [];
  for (let round = 0; round < tries; round++) {
    const report = path.join(trial.temporaryFolder, `probed-${round}.jsonl`);
    await tree.write(subject.file, language.instrument(text, subject, report));
    await tree.write(
      place.path,
      language.probe(
        subject,
        place,
        calls.map(({ args }) => args),
        report,
      ),
    );
    const outcome = await tryFiles([place.path], trial);
    if (trial.context.signal.aborted) return failure('cancelled', 'it was called off');
    const messages = await messagesIn(report);
    const probes = messages.flatMap((message) => ('probe' in message ? [message] : []));
    if (probes.length === 0) {
      const why = outcome.trouble ?? outcome.failures.get(place.path) ?? 'its runner ran nothing';
      return failure('conflict', `${subject.name} could not be called from ${place.path}: ${why}`);
    }
    rounds.push(new Map(probes.map((probe) => [probe.probe, probe])));
  }
  return success(rounds);
}
