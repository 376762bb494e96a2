// Each setting's value and where it comes from: environment, VS Code, noodle.yaml, an applied proposal, default.
import { nearest } from '../protocol/nearest.ts';
import {
  settingDeclarations,
  settingSchema,
  type ExplainedSetting,
  type SettingDeclaration,
  type Settings,
  type SettingSource,
} from '../protocol/settings.ts';
import type { Environment } from './location.ts';

export interface SettingSources {
  readonly environment: Environment;
  /** By key, as in `test.parallelExecutions`. */
  readonly vscode: Readonly<Record<string, unknown>>;
  /** What stands under `settings:` in noodle.yaml, already fitting its schema. */
  readonly file: Readonly<Record<string, unknown>>;
  /** Of applied proposals, by key. */
  readonly tuned?: Readonly<Record<string, unknown>>;
}

export interface SettingProblem {
  readonly message: string;
  readonly nearest?: string;
}

/** The first source in the order of precedence whose value fits decides; one that does not fit is a problem. */
export function resolveSettings(sources: SettingSources): {
  settings: Settings;
  explained: ExplainedSetting[];
  problems: SettingProblem[];
} {
  const problems: SettingProblem[] = [...unknownVariables(sources.environment), ...unknownKeys(sources.vscode)];
  const explained = settingDeclarations.map((declaration) => {
    const { value, source } = resolve(declaration, sources, problems);
    return {
      key: declaration.key,
      environment: declaration.environment,
      value,
      source,
      description: declaration.description,
    };
  });
  // One entry for each declaration, whose value its schema has checked; Object.fromEntries forgets the keys.
  const settings = Object.fromEntries(explained.map(({ key, value }) => [key, value])) as unknown as Settings;
  return { settings, explained, problems };
}

function resolve(
  declaration: SettingDeclaration,
  sources: SettingSources,
  problems: SettingProblem[],
): { value: boolean | number | string; source: SettingSource } {
  const [group = '', name = ''] = declaration.key.split('.');
  const variable = sources.environment[declaration.environment];
  const inFile = sources.file[group];
  const candidates: [SettingSource, string, unknown][] = [
    [
      'environment',
      `the environment variable ${declaration.environment}`,
      variable === undefined || variable === '' ? undefined : fromVariable(declaration, variable),
    ],
    ['vscode', `the VS Code setting noodle.${declaration.key}`, sources.vscode[declaration.key]],
    ['noodle.yaml', `noodle.yaml settings.${declaration.key}`, isMap(inFile) ? inFile[name] : undefined],
    ['tuning', `the applied proposal for ${declaration.key}`, sources.tuned?.[declaration.key]],
  ];
  for (const [source, place, found] of candidates) {
    if (found === undefined) continue;
    const parsed = settingSchema(declaration).safeParse(found);
    if (parsed.success) return { value: parsed.data, source };
    problems.push({ message: `${place}: found ${JSON.stringify(found)}, expected ${expectedOf(declaration)}` });
  }
  return { value: declaration.default, source: 'default' };
}

/** The value that a variable's text means; the text itself where it means none. */
function fromVariable({ type }: SettingDeclaration, text: string): boolean | number | string {
  if (type === 'text') return text.trim();
  const word = text.trim().toLowerCase();
  if (type === 'integer') return /^[+-]?\d{1,15}$/.test(word) ? Number(word) : text;
  if (word === 'true' || word === '1') return true;
  return word === 'false' || word === '0' ? false : text;
}

function expectedOf({ type, minimum, maximum }: SettingDeclaration): string {
  if (type === 'text') return 'a text of at most 2000 characters';
  return type === 'boolean'
    ? 'true, false, 1 or 0'
    : `a whole number from ${minimum ?? 0} to ${maximum ?? Number.MAX_SAFE_INTEGER}`;
}

/** The product has variables of its own beside the settings; what begins as a group of settings does is meant as one. */
function unknownVariables(environment: Environment): SettingProblem[] {
  const known: string[] = settingDeclarations.map((declaration) => declaration.environment);
  const groups = new Set(known.map(groupOf));
  const found = Object.keys(environment).filter(
    (name) => name.startsWith('NOODLE_') && !known.includes(name) && !ownVariables.has(name),
  );
  return found.flatMap((name): SettingProblem[] => {
    const near = nearestVariable(name, known);
    if (near !== null)
      return [{ message: `the environment variable ${name} is unknown; did you mean ${near}?`, nearest: near }];
    return groups.has(groupOf(name))
      ? [{ message: `the environment variable ${name} is unknown; \`noodle config\` lists the settings` }]
      : [];
  });
}

/** Set by the product's own tests and runners, which may start an agent themselves; and a key, which is no setting that is shown. */
const ownVariables: ReadonlySet<string> = new Set(['NOODLE_TEST_CACHE', 'NOODLE_TEST_COUNTS', 'NOODLE_TEST_MODEL_KEY']);

/** `NOODLE_TEST` of `NOODLE_TEST_CACHE_TTL`. */
function groupOf(variable: string): string {
  return variable.split('_').slice(0, 2).join('_');
}

/** The nearest whole name, else the one whose first words are the nearest: who writes little means the beginning. */
function nearestVariable(name: string, known: readonly string[]): string | null {
  const words = name.split('_').slice(1);
  const rest = (variable: string, count?: number) =>
    variable
      .split('_')
      .slice(1, count === undefined ? undefined : count + 1)
      .join('_');
  const whole = nearest(
    words.join('_'),
    known.map((each) => rest(each)),
  );
  if (whole !== null) return `NOODLE_${whole}`;
  if (words.length < 2) return null;
  const inGroup = known.filter((each) => groupOf(each) === groupOf(name));
  const beginning = nearest(
    words.join('_'),
    inGroup.map((each) => rest(each, words.length)),
  );
  return inGroup.find((each) => rest(each, words.length) === beginning) ?? null;
}

function unknownKeys(vscode: Readonly<Record<string, unknown>>): SettingProblem[] {
  const known: string[] = settingDeclarations.map((declaration) => declaration.key);
  return Object.keys(vscode)
    .filter((key) => !known.includes(key))
    .map((key) => {
      const near = nearest(key, known);
      return near === null
        ? { message: `the VS Code setting noodle.${key} is unknown` }
        : { message: `the VS Code setting noodle.${key} is unknown; did you mean noodle.${near}?`, nearest: near };
    });
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
