// Which files mocha would run, read from its arguments and configuration files without executing any of them.
import picomatch from 'picomatch';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import type { RepoPath } from '../../protocol/ids.ts';
import type { RepositoryView } from '../adapter.ts';
import { parseManifest } from '../scripts/manifest.ts';
import type { Word } from '../scripts/shell.ts';
import { literalConfiguration } from './literal-configuration.ts';
import { existing } from './project.ts';
import { joined } from './uses.ts';

export interface MochaRules {
  readonly spec: readonly string[];
  readonly extensions: readonly string[];
  readonly ignore: readonly string[];
  readonly isRecursive: boolean;
  /** Files named by `--require`, `--file` and `--config` that lie in the repository. */
  readonly configFiles: readonly RepoPath[];
}

const StringList = z.union([z.string().transform((text) => text.split(',')), z.array(z.string())]).catch([]);
const MochaConfiguration = z.object({
  spec: StringList.optional(),
  extension: StringList.optional(),
  ignore: StringList.optional(),
  exclude: StringList.optional(),
  require: StringList.optional(),
  file: StringList.optional(),
  recursive: z.boolean().catch(false).optional(),
});
type MochaConfiguration = z.infer<typeof MochaConfiguration>;

const configNames = [
  '.mocharc.cjs',
  '.mocharc.js',
  '.mocharc.mjs',
  '.mocharc.yaml',
  '.mocharc.yml',
  '.mocharc.jsonc',
  '.mocharc.json',
];
const defaultExtensions = ['.js', '.cjs', '.mjs'];

/** The rules that hold in a folder for a command's arguments. */
export function mochaRules(view: RepositoryView, folder: string, words: readonly Word[]): MochaRules {
  const line = readArguments(words.map((each) => each.text));
  const configFile =
    line.configFile === null ? existing(view, folder, configNames)[0] : joined(folder, line.configFile);
  const fromFile = configFile === undefined ? {} : readConfiguration(view, configFile);
  const manifest = parseManifest(view.read(joined(folder, 'package.json')) ?? '');
  const fromManifest = parsed(manifest?.mocha);
  const all = [line.configuration, fromFile, fromManifest];
  const merged = (key: 'spec' | 'extension' | 'ignore' | 'require' | 'file') => all.flatMap((each) => each[key] ?? []);
  const spec = merged('spec');
  const extensions = merged('extension').map((each) => (each.startsWith('.') ? each : `.${each}`));
  const named = [...merged('require'), ...merged('file')].filter(
    (each) => /^\.{0,2}\//.test(each) || each.includes('/'),
  );
  return {
    spec: spec.length > 0 ? spec : ['./test'],
    extensions: [...defaultExtensions, ...extensions],
    ignore: [...merged('ignore'), ...all.flatMap((each) => each.exclude ?? [])],
    isRecursive: all.some((each) => each.recursive === true),
    configFiles: [
      ...(configFile === undefined ? [] : [configFile]),
      ...named.flatMap((each) =>
        existing(view, folder, [each, `${each}.js`, `${each}.cjs`, `${each}.mjs`, `${each}.ts`]).slice(0, 1),
      ),
    ],
  };
}

/** Files that the rules choose, in mocha's order: by specification, then by name. */
export function mochaFiles(view: RepositoryView, folder: string, rules: MochaRules): RepoPath[] {
  const isIgnored =
    rules.ignore.length === 0
      ? () => false
      : picomatch(
          rules.ignore.map((each) => joined(folder, each)),
          { dot: true },
        );
  const chosen = new Set<RepoPath>();
  for (const spec of rules.spec) {
    for (const file of filesOf(view, joined(folder, spec), rules)) if (!isIgnored(file)) chosen.add(file);
  }
  return [...chosen];
}

function filesOf(view: RepositoryView, spec: string, rules: MochaRules): RepoPath[] {
  // A path made above of checked parts.
  const exact = spec as RepoPath;
  if (view.files.includes(exact)) return [exact];
  const prefix = spec === '' ? '' : `${spec}/`;
  const below = view.files.filter(
    (file) => file.startsWith(prefix) && rules.extensions.some((each) => file.endsWith(each)),
  );
  const inFolder = below.filter((file) => rules.isRecursive || !file.slice(prefix.length).includes('/'));
  if (below.length > 0)
    return inFolder.filter(
      (file) =>
        !file
          .slice(prefix.length)
          .split('/')
          .some((part) => part.startsWith('.') || part === 'node_modules'),
    );
  const matches = picomatch(spec);
  const withExtension = rules.extensions.map((each) => `${spec}${each}`);
  return view.files.filter((file) => matches(file) || withExtension.includes(file));
}

const valued: Readonly<Record<string, 'spec' | 'extension' | 'ignore' | 'require' | 'file' | 'config' | null>> = {
  '--spec': 'spec',
  '--extension': 'extension',
  '--watch-extensions': 'extension',
  '--ignore': 'ignore',
  '--exclude': 'ignore',
  '--require': 'require',
  '-r': 'require',
  '--file': 'file',
  '--config': 'config',
  '--package': null,
  '--ui': null,
  '-u': null,
  '--timeout': null,
  '--timeouts': null,
  '-t': null,
  '--slow': null,
  '-s': null,
  '--grep': null,
  '-g': null,
  '--fgrep': null,
  '-f': null,
  '--retries': null,
  '--jobs': null,
  '-j': null,
  '--global': null,
  '--globals': null,
  '--node-option': null,
  '-n': null,
  '--import': null,
  '--loader': null,
  '--experimental-loader': null,
  '--max-old-space-size': null,
  '--stack-trace-limit': null,
  '--env-file': null,
  '--conditions': null,
  '-C': null,
};

/** The files, folders and patterns among mocha's arguments. */
export function mochaNames(args: readonly string[]): string[] {
  return [...(readArguments(args).configuration.spec ?? [])];
}

type ListOption = 'spec' | 'extension' | 'ignore' | 'require' | 'file';

function readArguments(args: readonly string[]): { configuration: MochaConfiguration; configFile: string | null } {
  const lists: Record<ListOption, string[]> = { spec: [], extension: [], ignore: [], require: [], file: [] };
  let configFile: string | null = null;
  for (let index = 0; index < args.length; index++) {
    const [name = '', ...rest] = (args[index] ?? '').split('=');
    if (!name.startsWith('-')) lists.spec.push(args[index] ?? '');
    if (!Object.hasOwn(valued, name)) continue;
    const value = rest.length > 0 ? rest.join('=') : (args[++index] ?? '');
    const key = valued[name] ?? null;
    if (key === 'config') configFile = value;
    else if (key !== null) lists[key].push(...valuesOf(key, value));
  }
  return { configuration: { ...lists, recursive: args.includes('--recursive') }, configFile };
}

/** Lists may be given as one value with commas; a pattern's braces hold commas of their own. */
function valuesOf(key: ListOption, value: string): string[] {
  return key === 'spec' || key === 'require' ? [value] : value.split(',');
}

function readConfiguration(view: RepositoryView, file: RepoPath): MochaConfiguration {
  const text = view.read(file) ?? '';
  if (/\.[cm]?[jt]s$/.test(file)) return parsed(literalConfiguration(file, text));
  try {
    // YAML reads JSON too, with its comments stripped.
    return parsed(
      parseYaml(file.endsWith('.jsonc') || file.endsWith('.json') ? text.replaceAll(/^\s*\/\/.*$/gm, '') : text),
    );
  } catch {
    return {};
  }
}

function parsed(value: unknown): MochaConfiguration {
  const result = MochaConfiguration.safeParse(value);
  return result.success ? result.data : {};
}
