// Which files vitest would run, as far as its configuration is written down.
import picomatch from 'picomatch';
import { z } from 'zod';
import type { RepoPath } from '../../protocol/ids.ts';
import type { RepositoryView } from '../adapter.ts';
import { optionValue } from './arguments.ts';
import { literalConfiguration } from './literal-configuration.ts';
import { existing } from './project.ts';
import { joined } from './uses.ts';

const extensions = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'];
const configNames = ['vitest.config', 'vite.config'].flatMap((name) =>
  extensions.map((extension) => `${name}.${extension}`),
);
const workspaceNames = ['vitest.workspace', 'vitest.projects'].flatMap((name) =>
  [...extensions, 'json'].map((extension) => `${name}.${extension}`),
);
const defaultInclude = ['**/*.{test,spec}.?(c|m)[jt]s?(x)'];
const defaultExclude = ['**/node_modules/**', '**/dist/**', '**/cypress/**', '**/.{idea,git,cache,output,temp}/**'];

const Patterns = z.array(z.string()).optional().catch(undefined);
const TestOptions = z
  .object({
    include: Patterns,
    exclude: Patterns,
    dir: z.string().optional().catch(undefined),
    root: z.string().optional().catch(undefined),
    setupFiles: z
      .union([z.string().transform((each) => [each]), z.array(z.string())])
      .catch([])
      .default([]),
    globalSetup: z
      .union([z.string().transform((each) => [each]), z.array(z.string())])
      .catch([])
      .default([]),
    typecheck: z
      .object({ enabled: z.boolean().catch(false), include: Patterns })
      .partial()
      .optional()
      .catch(undefined),
    projects: z.array(z.unknown()).optional().catch(undefined),
    workspace: z.array(z.unknown()).optional().catch(undefined),
  })
  .catch({ setupFiles: [], globalSetup: [] });
const ViteConfiguration = z.object({
  root: z.string().optional().catch(undefined),
  test: TestOptions.default({ setupFiles: [], globalSetup: [] }),
});
type ViteConfiguration = z.infer<typeof ViteConfiguration>;

/** The configuration files that hold for a folder, the one that vitest takes first; `args` null: by name alone. */
export function vitestConfigFiles(view: RepositoryView, folder: string, args: readonly string[] | null): RepoPath[] {
  const named = args === null ? null : optionValue(args, ['--config', '-c']);
  const main = named === null ? existing(view, folder, configNames).slice(0, 1) : existing(view, folder, [named]);
  const workspaces = existing(view, folder, workspaceNames);
  if (args === null) return [...main, ...workspaces];
  const setup = main.flatMap((file) => {
    const { test } = readConfiguration(view, file);
    return [...test.setupFiles, ...test.globalSetup].flatMap((each) => existing(view, folder, [each]));
  });
  return [...main, ...workspaces, ...setup];
}

/** Test files of a folder as its configuration has it, else vitest's defaults. */
export function vitestFiles(view: RepositoryView, folder: string, args: readonly string[]): RepoPath[] {
  const [configFile] = vitestConfigFiles(view, folder, args);
  const configuration = configFile === undefined ? empty : readConfiguration(view, configFile);
  const { test } = configuration;
  const start = joined(folder, optionValue(args, ['--root', '-r']) ?? test.root ?? configuration.root ?? '');
  const searched = joined(start, optionValue(args, ['--dir']) ?? test.dir ?? '');
  const isTest = testMatcher(test, args);
  const prefix = searched === '' ? '' : `${searched}/`;
  const below = start === '' ? '' : `${start}/`;
  return view.files.filter((file) => file.startsWith(prefix) && isTest(file.slice(below.length)));
}

function testMatcher(test: ViteConfiguration['test'], args: readonly string[]): (file: string) => boolean {
  const runtime = [...(test.include ?? defaultInclude), ...inlineIncludes(test.projects ?? test.workspace ?? [])];
  const include = args.includes('--typecheck.only') ? typeTests(test, args) : [...runtime, ...typeTests(test, args)];
  const matches = picomatch(
    include.map((each) => each.replace(/^\.\//, '')),
    { dot: true },
  );
  const excludes = picomatch(test.exclude ?? defaultExclude, { dot: true });
  const filters = vitestFilters(args);
  const isNamed = (file: string) => filters.length === 0 || filters.some((each) => file.toLowerCase().includes(each));
  return (file) => matches(file) && !excludes(file) && isNamed(file);
}

/** Patterns of type tests, where those are on. */
function typeTests({ typecheck }: ViteConfiguration['test'], args: readonly string[]): readonly string[] {
  const isOn = typecheck?.enabled === true || args.some((each) => /^--typecheck(?:\.enabled|\.only)?$/.test(each));
  return isOn ? (typecheck?.include ?? ['**/*.{test,spec}-d.?(c|m)[jt]s?(x)']) : [];
}

/** Options of vitest that take the next word as their value, as far as scripts use them. */
const valued = new Set([
  '--config',
  '-c',
  '--root',
  '-r',
  '--dir',
  '--project',
  '--environment',
  '--env',
  '--pool',
  '--testNamePattern',
  '-t',
  '--mode',
  '-m',
  '--maxWorkers',
  '--minWorkers',
  '--testTimeout',
  '--hookTimeout',
  '--retry',
  '--bail',
  '--exclude',
  '--workspace',
  '--maxConcurrency',
  '--logHeapUsage',
  '--silent',
  '--browser',
  '--tags-filter',
  '--configLoader',
  '--slowTestThreshold',
  '--teardownTimeout',
]);

/** Parts of paths that the arguments name. */
export function vitestFilters(args: readonly string[]): string[] {
  return args
    .filter((argument, index) => !argument.startsWith('-') && !valued.has(args[index - 1] ?? ''))
    .map((argument) => argument.replace(/^\.\//, '').replace(/:\d+$/, '').toLowerCase());
}

const empty: ViteConfiguration = { root: undefined, test: { setupFiles: [], globalSetup: [] } };

function readConfiguration(view: RepositoryView, file: RepoPath): ViteConfiguration {
  const parsed = ViteConfiguration.safeParse(literalConfiguration(file, view.read(file) ?? ''));
  return parsed.success ? parsed.data : empty;
}

/** Projects may be written into the root's configuration, with patterns of their own. */
function inlineIncludes(projects: readonly unknown[]): string[] {
  return projects.flatMap((project) => {
    const parsed = ViteConfiguration.safeParse(project);
    return parsed.success ? (parsed.data.test.include ?? []) : [];
  });
}
