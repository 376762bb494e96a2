// JavaScript and TypeScript for the generation of tests.
import path from 'node:path';
import type { Language, Subject } from '../language.ts';
import type { RepoPath } from '../../../protocol/ids.ts';
import { javascriptArbitrary, javascriptEdges } from './shapes.ts';
import { instrumentJavaScript, isTyped, readJavaScript } from './source.ts';
import { composeJavaScript, probeJavaScript } from './test-text.ts';
import { writtenJavaScript } from './written.ts';

export const javascriptFrameworks = ['vitest', 'jest', 'mocha', 'node:test'] as const;

/** `runnerFolder`: absolute, with the files for the user's runners. */
export function javascriptLanguage(runnerFolder: string): Language {
  const recorder = path.join(runnerFolder, 'generation-recorder.cjs');
  return {
    edgesOf: javascriptEdges,
    arbitraryOf: javascriptArbitrary,
    read: async (file, text) => readJavaScript(file, text),
    instrument: (text, subject, report) => instrumentJavaScript(text, subject, { recorder, report }),
    probe: (subject, place, calls, report) => probeJavaScript(subject, place, calls, { recorder, report }),
    compose: composeJavaScript,
    written: async (blocks, _subject, place) => writtenJavaScript(blocks, place.path),
    nameFor: ({ file, name }: Subject, framework, example) => {
      const extension = /\.[cm]?[jt]sx?$/.exec(example ?? file)?.[0].replace('x', '') ?? '.js';
      if (example !== null) {
        const infix = /\.(?:test|spec)(?=\.[^.]+$)/.exec(example)?.[0] ?? '';
        return `${path.posix.dirname(example)}/${name}.generated${infix}${extension}`.replace(/^\.\//, '') as RepoPath; // Made of a path of the repository.
      }
      const own = isTyped(file) ? extension : (/\.[cm]?js$/.exec(file)?.[0] ?? '.js');
      const folder = framework === 'mocha' || framework === 'node:test' ? 'test' : path.posix.dirname(file);
      return `${folder}/${name}.generated.test${own}`.replace(/^\.\//, '') as RepoPath; // Made of a path of the repository.
    },
    environment: () => ({}),
  };
}
