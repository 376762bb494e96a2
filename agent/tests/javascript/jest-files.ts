// Which files jest would run, as far as its configuration is written down.
import picomatch from 'picomatch';
import { z } from 'zod';
import type { RepoPath } from '../../protocol/ids.ts';
import type { RepositoryView } from '../adapter.ts';
import { parseManifest } from '../scripts/manifest.ts';
import { optionValue } from './arguments.ts';
import { literalConfiguration } from './literal-configuration.ts';
import { existing } from './project.ts';
import { joined } from './uses.ts';

const configNames = ['js', 'ts', 'mjs', 'cjs', 'mts', 'cts', 'json'].map((extension) => `jest.config.${extension}`);
const defaultMatch = ['**/__tests__/**/*.?([mc])[jt]s?(x)', '**/?(*.)+(spec|test).?([mc])[jt]s?(x)'];

const Strings = z
  .union([z.string().transform((each) => [each]), z.array(z.string())])
  .optional()
  .catch(undefined);
const JestOptions = z.object({
  rootDir: z.string().optional().catch(undefined),
  roots: Strings,
  testMatch: Strings,
  testRegex: Strings,
  testPathIgnorePatterns: Strings,
  modulePathIgnorePatterns: Strings,
  setupFiles: Strings,
  setupFilesAfterEnv: Strings,
  globalSetup: z.string().optional().catch(undefined),
  globalTeardown: z.string().optional().catch(undefined),
  projects: z.array(z.unknown()).optional().catch(undefined),
});
type JestOptions = z.infer<typeof JestOptions>;

/** Whether the folder configures jest: a file of its own, or `jest` in package.json. */
export function hasJestConfiguration(view: RepositoryView, folder: string): boolean {
  const manifest = parseManifest(view.read(joined(folder, 'package.json')) ?? '');
  return (
    existing(view, folder, configNames).length > 0 || (typeof manifest?.jest === 'object' && manifest.jest !== null)
  );
}

/** The configuration file and what it loads before the tests. */
export function jestConfigFiles(view: RepositoryView, folder: string, args: readonly string[]): RepoPath[] {
  const file = configFile(view, folder, args);
  const options = optionsOf(view, folder, args);
  const setup = [
    ...(options.setupFiles ?? []),
    ...(options.setupFilesAfterEnv ?? []),
    options.globalSetup ?? '',
    options.globalTeardown ?? '',
  ];
  const start = options.rootDir ?? '';
  const loaded = setup
    .filter((each) => each !== '')
    .flatMap((each) => existing(view, joined(folder, start), [each.replace(/^<rootDir>\/?/, '')]));
  return [...(file === null ? [] : [file]), ...loaded];
}

/** Options of jest that take the next word as their value, as far as scripts use them. */
const valued = new Set([
  '--config',
  '-c',
  '--env',
  '--testEnvironment',
  '--rootDir',
  '--roots',
  '--maxWorkers',
  '-w',
  '--maxConcurrency',
  '--testTimeout',
  '--preset',
  '--selectProjects',
  '--projects',
  '--setupFiles',
  '--setupFilesAfterEnv',
  '--testMatch',
  '--testRegex',
  '--transform',
  '--testNamePattern',
  '-t',
  '--cacheDirectory',
  '--globals',
  '--moduleNameMapper',
  '--workerIdleMemoryLimit',
]);

/** The expressions for paths among the arguments. */
export function jestPatterns(args: readonly string[]): string[] {
  const named = optionValue(args, ['--testPathPattern', '--testPathPatterns']);
  const positional = args.filter((argument, index) => !argument.startsWith('-') && !valued.has(args[index - 1] ?? ''));
  return named === null ? positional : [named, ...positional];
}

/** Test files of a folder. */
export function jestFiles(view: RepositoryView, folder: string, args: readonly string[]): RepoPath[] {
  const options = optionsOf(view, folder, args);
  const inline = (options.projects ?? []).flatMap((project) => {
    const parsed = JestOptions.safeParse(project);
    return parsed.success ? [parsed.data] : [];
  });
  const all = inline.length > 0 ? inline : [options];
  const chosen = new Set(all.flatMap((each) => filesOf(view, folder, each)));
  const patterns = expressions(jestPatterns(args).map((each) => each.replace(/^\.\//, '')));
  return view.files.filter(
    (file) => chosen.has(file) && (patterns.length === 0 || patterns.some((each) => each.test(`/${file}`))),
  );
}

function filesOf(view: RepositoryView, folder: string, options: JestOptions): RepoPath[] {
  const start = joined(folder, options.rootDir ?? '');
  const below = (pattern: string) => pattern.replaceAll('<rootDir>', start === '' ? '' : `/${start}`);
  const roots = (options.roots ?? ['<rootDir>']).map((each) => joined('', below(each).replace(/^\.\//, `${start}/`)));
  const isTest = matcher(options, below);
  const ignored = expressions(
    [...(options.testPathIgnorePatterns ?? ['/node_modules/']), ...(options.modulePathIgnorePatterns ?? [])].map(below),
  );
  return view.files.filter((file) => {
    const isBelow = roots.some((root) => root === '' || file.startsWith(`${root}/`));
    return (
      isBelow &&
      isTest(`/${file}`) &&
      !ignored.some((expression) => expression.test(`/${file}`)) &&
      (start === '' || file.startsWith(`${start}/`))
    );
  });
}

function matcher(options: JestOptions, below: (pattern: string) => string): (file: string) => boolean {
  if (options.testRegex !== undefined && options.testRegex.length > 0) {
    const compiled = expressions(options.testRegex.map(below));
    return (file) => compiled.some((expression) => expression.test(file));
  }
  const matches = picomatch((options.testMatch ?? defaultMatch).map(below), { dot: true });
  return (file) => matches(file) || matches(file.slice(1));
}

function expressions(sources: readonly string[]): RegExp[] {
  return sources.flatMap((source) => {
    try {
      return [new RegExp(source)];
    } catch {
      return [];
    }
  });
}

function configFile(view: RepositoryView, folder: string, args: readonly string[]): RepoPath | null {
  const named = optionValue(args, ['--config', '-c']);
  return existing(view, folder, named === null ? configNames : [named])[0] ?? null;
}

function optionsOf(view: RepositoryView, folder: string, args: readonly string[]): JestOptions {
  const file = configFile(view, folder, args);
  const written =
    file === null ? parseManifest(view.read(joined(folder, 'package.json')) ?? '')?.jest : contentOf(view, file);
  const parsed = JestOptions.safeParse(written);
  const options = parsed.success ? parsed.data : {};
  const rootDir = optionValue(args, ['--rootDir']) ?? options.rootDir;
  return rootDir === undefined ? options : { ...options, rootDir };
}

function contentOf(view: RepositoryView, file: RepoPath): unknown {
  const text = view.read(file) ?? '';
  if (!file.endsWith('.json')) return literalConfiguration(file, text);
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
