// Tests that a language model wrote: each is tried by itself, since nobody knows what it does to the others.
import path from 'node:path';
import { counted } from '../../protocol/quantities.ts';
import type { Candidate } from './candidate.ts';
import { linesIn, type SessionOptions } from './observation.ts';
import { hasPassed, tryFiles } from './trial.ts';
import type { Written } from './written-test.ts';

export interface TriedTests {
  readonly tried: number;
  readonly passing: readonly Candidate[];
  /** Sentences. */
  readonly notes: readonly string[];
}

const mostTried = 10;

/** Those that pass by themselves, with the lines of the function that each runs. */
export async function tryWritten(options: SessionOptions): Promise<TriedTests> {
  const { written, by, notes } = await options.askModel();
  const tried = written.filter(({ why }) => why === null).slice(0, mostTried);
  const passing: Candidate[] = [];
  const failed: string[] = [];
  for (const [index, { title, body }] of tried.entries()) {
    if (options.trial.context.signal.aborted) break;
    options.say(`trying test ${index + 1} of ${tried.length} that ${by} wrote`);
    const ended = await tryAlone(options, { kind: 'written', title, body, lines: [] }, index);
    if ('why' in ended) failed.push(`${named(title)} failed: ${ended.why}`);
    else passing.push(ended.candidate);
  }
  const refused = written.flatMap(({ title, why }) => (why === null ? [] : [`${named(title)} was not tried: ${why}`]));
  for (const each of [...failed, ...refused]) options.trial.context.log(`${each}\n`);
  return { tried: tried.length, passing, notes: [...notes, ...saying(by, { written, passing, failed, refused })] };
}

function saying(
  by: string,
  {
    written,
    passing,
    failed,
    refused,
  }: {
    written: readonly Written[];
    passing: readonly Candidate[];
    failed: readonly string[];
    refused: readonly string[];
  },
): string[] {
  if (written.length === 0) return [];
  const first = [...failed, ...refused][0];
  const others = first === undefined ? '' : ` One of the others: ${first}.`;
  return [`Of ${counted(written.length, 'test')} that ${by} wrote, ${passing.length} passed by themselves.${others}`];
}

function named(title: string): string {
  return title === '' ? 'a test without a title' : `'${title.slice(0, 80)}'`;
}

async function tryAlone(
  { subject, language, place, tree, text, trial }: SessionOptions,
  candidate: Extract<Candidate, { kind: 'written' }>,
  index: number,
): Promise<{ readonly candidate: Candidate } | { readonly why: string }> {
  const report = path.join(trial.temporaryFolder, `written-${index}.jsonl`);
  const composed = language.compose(subject, place, [candidate], []);
  await tree.write(subject.file, language.instrument(text, subject, report));
  await tree.write(place.path, composed.text);
  const outcome = await tryFiles([place.path], trial);
  await tree.write(subject.file, text);
  if (!hasPassed(outcome, place.path, composed.titles[0] ?? ''))
    return { why: outcome.failures.get(place.path) ?? outcome.trouble ?? 'its runner ran nothing' };
  return { candidate: { ...candidate, lines: await linesIn(report) } };
}
