// borp, a command line over Node's own runner, with a configuration file of its own.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse as parseYaml, stringify } from 'yaml';
import { z } from 'zod';
import type { RepoPath } from '../../protocol/ids.ts';
import type { BatchContext, RepositoryView } from '../adapter.ts';
import type { Word } from '../scripts/shell.ts';
import { withoutOptions } from './arguments.ts';
import { existing } from './project.ts';

/** Reporters and coverage. */
export const unwantedOfBorp = {
  flags: ['--coverage', '-C', '--check-coverage', '--watch', '-w'],
  valued: ['--reporter', '-r', '--coverage-exclude', '-X', '--lines', '--branches', '--functions', '--statements'],
  families: [],
};
const valued = [
  '--concurrency',
  '-c',
  '--timeout',
  '-t',
  '--ignore',
  '-i',
  '--post-compile',
  '-P',
  ...unwantedOfBorp.valued,
];
const configNames = ['.borp.yaml', '.borp.yml'];

const Configuration = z.object({ files: z.array(z.string()).optional() }).loose();

/** The files and patterns that a command names: by itself, else by its configuration, else borp's own. */
export function borpPatterns(view: RepositoryView, folder: string, words: readonly Word[]): string[] {
  const named = borpNames(words);
  const [configFile] = borpConfigFiles(view, folder);
  const configured = configFile === undefined ? [] : (parsed(view.read(configFile) ?? '').files ?? []);
  const all = [...named, ...configured];
  return all.length > 0 ? all : ['**/*.test.{cjs,mjs,js,ts,mts,cts}'];
}

/** The files and patterns among the arguments. */
export function borpNames(words: readonly Word[]): string[] {
  const texts = words.map((word) => word.text);
  const pattern = texts.findIndex((text) => text === '--pattern' || text === '-p');
  const rest = withoutOptions(words, { flags: [], valued, families: [] }).map((word) => word.text);
  const positional = rest.filter(
    (text, index) => !text.startsWith('-') && !/^(?:--pattern|-p)$/.test(rest[index - 1] ?? ''),
  );
  return positional.length > 0 || pattern === -1 ? positional : texts.slice(pattern + 1, pattern + 2);
}

export function borpConfigFiles(view: RepositoryView, folder: string): RepoPath[] {
  return existing(view, folder, configNames).slice(0, 1);
}

/** Variables under which borp's configuration holds, but for the files that it names: others were chosen. */
export function withoutConfiguredFiles(
  cwd: string,
  environment: Readonly<Record<string, string>>,
  context: Pick<BatchContext, 'temporaryFolder'> & { readonly read: (file: string) => string | null },
): Record<string, string> {
  const given = environment['BORP_CONF_FILE'];
  const candidates = given === undefined ? configNames.map((name) => path.join(cwd, name)) : [path.resolve(cwd, given)];
  const text = candidates.map((file) => context.read(file)).find((each) => each !== null);
  if (text === undefined || text === null) return { ...environment };
  const { files: _named, ...rest } = parsed(text);
  const file = path.join(context.temporaryFolder, 'borp.yaml');
  writeFileSync(file, stringify(rest));
  return { ...environment, BORP_CONF_FILE: file };
}

function parsed(text: string): z.infer<typeof Configuration> {
  try {
    return Configuration.parse(parseYaml(text));
  } catch {
    // borp itself passes over what it cannot read.
    return {};
  }
}
