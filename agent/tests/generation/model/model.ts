// Asks for tests: an endpoint that the user has set, or what a model of the editor has answered already.
import type { RepoPath } from '../../../protocol/ids.ts';
import type { Settings } from '../../../protocol/settings.ts';
import type { Language, Subject, TestPlace } from '../language.ts';
import type { Written } from '../written-test.ts';
import { blocksIn } from './answer.ts';
import { askEndpoint } from './endpoint.ts';
import { promptFor, type Prompt } from './prompt.ts';

export interface Described {
  readonly subject: Subject;
  readonly language: Language;
  readonly place: TestPlace;
  /** Of the subject's file. */
  readonly text: string;
}

/** What a model is told of the function. */
export function promptOf({ subject, language, place, text }: Described): Prompt {
  const empty = language.compose(subject, place, [], []).text;
  return promptFor({ subject, place, text, empty, word: wordFor(place.path) });
}

function wordFor(file: RepoPath): 'JavaScript' | 'TypeScript' | 'Python' {
  if (file.endsWith('.py')) return 'Python';
  return /\.[cm]?tsx?$/.test(file) ? 'TypeScript' : 'JavaScript';
}

export interface ModelOptions extends Described {
  /** Of a model that was asked elsewhere, with its name. */
  readonly answer: { readonly text: string; readonly by: string } | null;
  /** Whether the endpoint of the settings may be asked. */
  readonly asksEndpoint: boolean;
  readonly settings: Settings;
  readonly key: string | null;
  readonly signal: AbortSignal;
  say(what: string): void;
}

/** What was written, by whom, and in sentences what went wrong. */
export interface ModelAnswer {
  readonly written: readonly Written[];
  readonly by: string;
  readonly notes: readonly string[];
}

const timeoutMs = 120_000;

/** Never fails: without an answer there are other tests. */
export async function askModel(options: ModelOptions): Promise<ModelAnswer> {
  const { answer, asksEndpoint, settings } = options;
  if (answer !== null) return await read(answer.text, answer.by, options);
  const url = settings['test.modelUrl'];
  const model = settings['test.modelName'];
  if (!asksEndpoint || url === '') return { written: [], by: '', notes: [] };
  if (model === '')
    return { written: [], by: '', notes: ['No language model was asked: NOODLE_TEST_MODEL_NAME is empty.'] };
  options.say(`asking ${model} for tests`);
  const { key, signal } = options;
  const answered = await askEndpoint({ url, model, key, signal, timeoutMs, prompt: promptOf(options) });
  if (answered.ok) return await read(answered.value, model, options);
  return { written: [], by: model, notes: [`No tests of a language model: ${answered.failure.message}.`] };
}

async function read(answer: string, by: string, { language, subject, place }: ModelOptions): Promise<ModelAnswer> {
  const written = await language.written(blocksIn(answer), subject, place);
  const notes = written.length === 0 ? [`No tests of a language model: there is none in what ${by} answered.`] : [];
  return { written, by, notes };
}
