// The configuration in force, from all its sources, with what is wrong in them. A problem never stops the product:
// the valid rest counts.
import { ConfigurationFile } from '../protocol/configuration-file.ts';
import type { AlertsDefinition } from '../protocol/notifications.ts';
import { publishedSchema } from '../protocol/published-schema.ts';
import type { ExplainedSetting, Settings } from '../protocol/settings.ts';
import { checkPipelines, type Breakage } from './configuration-pipelines.ts';
import { misfitProblems } from './configuration-problems.ts';
import { fitTo } from './configuration-repair.ts';
import { checkRules, type RuleCheck } from './configuration-rules.ts';
import { schemaTree, type SchemaNode } from './configuration-schema.ts';
import { resolveSettings } from './configuration-settings.ts';
import { checkTargets } from './configuration-targets.ts';
import { parseYaml } from './configuration-yaml.ts';

export type { RuleProblem } from './configuration-rules.ts';

export interface ConfigurationInput {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What the user set in VS Code, by key: `test.parallelExecutions`. */
  readonly vscodeSettings: Readonly<Record<string, unknown>>;
  /** Values of applied proposals, by key; they count more than defaults alone. */
  readonly tuned?: Readonly<Record<string, unknown>>;
  /** noodle.yaml; null when there is none. */
  readonly file: { readonly path: string; readonly text: string } | null;
  /** The targets found in the project, beside those of the file; without them only a likely slip in `needs` is told. */
  readonly knownTargets?: readonly string[];
  /** What those say of the alert rules who know the metrics; `settings` are those in force. */
  readonly checkRules?: (alerts: AlertsDefinition, settings: Settings) => ReturnType<RuleCheck>;
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
  /** Pipelines of the file that cannot be run, each with the first thing that is wrong in it. */
  readonly broken: ReadonlyMap<string, Breakage>;
  /** Why it is not known which pipelines the file declares; null when it is. */
  readonly unreadable: Breakage | null;
  readonly problems: readonly ConfigurationProblem[];
  /** What pipelines of the file do less than they say. */
  readonly notes: readonly ConfigurationProblem[];
}

/** Reads all sources. Of each setting the first that fits counts: environment, VS Code, noodle.yaml, default. */
export function readConfiguration({
  environment,
  vscodeSettings,
  tuned,
  file,
  knownTargets,
  checkRules: check,
}: ConfigurationInput): Configuration {
  const resolved = (settings: ConfigurationFile['settings']) =>
    resolveSettings({ environment, vscode: vscodeSettings, file: settings ?? {}, tuned: tuned ?? {} });
  const read = readFile(file?.text ?? '', {
    knownTargets: knownTargets ?? null,
    checkRules: (alerts, settings) => check?.(alerts, resolved(settings).settings) ?? [],
  });
  const { settings, explained, problems } = resolved(read.file.settings);
  const { broken, unreadable, notes } = read;
  return { settings, explained, file: read.file, broken, unreadable, problems: [...problems, ...read.problems], notes };
}

/** The keys of noodle.yaml with their types, meanings and defaults. */
export function describeConfigurationSchema(): SchemaNode {
  return schemaTree(publishedSchema());
}

/** Who has made more mistakes than this does not read on. */
const maximumProblems = 100;

interface ReadFile {
  readonly file: ConfigurationFile;
  readonly broken: ReadonlyMap<string, Breakage>;
  readonly unreadable: Breakage | null;
  readonly problems: ConfigurationProblem[];
  readonly notes: ConfigurationProblem[];
}

interface Surroundings {
  readonly knownTargets: readonly string[] | null;
  readonly checkRules: (alerts: AlertsDefinition, settings: ConfigurationFile['settings']) => ReturnType<RuleCheck>;
}

function readFile(text: string, { knownTargets, checkRules: check }: Surroundings): ReadFile {
  const yaml = parseYaml(text);
  // An empty file and one with comments alone are null.
  const fitted = fitTo(ConfigurationFile, yaml.value ?? {}, ConfigurationFile.parse({}));
  const checked = checkTargets(fitted.value.targets, knownTargets);
  const misfits = fitted.misfits.slice(0, maximumProblems);
  const sentences = misfits.length === 0 ? [] : misfitProblems(misfits, describeConfigurationSchema(), yaml);
  const pipelines = checkPipelines(fitted.value.pipelines, { misfits: fitted.misfits, sentences, yaml });
  const rules = checkRules(fitted.value.alerts, fitted.misfits, (alerts) => check(alerts, fitted.value.settings));
  const placed = (top: readonly string[], { path, message, nearest: near }: (typeof checked.problems)[number]) => ({
    message,
    ...yaml.rangeOf([...top, ...path]),
    ...(near === undefined ? {} : { nearest: near }),
  });
  const problems = [
    ...yaml.problems.slice(0, maximumProblems).map(({ message, range }) => ({ message, ...range })),
    ...sentences,
    ...checked.problems.slice(0, maximumProblems).map((problem) => placed(['targets'], problem)),
    ...pipelines.problems.slice(0, maximumProblems).map((problem) => placed(['pipelines'], problem)),
    ...rules.problems.slice(0, maximumProblems).map((problem) => placed(['alerts', 'rules'], problem)),
  ];
  return {
    file: {
      ...fitted.value,
      targets: checked.targets,
      pipelines: pipelines.pipelines,
      alerts: { ...fitted.value.alerts, rules: rules.rules },
    },
    broken: pipelines.broken,
    unreadable: pipelines.unreadable,
    problems: problems.toSorted((a, b) => a.line - b.line || a.column - b.column),
    notes: pipelines.notes.map((note) => placed(['pipelines'], note)),
  };
}

/** What a file below `.noodle` declares: pipelines and nothing else. */
const PipelineFile = ConfigurationFile.pick({ pipelines: true }).strict();

/** Reads a file below `.noodle`. */
export function readPipelineFile(text: string): Omit<ReadFile, 'file'> & Pick<ConfigurationFile, 'pipelines'> {
  const yaml = parseYaml(text);
  const fitted = fitTo(PipelineFile, yaml.value ?? {}, { pipelines: {} });
  const { pipelines: node } = describeConfigurationSchema().keys ?? {};
  const tree = { ...describeConfigurationSchema(), keys: node === undefined ? {} : { pipelines: node } };
  const sentences = misfitProblems(fitted.misfits.slice(0, maximumProblems), tree, yaml);
  const pipelines = checkPipelines(fitted.value.pipelines, { misfits: fitted.misfits, sentences, yaml });
  const placed = ({ path, message }: (typeof pipelines.problems)[number]) => ({
    message,
    ...yaml.rangeOf(['pipelines', ...path]),
  });
  const problems = [
    ...yaml.problems.slice(0, maximumProblems).map(({ message, range }) => ({ message, ...range })),
    ...sentences,
    ...pipelines.problems.slice(0, maximumProblems).map(placed),
  ];
  const { broken, unreadable } = pipelines;
  return { pipelines: pipelines.pipelines, broken, unreadable, problems, notes: pipelines.notes.map(placed) };
}
