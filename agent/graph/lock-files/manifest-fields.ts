// What a change of package.json means, by the fields that differ.

/** `packages`: names whose version may be another one; `decides`: a field that decides how everything below is resolved, built or run. */
export interface ManifestChange {
  readonly packages: ReadonlySet<string>;
  /** The first such field; null when none differs. */
  readonly decides: string | null;
}

/** Who reads them is a person, a registry or an editor. */
const inert = new Set([
  'version',
  'description',
  'keywords',
  'homepage',
  'bugs',
  'license',
  'licenses',
  'author',
  'contributors',
  'maintainers',
  'funding',
  'repository',
  'files',
  'publishConfig',
  'lint-staged',
  'husky',
  'prettier',
  'eslintConfig',
  'eslintIgnore',
  'stylelint',
  'commitlint',
  'size-limit',
  'release',
  'release-it',
  'np',
  'simple-git-hooks',
  'contributes',
  'sponsor',
  'readme',
]);
const dependencies = new Set(['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']);
/** Scripts that take no part in tests, by their names; their commands must not either. */
const otherScript =
  /^(?:pre|post)?(?:lint|format|fmt|prettier|docs?|typedoc|release|publish|version|changeset|deploy|clean|size|bench|watch|dev|start|storybook|prepare|prepublish|prepublishOnly)(?:[:\-_].*)?$/;
const runner = /\b(?:vitest|jest|mocha|jasmine|ava|tap|c8|nyc|pytest|unittest)\b|--test\b|\btest\b/;

/** Null when either version is no JSON object. */
export function manifestChange(base: string, current: string): ManifestChange | null {
  const before = parseObject(base);
  const after = parseObject(current);
  if (before === null || after === null) return null;
  const packages = new Set<string>();
  let decides: string | null = null;
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (JSON.stringify(before[key]) === JSON.stringify(after[key]) || inert.has(key)) continue;
    if (dependencies.has(key)) for (const name of differingKeys(before[key], after[key])) packages.add(name);
    else if (
      key !== 'scripts' ||
      differingKeys(before[key], after[key]).some((name) => isTestScript(name, [before[key], after[key]]))
    )
      decides ??= key;
  }
  return { packages, decides };
}

function isTestScript(name: string, versions: readonly unknown[]): boolean {
  const commands = versions
    .map((scripts) => (isObject(scripts) ? scripts[name] : undefined))
    .filter((each) => typeof each === 'string');
  return !otherScript.test(name) || commands.some((command) => runner.test(command));
}

function differingKeys(before: unknown, after: unknown): string[] {
  const one = isObject(before) ? before : {};
  const other = isObject(after) ? after : {};
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].filter(
    (key) => JSON.stringify(one[key]) !== JSON.stringify(other[key]),
  );
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
