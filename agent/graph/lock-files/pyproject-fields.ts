// What a change of pyproject.toml means, by the tables that differ: who reads some of them is a person, an index or a linter.
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'smol-toml';

type Table = Readonly<Record<string, unknown>>;

/** What `importlib.metadata` tells of a package is written when it is installed, and most of that for people. */
const inertOfProject = new Set([
  'authors',
  'classifiers',
  'description',
  'keywords',
  'license',
  'license-files',
  'maintainers',
  'readme',
  'urls',
]);
/** Tools that no test runs with, unless a plugin of pytest does. */
const inertTools = new Set([
  'autopep8',
  'bandit',
  'black',
  'bumpversion',
  'cibuildwheel',
  'codespell',
  'commitizen',
  'deptry',
  'docformatter',
  'flake8',
  'isort',
  'mypy',
  'pydocstyle',
  'pylint',
  'pyright',
  'ruff',
  'semantic_release',
  'towncrier',
  'vulture',
]);

/** The first field that differs and may decide how code is resolved, built or tested; null when none does, `unread` when a version cannot be read. */
export function pyprojectChange(base: string, current: string): { readonly decides: string | null } {
  const before = fieldsOf(base);
  const after = fieldsOf(current);
  if (before === null || after === null) return { decides: 'unread' };
  const names = new Set([...before.keys(), ...after.keys()]);
  const differing = [...names].filter((name) => !isDeepStrictEqual(before.get(name), after.get(name)));
  const isInert = (name: string) =>
    name.startsWith('tool.') && inertTools.has(name.slice(5)) && !runsUnderPytest(name.slice(5), base + current);
  return { decides: differing.find((name) => !isInert(name)) ?? null };
}

/** `pytest-mypy` makes tests of what mypy says, `--mypy` asks for it. */
function runsUnderPytest(tool: string, text: string): boolean {
  return new RegExp(`(?:pytest[-_.]|enabler\\.|--)${tool}`, 'i').test(text);
}

/** By their dotted names, without what is there for people; null where the text is no TOML. */
function fieldsOf(text: string): Map<string, unknown> | null {
  const whole = tableOf(text);
  if (whole === null) return null;
  const { project, tool, ...others } = whole;
  return new Map([
    ...Object.entries(others),
    ...fieldsBelow('project', project, inertOfProject),
    ...fieldsBelow('tool', tool),
  ]);
}

function fieldsBelow(name: string, value: unknown, inert: ReadonlySet<string> = new Set()): [string, unknown][] {
  if (value === undefined) return [];
  if (!isTable(value)) return [[name, value]];
  return Object.entries(value)
    .filter(([key]) => !inert.has(key))
    .map(([key, each]) => [`${name}.${key}`, each]);
}

function tableOf(text: string): Table | null {
  try {
    return parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return null;
  }
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
