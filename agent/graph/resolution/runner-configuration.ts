// Aliases and module folders that the configuration of vite, vitest, jest, webpack or babel states literally.
import { parseSync } from 'oxc-parser';
import type { RepoPath } from '../../protocol/ids.ts';
import { evaluate, pathsIn, relativePath } from '../extractors/path-expressions.ts';
import type { Constants } from '../extractors/path-expressions.ts';
import { folderOf, isWithin, join } from './file-set.ts';
import type { Manifests } from './manifests.ts';

interface Alias {
  readonly matches: RegExp;
  /** With `$1` for what the pattern caught. A path in the repository, or the name of a package. */
  readonly target: string;
  readonly isPath: boolean;
}

interface RunnerConfiguration {
  /** Where it applies. */
  readonly folder: string;
  readonly aliases: readonly Alias[];
  /** Folders in which bare names are looked up, too. */
  readonly moduleFolders: readonly string[];
  readonly automocks: boolean;
  /** The runner fails on type errors, so types can fail a test. */
  readonly checksTypes: boolean;
  /** A plugin imports names that the code only uses. */
  readonly importsUnseen: boolean;
}

export interface AliasTarget {
  readonly target: string;
  readonly isPath: boolean;
}

export interface RunnerConfigurations {
  /** What a bare name may stand for in a folder, by an alias or a module folder. */
  targetsOf(specifier: string, folder: string): readonly AliasTarget[];
  automocks(folder: string): boolean;
  checksTypes(folder: string): boolean;
  /** The folder whose files may use any name of each other without an import; null in most projects. */
  importsUnseen(folder: string): string | null;
}

const configurationFile =
  /^(?:\.babelrc(?:\.\w+)?|\.mocharc\.\w+|(?:vite|vitest|jest|babel|webpack|rspack|rsbuild|next|craco)(?:[.-][\w.-]*)?\.(?:config|workspace|preset|projects|setup)[\w.-]*\.(?:[cm]?[jt]s|json)|(?:vite|vitest|jest|babel|webpack)\.(?:config|workspace)\.(?:[cm]?[jt]s|json))$/;

/** Whether a file is one that this module reads. */
export function isRunnerConfiguration(file: string): boolean {
  return configurationFile.test(file.slice(file.lastIndexOf('/') + 1));
}

export function readRunnerConfigurations(
  files: Iterable<RepoPath>,
  manifests: Manifests,
  read: (file: RepoPath) => string | null,
): RunnerConfigurations {
  const all: RunnerConfiguration[] = [];
  for (const file of files) {
    if (!isRunnerConfiguration(file)) continue;
    const text = read(file) ?? '';
    // A configuration in a folder of its own (config/jest.config.js) applies to its package.
    const folder = manifests.above(folderOf(file))?.folder ?? folderOf(file);
    all.push(parseConfiguration(file, folder, text));
  }
  for (const manifest of manifests.all) {
    if (manifest.text.includes('"jest"') || manifest.text.includes('ts-node'))
      all.push(parseConfiguration(manifest.file, manifest.folder, packageText(manifest.text)));
  }
  const useful = all.filter(
    (each) =>
      each.aliases.length > 0 ||
      each.moduleFolders.length > 0 ||
      each.automocks ||
      each.checksTypes ||
      each.importsUnseen,
  );
  return {
    targetsOf: (specifier, folder) =>
      useful.filter((each) => isWithin(each.folder, folder)).flatMap((each) => targets(each, specifier)),
    automocks: (folder) => useful.some((each) => each.automocks && isWithin(each.folder, folder)),
    importsUnseen: (folder) =>
      useful.find((each) => each.importsUnseen && isWithin(each.folder, folder))?.folder ?? null,
    checksTypes: (folder) => useful.some((each) => each.checksTypes && isWithin(each.folder, folder)),
  };
}

