// The settings in force: environment, what the editors sent, noodle.yaml, applied proposals, defaults; read anew when one of them changes.
import { isDeepStrictEqual } from 'node:util';
import type { ConfigurationFile } from './protocol/configuration-file.ts';
import type { OutputOf } from './protocol/operations.ts';
import { SettingSource, type Settings } from './protocol/settings.ts';
import { readConfiguration, type Configuration, type ConfigurationInput } from './workspace/configuration.ts';

export const configurationPath = 'noodle.yaml';

export interface ConfigurationStateOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The text of noodle.yaml, null when there is none. */
  readonly readFile: () => string | null;
  readonly checkRules: NonNullable<ConfigurationInput['checkRules']>;
}

/** The configuration as it is now; whoever hears of a change in one of its sources tells it so. */
export class ConfigurationState {
  readonly #options: ConfigurationStateOptions;
  #editorSettings: Readonly<Record<string, boolean | number | string>> = {};
  #tuned: Readonly<Record<string, boolean | number>> = {};
  #configuration: Configuration;

  constructor(options: ConfigurationStateOptions) {
    this.#options = options;
    this.#configuration = this.#read();
  }

  /** What is wrong with alert rules, by those who know the metrics. */
  get checkRules(): ConfigurationStateOptions['checkRules'] {
    return this.#options.checkRules;
  }

  get settings(): Settings {
    return this.#configuration.settings;
  }

  get file(): ConfigurationFile {
    return this.#configuration.file;
  }

  /** One sentence a problem, with its place in the file where it has one. */
  problems(): string[] {
    return this.#configuration.problems.map((problem) => (problem.line === undefined ? problem.message : `${configurationPath}:${problem.line}: ${problem.message}`));
  }

  describe(): OutputOf<'getConfiguration'> {
    return { settings: [...this.#configuration.explained], sources: [...SettingSource.options], problems: this.problems() };
  }

  fileChanged(): void {
    this.#configuration = this.#read();
  }

  /** The values of the proposals that somebody has applied, by key. */
  tuned(values: Readonly<Record<string, boolean | number>>): void {
    this.#tuned = values;
    this.#configuration = this.#read();
  }

  /** Whether that changes a setting in force. */
  editorChanged(settings: Readonly<Record<string, boolean | number | string>>): boolean {
    const before = this.settings;
    this.#editorSettings = settings;
    this.#configuration = this.#read();
    return !isDeepStrictEqual(this.settings, before);
  }

  #read(): Configuration {
    const text = this.#options.readFile();
    return readConfiguration({
      environment: this.#options.environment,
      vscodeSettings: this.#editorSettings,
      tuned: this.#tuned,
      file: text === null ? null : { path: configurationPath, text },
      checkRules: this.#options.checkRules,
    });
  }
}
