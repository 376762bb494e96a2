// The configuration in force, from all its sources, with what is wrong in them. A problem never stops the product:
// the valid rest counts.
import { z } from 'zod';
import { ConfigurationFile } from '../protocol/configuration-file.ts';
import { nearest } from '../protocol/nearest.ts';
import type { ExplainedSetting, Settings } from '../protocol/settings.ts';
import { fitTo, type Misfit } from './configuration-repair.ts';
import { nodeAt, schemaTree, type SchemaNode } from './configuration-schema.ts';
import { resolveSettings } from './configuration-settings.ts';
import { checkTargets } from './configuration-targets.ts';
import { parseYaml, type ParsedYaml } from './configuration-yaml.ts';

export interface ConfigurationInput {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What the user set in VS Code, by key: `test.parallelExecutions`. */
  readonly vscodeSettings: Readonly<Record<string, unknown>>;
  /** noodle.yaml; null when there is none. */
  readonly file: { readonly path: string; readonly text: string } | null;
  /** The targets found in the project, beside those of the file; without them only a likely slip in `needs` is told. */
  readonly knownTargets?: readonly string[];
}

/** A sentence with what was found and what was expected. Lines and columns count from 1; without them it is not about the file. */
export interface ConfigurationProblem {
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
  readonly endLine?: number;
  readonly endColumn?: number;
  /** The known word that was most likely meant. */
  readonly nearest?: string;
}

export interface Configuration {
  readonly settings: Settings;
  /** A row for each setting, in the order of their declaration. */
  readonly explained: readonly ExplainedSetting[];
  readonly file: ConfigurationFile;
  readonly problems: readonly ConfigurationProblem[];
}

/** Reads all sources. Of each setting the first that fits counts: environment, VS Code, noodle.yaml, default. */
export function readConfiguration({
  environment,
  vscodeSettings,
  file,
  knownTargets,
}: ConfigurationInput): Configuration {
  const read = readFile(file?.text ?? '', knownTargets ?? null);
  const { settings, explained, problems } = resolveSettings({
    environment,
    vscode: vscodeSettings,
    file: read.file.settings ?? {},
  });
  return { settings, explained, file: read.file, problems: [...problems, ...read.problems] };
}

/** The keys of noodle.yaml with their types, meanings and defaults. */
export function describeConfigurationSchema(): SchemaNode {
  return schemaTree(publishedSchema());
}

/** The JSON schema of noodle.yaml, for other editors. */
export function publishedSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(ConfigurationFile, { io: 'input' }), title: 'noodle.yaml' };
}

/** Who has made more mistakes than this does not read on. */
const maximumProblems = 100;

function readFile(
  text: string,
  knownTargets: readonly string[] | null,
): { file: ConfigurationFile; problems: ConfigurationProblem[] } {
  const yaml = parseYaml(text);
  // An empty file and one with comments alone are null.
  const fitted = fitTo(ConfigurationFile, yaml.value ?? {}, ConfigurationFile.parse({}));
  const checked = checkTargets(fitted.value.targets, knownTargets);
  const problems = [
    ...yaml.problems.slice(0, maximumProblems).map(({ message, range }) => ({ message, ...range })),
    ...misfitProblems(fitted.misfits.slice(0, maximumProblems), yaml),
    ...checked.problems.slice(0, maximumProblems).map(({ path, message, nearest: near }) => ({
      message,
      ...yaml.rangeOf(['targets', ...path]),
      ...(near === undefined ? {} : { nearest: near }),
    })),
  ];
  return {
    file: { ...fitted.value, targets: checked.targets },
    problems: problems.toSorted((a, b) => a.line - b.line || a.column - b.column),
  };
}

function misfitProblems(misfits: readonly Misfit[], yaml: ParsedYaml) {
  if (misfits.length === 0) return [];
  const tree = describeConfigurationSchema();
  return misfits.map((misfit) =>
    misfit.kind === 'unknown' ? unknownKeyProblem(misfit, tree, yaml) : misfitProblem(misfit, tree, yaml),
  );
}

function unknownKeyProblem({ path }: Misfit, tree: SchemaNode, yaml: ParsedYaml) {
  const key = String(path.at(-1));
  const parent = path.slice(0, -1);
  const known = Object.keys(nodeAt(tree, parent)?.keys ?? {});
  const near = nearest(key, known);
  const place = parent.length === 0 ? '' : ` in ${parent.join('.')}`;
  const hint = near === null ? `expected one of ${known.join(', ')}` : `did you mean ${JSON.stringify(near)}?`;
  return {
    message: `unknown key ${JSON.stringify(key)}${place}; ${hint}`,
    ...yaml.rangeOfKey(path),
    ...(near === null ? {} : { nearest: near }),
  };
}

function misfitProblem({ path, kind, found }: Misfit, tree: SchemaNode, yaml: ParsedYaml) {
  const expected = nodeAt(tree, path)?.expected ?? 'another value';
  const place = path.length === 0 ? '' : `${path.join('.')}: `;
  const range = kind === 'missing' ? yaml.rangeOfKey(path.slice(0, -1)) : yaml.rangeOf(path);
  return { message: `${place}found ${kind === 'missing' ? 'nothing' : shown(found)}, expected ${expected}`, ...range };
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null) return 'nothing';
  if (typeof value === 'object') return 'a map of keys and values';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