/** The parts of a package.json that configure runners, so that a dependency's name is not taken for a setting. */
function packageText(text: string): string {
  try {
    // Only the two named members are looked at, as text.
    const { jest, scripts, mocha } = JSON.parse(text) as Record<string, unknown>;
    return JSON.stringify({ jest, scripts, mocha });
  } catch {
    return '{}';
  }
}

function targets(configuration: RunnerConfiguration, specifier: string): AliasTarget[] {
  const aliased = configuration.aliases.flatMap((alias) =>
    alias.matches.test(specifier)
      ? [{ target: specifier.replace(alias.matches, alias.target), isPath: alias.isPath }]
      : [],
  );
  return [
    ...aliased,
    ...configuration.moduleFolders.map((folder) => ({ target: join(folder, specifier), isPath: true })),
  ];
}

function parseConfiguration(file: RepoPath, folder: string, text: string): RunnerConfiguration {
  const isJson = file.endsWith('.json') || file.endsWith('.babelrc');
  const source = isJson ? `(${text})` : text;
  const collected: Collected = {
    aliases: [],
    moduleFolders: [],
    automocks: false,
    place: { source, constants: pathsIn(source).constants, folder, ownFolder: folderOf(file) },
  };
  const { program } = parseSync(
    isJson ? 'configuration.js' : file,
    source,
    /\.[cm]?ts$/.test(file) ? { lang: 'ts' } : { lang: 'jsx', sourceType: 'unambiguous' },
  );
  walk(program, collected);
  return {
    folder,
    aliases: collected.aliases,
    moduleFolders: collected.moduleFolders,
    automocks: collected.automocks,
    checksTypes: checksTypes(text),
    importsUnseen: /unplugin-auto-import|unplugin-vue-components|unimport|defineNuxtConfig|@nuxt\/test-utils/.test(
      text,
    ),
  };
}

function checksTypes(text: string): boolean {
  const byJest =
    /\bts-jest\b/.test(text) &&
    !/isolatedModules["']?\s*:\s*true|diagnostics["']?\s*:\s*false|transpilation["']?\s*:\s*true/.test(text);
  const byNode = /\bts-node(?:\/register|\/esm)?(?![\w/-])/.test(text) && !/transpile|TRANSPILE|swc/.test(text);
  const byVitest = /\btypecheck\s*:\s*\{[^{}]*\}/.exec(text)?.[0] ?? '';
  // Vitest checks files of their own (*.test-d.ts), unless it is told to check others.
  return byJest || byNode || (/enabled\s*:\s*true/.test(byVitest) && /\binclude\s*:/.test(byVitest));
}

interface Place {
  readonly source: string;
  readonly constants: Constants;
  /** Where `<rootDir>` is. */
  readonly folder: string;
  readonly ownFolder: string;
}

interface Collected {
  readonly aliases: Alias[];
  readonly moduleFolders: string[];
  automocks: boolean;
  readonly place: Place;
}

interface TreeNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

function isNode(value: unknown): value is TreeNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

/** Looks for the settings by name wherever they stand: configurations are often the result of functions. */
function walk(root: unknown, collected: Collected): void {
  const waiting: unknown[] = [root];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (Array.isArray(value)) for (const item of value) waiting.push(item);
    else if (isNode(value)) {
      if (value.type === 'Property') readProperty(value, collected);
      for (const key in value) if (typeof value[key] === 'object') waiting.push(value[key]);
    }
  }
}

function readProperty(node: TreeNode, collected: Collected): void {
  const value = node['value'];
  switch (keyOf(node)) {
    case 'alias':
      readAliases(value, collected);
      break;
    case 'moduleNameMapper':
      for (const [key, target] of propertiesOf(value))
        for (const each of elementsOf(target)) addAlias(toPattern(key), each, collected);
      break;
    case 'modulePaths':
    case 'moduleDirectories':
    case 'root':
      for (const each of elementsOf(value)) addModuleFolder(each, collected);
      break;
    case 'automock':
      collected.automocks ||= isNode(value) && value['value'] === true;
      break;
    default:
  }
}

