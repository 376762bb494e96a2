// Who uses the distributions that a change of a Python lock file concerns.
import type { RepoPath } from '../../protocol/ids.ts';
import type { ImportFact } from '../facts.ts';
import { roleOf } from '../file-roles.ts';
import { isWithin } from '../resolution/file-set.ts';
import type { DistributionChange } from './distributions.ts';
import type { InstalledDistribution } from './installed-distributions.ts';
import { normalizedName } from './locked-packages.ts';
import type { PackageQuestions, PackageUsers } from './package-users.ts';

export interface DistributionQuestions extends Pick<PackageQuestions, 'sources' | 'factsOf'> {
  /** What is installed for the projects of a folder. */
  readonly installed: (folder: string) => ReadonlyMap<string, InstalledDistribution>;
  /** The texts of files that name direct dependencies or plugins of Python projects. */
  readonly pythonManifests: () => readonly { readonly folder: string; readonly text: string }[];
}

export interface DistributionUsers extends PackageUsers {
  /** What changed, with what needs it. */
  readonly packages: ReadonlySet<string>;
}

/** Tools that no test runs with. */
const idleTool =
  /^(?:ruff|black|isort|flake8(?:-.*)?|pylint(?:-.*)?|pre-commit|mypy-extensions|codespell|bandit|pyupgrade|autoflake|autopep8|yapf|mypy|pyright|basedpyright|sphinx(?:-.*|contrib-.*)?|mkdocs(?:-.*)?|furo|alabaster|pallets-sphinx-themes|towncrier|twine|build|bump2version|bumpver|commitizen|pip-tools|uv|poetry|types-.*|.*-stubs)$/;

type Installed = ReadonlyMap<string, InstalledDistribution>;

/** Below a folder. */
export function distributionUsers(
  change: DistributionChange,
  folder: string,
  questions: DistributionQuestions,
): DistributionUsers {
  const installed: Installed = change.changed.size === 0 ? new Map() : questions.installed(folder);
  const packages = affected(change, installed);
  const { files, used } = importers(packages, installed, { folder, questions });
  const setup = [...files].find(([file]) => roleOf(file) !== 'code');
  const tool =
    toolAmong(packages, used, { change, installed, folder, questions }) ??
    (setup === undefined ? null : { name: setup[1], reason: `${setup[0]} imports ${setup[1]}, which changed` });
  return { files, packages, tool: tool?.name ?? null, ...(tool === null ? {} : { reason: tool.reason }) };
}

interface Known {
  readonly change: DistributionChange;
  readonly installed: Installed;
  readonly folder: string;
  readonly questions: DistributionQuestions;
}

/** One of which nobody can tell what it reaches. */
function toolAmong(
  packages: ReadonlySet<string>,
  used: ReadonlySet<string>,
  { change, installed, folder, questions }: Known,
): { readonly name: string; readonly reason: string } | null {
  const telling = [...packages].filter((name) => !idleTool.test(name));
  const unknown = telling.find((name) => change.changed.has(name) && !installed.has(name));
  if (unknown !== undefined)
    return { name: unknown, reason: `${unknown} is not installed, so nothing tells what it lets import` };
  const acting = telling.find((name) => (installed.get(name)?.actsUnasked ?? null) !== null);
  if (acting !== undefined)
    return { name: acting, reason: `${acting} changed, and ${installed.get(acting)?.actsUnasked ?? ''}` };
  const neededBy = new Set([...packages].flatMap((name) => [...needsOf(name, change, installed)]));
  const direct = wordsIn(questions.pythonManifests().filter((each) => isWithin(folder, each.folder)));
  const isAskedFor = (name: string) => direct.has(name) || (change.needs.has(name) && !neededBy.has(name));
  const unseen = telling.find((name) => installed.has(name) && !used.has(name) && isAskedFor(name));
  return unseen === undefined
    ? null
    : { name: unseen, reason: `${unseen} changed, and no file that imports it tells who uses it` };
}

/** What changed, what of unpinned ones that may have brought along, and all that need any of them. */
function affected(change: DistributionChange, installed: Installed): Set<string> {
  const found = new Set(change.changed);
  if (change.pinned !== null) addBrought(found, change.pinned, installed);
  const dependents = new Map<string, string[]>();
  for (const name of new Set([...installed.keys(), ...change.needs.keys()]))
    for (const needed of needsOf(name, change, installed))
      dependents.set(needed, [...(dependents.get(needed) ?? []), name]);
  for (const name of found) for (const dependent of dependents.get(name) ?? []) found.add(dependent);
  return found;
}

function addBrought(found: Set<string>, pinned: ReadonlySet<string>, installed: Installed): void {
  for (const name of found)
    for (const needed of installed.get(name)?.needs ?? [])
      if (!pinned.has(needed) && installed.has(needed)) found.add(needed);
}

function needsOf(name: string, change: DistributionChange, installed: Installed): Set<string> {
  return new Set([...(change.needs.get(name) ?? []), ...(installed.get(name)?.needs ?? [])]);
}

/** Files that import or run one of them; one that is not installed is known by its own name alone. */
function importers(
  packages: ReadonlySet<string>,
  installed: Installed,
  { folder, questions }: { readonly folder: string; readonly questions: DistributionQuestions },
): { files: Map<RepoPath, string>; used: Set<string> } {
  const byName = namesOf(packages, installed);
  const files = new Map<RepoPath, string>();
  const used = new Set<string>();
  for (const file of questions.sources()) {
    if (!isWithin(folder, file) || !/\.py[iw]?$/.test(file)) continue;
    for (const fact of questions.factsOf(file).imports) {
      for (const name of byName.get(keyOf(fact)) ?? []) {
        used.add(name);
        if (!files.has(file)) files.set(file, name);
      }
    }
  }
  return { files, used };
}

/** Distributions by what a file does with them: `import name`, `run name`. */
function namesOf(packages: ReadonlySet<string>, installed: Installed): ReadonlyMap<string, string[]> {
  const found = new Map<string, string[]>();
  const add = (key: string, name: string) => found.set(key, [...(found.get(key) ?? []), name]);
  for (const name of packages) {
    const { modules = [name.replaceAll('-', '_')], commands = [] } = installed.get(name) ?? {};
    for (const module of modules) add(`import ${module}`, name);
    for (const command of commands) add(`run ${command}`, name);
  }
  return found;
}

function keyOf({ kind, specifier }: ImportFact): string {
  if (kind === 'command') return `run ${specifier}`;
  return kind === 'module' || kind === 'member' ? `import ${specifier.split('.')[0] ?? ''}` : '';
}

/** Whole words, as names of distributions are compared. */
function wordsIn(texts: readonly { readonly text: string }[]): Set<string> {
  const words = texts.flatMap(({ text }) => text.match(/[A-Za-z0-9](?:[\w.-]*\w)?/g) ?? []);
  return new Set(words.map(normalizedName));
}
