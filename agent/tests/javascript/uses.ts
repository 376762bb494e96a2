// Which runners the scripts of the repository's packages start.
import type { Framework } from '../../protocol/test.ts';
import type { RepoPath } from '../../protocol/ids.ts';
import type { RepositoryView } from '../adapter.ts';
import { invocationsOf, type Invocation } from '../scripts/invocations.ts';
import { packagesIn, type JavaScriptPackage } from './packages.ts';

/** A runner that a package's script starts. */
export interface RunnerUse {
  readonly framework: Framework;
  readonly package: JavaScriptPackage;
  readonly invocation: Invocation;
}

export interface RunnerUses {
  readonly packages: readonly JavaScriptPackage[];
  readonly uses: readonly RunnerUse[];
  /** Sentences on runners without an adapter. */
  readonly unsupported: readonly string[];
}

/** Looks at the script `test` of each package; where that starts no runner that is known, at those named like it. */
export function runnerUses(view: RepositoryView): RunnerUses {
  const packages = packagesIn(view);
  const manifests = new Map(packages.map((each) => [each.folder, each.manifest]));
  const source = { manifest: (folder: string) => manifests.get(folder) ?? null, environment: {} };
  const unsupported: string[] = [];
  const uses = packages.flatMap((each) => {
    const fromTest = invocationsOf(source, each.folder, 'test');
    const known = usesAmong(view, each, fromTest);
    if (known.length > 0) return known;
    unsupported.push(...fromTest.flatMap((invocation) => withoutAdapter(each, invocation)));
    return testScripts(Object.keys(each.manifest.scripts)).flatMap((script) =>
      usesAmong(view, each, invocationsOf(source, each.folder, script)),
    );
  });
  return { packages, uses, unsupported: [...new Set(unsupported)] };
}

const programs: Readonly<Record<string, Framework>> = {
  vitest: 'vitest',
  jest: 'jest',
  mocha: 'mocha',
  'ts-mocha': 'mocha',
  borp: 'node:test',
};

/** The framework of a program that a script starts; null for everything else. */
export function frameworkOf(view: RepositoryView, invocation: Invocation): Framework | null {
  const framework = Object.hasOwn(programs, invocation.program) ? programs[invocation.program] : undefined;
  if (framework !== undefined) return runsTests(invocation) ? framework : null;
  if (invocation.program !== 'node') return null;
  if (invocation.nodeArguments.some((each) => each === '--test' || each === '--experimental-test-coverage'))
    return 'node:test';
  const [file] = invocation.args;
  if (file === undefined) return null;
  const text = view.read(joined(invocation.folder, file.text)) ?? '';
  return /['"]node:test['"]/.test(text) ? 'node:test' : null;
}

const otherCommands = new Set([
  'bench',
  'init',
  'list',
  'related',
  'typecheck',
  'doctor',
  '--init',
  '--version',
  '-v',
  '--help',
  '--clearCache',
  '--showConfig',
  '--listTests',
  '--merge-reports',
  '--mergeReports',
]);

function runsTests(invocation: Invocation): boolean {
  return !invocation.args.some(
    (each, index) => (index === 0 || each.text.startsWith('-')) && otherCommands.has(each.text),
  );
}

function usesAmong(view: RepositoryView, owner: JavaScriptPackage, invocations: readonly Invocation[]): RunnerUse[] {
  return invocations.flatMap((invocation) => {
    const framework = frameworkOf(view, invocation);
    return framework === null ? [] : [{ framework, package: owner, invocation }];
  });
}

const testNames =
  /^(?:tests?|units?|specs?|mocha|jest|vitest|tap)(?:[:._-].*)?$|[:._-](?:tests?|units?|specs?|mocha|jest|vitest)$|^(?:ci|check|verify|coverage|cov)$/i;
const otherNames =
  /watch|debug|bench|e2e|update|snapshot|(?:^|[:._-])(?:ui|dev|lint|types?|tsd|browser|smoke|release|publish|pack|docs?|perf|bun|deno)(?:[:._-]|$)/i;

/** Scripts that look like tests, the plainest names first. */
function testScripts(scripts: readonly string[]): string[] {
  return scripts
    .filter((each) => each !== 'test' && testNames.test(each) && !otherNames.test(each))
    .toSorted((one, other) => one.length - other.length);
}

const unknownRunners = new Set([
  'ava',
  'tap',
  'tape',
  'uvu',
  'karma',
  'jasmine',
  'qunit',
  'lab',
  'wtr',
  'web-test-runner',
  'playwright',
  'cypress',
  'electron-mocha',
  'xv',
  'zora',
  'bun',
  'deno',
]);

function withoutAdapter(owner: JavaScriptPackage, invocation: Invocation): string[] {
  const manifest = owner.folder === '' ? 'package.json' : `${owner.folder}/package.json`;
  const isReactScripts =
    /^(?:react-scripts|craco|react-app-rewired|rescripts)$/.test(invocation.program) &&
    invocation.args[0]?.text === 'test';
  if (isReactScripts) {
    return [
      `The script ${invocation.script} of ${manifest} runs jest through ${invocation.program}, which hides its configuration: add a script that runs jest itself for Noodle to run these tests`,
    ];
  }
  if (!unknownRunners.has(invocation.program)) return [];
  return [
    `The script ${invocation.script} of ${manifest} runs ${invocation.program}, for which Noodle has no adapter: these tests are not run`,
  ];
}

/** A path below a folder, as the repository knows it. */
export function joined(folder: string, file: string): RepoPath {
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of file.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  // Made of a checked folder and a name.
  return parts.join('/') as RepoPath;
}