function readAliases(value: unknown, collected: Collected): void {
  for (const [key, target] of propertiesOf(value)) addAlias(keyPattern(key), target, collected);
  if (!isNode(value) || value.type !== 'ArrayExpression') return;
  for (const entry of elementsOf(value)) {
    const parts = new Map(propertiesOf(entry));
    const find = parts.get('find');
    const replacement = parts.get('replacement');
    if (!isNode(find) || replacement === undefined) continue;
    const pattern =
      isNode(find) && find['value'] instanceof RegExp
        ? find['value']
        : typeof find['value'] === 'string'
          ? keyPattern(find['value'])
          : null;
    if (pattern !== null) addAlias(pattern, replacement, collected);
  }
}

/** `@` stands for itself and for what begins with `@/`; `name$` for itself alone. */
function keyPattern(key: string): RegExp | null {
  const isExact = key.endsWith('$');
  const name = (isExact ? key.slice(0, -1) : key).replace(/\/\*$/, '/');
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  if (isExact) return new RegExp(`^${escaped}$`);
  return new RegExp(name.endsWith('/') ? `^${escaped}` : `^${escaped}(?=/|$)`);
}

function toPattern(text: string): RegExp | null {
  try {
    return new RegExp(text);
  } catch {
    return null;
  }
}

function addAlias(matches: RegExp | null, target: unknown, collected: Collected): void {
  if (matches === null || !isNode(target)) return;
  const found = pathOf(target, collected.place);
  if (found === null) return;
  // `^lodash$` → `lodash-es`: the name of another package. A pattern that covers its whole specifier replaces it whole.
  const whole =
    /^\^.*[^\\]\$$/.test(matches.source) || matches.source.startsWith('^')
      ? matches
      : new RegExp(`^.*${matches.source}.*$`);
  collected.aliases.push({ matches: found.target.includes('$') ? matches : whole, ...found });
}

function addModuleFolder(value: unknown, collected: Collected): void {
  const found = isNode(value) ? pathOf(value, collected.place) : null;
  if (found === null || found.target === 'node_modules' || found.target.includes('node_modules')) return;
  collected.moduleFolders.push(found.isPath ? found.target : join(collected.place.folder, found.target));
}

/** A value as a path in the repository or as the name of a package; null when it is computed. */
function pathOf(node: TreeNode, place: Place): AliasTarget | null {
  const value = evaluate(place.source.slice(0, node.end), node.start, place.constants)?.value;
  if (value === undefined || value.isOpen || value.base === 'unknown') return null;
  if (value.base === 'file') return { target: join(place.ownFolder, relativePath(value) ?? '.'), isPath: true };
  const text = value.path.replace(/^<rootDir>\/?/, './');
  if (value.base === 'cwd' || /^\.{0,2}\//.test(text))
    return { target: join(place.folder, text.replace(/^\//, './')), isPath: true };
  return { target: text, isPath: false };
}

function propertiesOf(value: unknown): [string, unknown][] {
  if (!isNode(value) || value.type !== 'ObjectExpression' || !Array.isArray(value['properties'])) return [];
  return value['properties'].flatMap((each: unknown): [string, unknown][] => {
    const key = isNode(each) && each.type === 'Property' ? keyOf(each) : null;
    return key === null || !isNode(each) ? [] : [[key, each['value']]];
  });
}

function keyOf(node: TreeNode): string | null {
  const key = node['key'];
  if (!isNode(key) || node['computed'] === true) return null;
  if (typeof key['name'] === 'string') return key['name'];
  return typeof key['value'] === 'string' ? key['value'] : null;
}

function elementsOf(value: unknown): unknown[] {
  if (isNode(value) && value.type === 'ArrayExpression' && Array.isArray(value['elements'])) return value['elements'];
  return value === undefined ? [] : [value];
}
