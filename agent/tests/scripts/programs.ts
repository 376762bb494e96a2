// Programs by name, and where their own options end and the command that they start begins.
import type { Word } from './shell.ts';

/** Programs that stand at the start of a command; known, so that the values of a wrapper's options are told from them. */
const known = new Set([
  'node',
  'mocha',
  '_mocha',
  'ts-mocha',
  'jest',
  'vitest',
  'ava',
  'tap',
  'tape',
  'uvu',
  'borp',
  'tsx',
  'ts-node',
  'npm',
  'npx',
  'pnpm',
  'yarn',
  'bun',
  'cross-env',
  'env',
  'c8',
  'nyc',
  'npm-run-all',
  'npm-run-all2',
  'run-s',
  'run-p',
  'react-scripts',
  'electron-mocha',
  'karma',
  'playwright',
  'cypress',
]);

/** Files of packages whose name is not the program's. */
const byFile: Readonly<Record<string, string>> = {
  _mocha: 'mocha',
  'ts-node-script': 'ts-node',
  'ts-node-transpile-only': 'ts-node',
};

/** `./node_modules/.bin/mocha`, `node_modules/mocha/bin/mocha.js`, `mocha.cmd` → `mocha`. */
export function programName(text: string): string {
  const inPackage = /(?:^|\/)node_modules\/(?!\.bin\/)((?:@[^/]+\/)?[^/]+)\//.exec(text)?.[1];
  const base = (text.split('/').pop() ?? text).replace(/\.(?:cmd|exe|[cm]?js)$/, '');
  if (inPackage !== undefined && !known.has(base)) return inPackage === 'jest-cli' ? 'jest' : inPackage;
  return byFile[base] ?? base;
}

/** What a wrapper (`c8 --reporter text mocha --x`) starts: the words from the first known program on. */
export function commandAfterOptions(words: readonly Word[]): readonly Word[] {
  const separator = words.findIndex((each) => each.text === '--');
  const firstPlain = words.findIndex((each) => !each.text.startsWith('-'));
  const firstKnown = words.findIndex((each) => known.has(programName(each.text)));
  if (separator !== -1 && (firstKnown === -1 || separator < firstKnown)) return words.slice(separator + 1);
  if (firstKnown !== -1) return words.slice(firstKnown);
  return firstPlain === -1 ? [] : words.slice(firstPlain);
}

/** Options of node that take the next word as their value. */
const withValue = new Set([
  '-r',
  '--require',
  '--import',
  '--loader',
  '--experimental-loader',
  '-C',
  '--conditions',
  '--env-file',
  '--env-file-if-exists',
  '--title',
  '--test-reporter',
  '--test-reporter-destination',
  '--test-name-pattern',
  '--test-skip-pattern',
  '--test-concurrency',
  '--test-timeout',
  '--test-shard',
  '--test-coverage-include',
  '--test-coverage-exclude',
  '--test-isolation',
  '--test-global-setup',
  '--max-old-space-size',
  '--stack-trace-limit',
  '--input-type',
  '--experimental-default-type',
  '--icu-data-dir',
  '--openssl-config',
  '--redirect-warnings',
  '--disable-warning',
  '--unhandled-rejections',
  '-e',
  '--eval',
  '-p',
  '--print',
]);

export interface NodeWords {
  /** Flags with their values. */
  readonly nodeArguments: readonly string[];
  /** The first word that is no flag. */
  readonly program: Word | null;
  readonly rest: readonly Word[];
}

/** Splits what follows `node` into its flags, the program and the program's arguments. */
export function splitNodeArguments(words: readonly Word[]): NodeWords {
  const nodeArguments: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index];
    if (word === undefined) break;
    if (word.text === '--') return { nodeArguments, program: words[index + 1] ?? null, rest: words.slice(index + 2) };
    if (!word.text.startsWith('-')) return { nodeArguments, program: word, rest: words.slice(index + 1) };
    nodeArguments.push(word.text);
    const value = words[index + 1];
    if (withValue.has(word.text) && value !== undefined) {
      nodeArguments.push(value.text);
      index++;
    }
  }
  return { nodeArguments, program: null, rest: [] };
}
