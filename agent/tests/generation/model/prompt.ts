// What a language model is told of a function: its file, how tests look here, and what an answer must be.
import type { Subject, TestPlace } from '../language.ts';

/** All that leaves the machine, but for the model's name and the key. */
export interface Prompt {
  readonly system: string;
  readonly user: string;
}

const mostSource = 20_000;
const mostExample = 6_000;
const mostTests = 8;

export interface PromptOptions {
  readonly subject: Subject;
  readonly place: TestPlace;
  /** Of the subject's file. */
  readonly text: string;
  /** The program that the tests stand in, as they are written without this function's tests. */
  readonly empty: string;
  readonly word: 'JavaScript' | 'TypeScript' | 'Python';
}

/** The same for an endpoint and for a model of the editor. */
export function promptFor({ subject, place, text, empty, word }: PromptOptions): Prompt {
  const system = [
    `You write unit tests in ${word} for ${place.framework}.`,
    `Answer with at most ${mostTests} fenced code blocks and nothing else. Each block is the body of one test: its first line is a comment that says in a few words what is checked, then follow the statements with at least one assertion.`,
    'Do not write imports, mocks, or the declaration of the test. Use no files, processes, network, clock or randomness.',
    'Each test must pass on the function as it is, and fail when a small fault is put into it: compare with exact values, at the edges of conditions, and for errors.',
  ].join('\n');
  const example =
    place.example === null
      ? []
      : [`A test file of this project, for its style:\n\n${fenced(place.example.text.slice(0, mostExample))}`];
  const user = [
    `Write tests of the function ${subject.name} in ${subject.file} (lines ${subject.startLine} to ${subject.endLine}).`,
    fenced(excerptOf(text, subject)),
    `The bodies are put into a file that begins like this:\n\n${fenced(empty)}`,
    ...example,
  ].join('\n\n');
  return { system, user };
}

/** The whole file; of a long one its beginning and the function. */
function excerptOf(text: string, { startLine, endLine }: Subject): string {
  if (text.length <= mostSource) return text;
  const lines = text.split('\n');
  const head = lines
    .slice(0, startLine - 1)
    .join('\n')
    .slice(0, mostSource / 10);
  return `${head}\n\n${lines.slice(startLine - 1, endLine).join('\n')}`.slice(0, mostSource);
}

function fenced(text: string): string {
  return `\`\`\`\n${text.trimEnd()}\n\`\`\``;
}
