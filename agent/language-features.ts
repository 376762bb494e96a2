// What the language server shows, put together from the answers and the knowledge of noodle.yaml.
import type { Agent } from './agent.ts';
import { RepoPath } from './protocol/ids.ts';
import type { LanguageFeatures } from './server/language-features.ts';
import { configurationPath } from './configuration-state.ts';
import { completeConfiguration, describeAt, isPipelineFile, validateConfiguration } from './workspace/configuration-language.ts';

/** What the language server asks for, answered by the parts that know it. */
export function languageFeatures({ answers, checkRules }: Pick<Agent, 'answers' | 'checkRules'>): LanguageFeatures {
  return {
    diagnostics: answers.diagnostics,
    onDiagnosticsChanged: answers.onDiagnosticsChanged,
    codeLenses: answers.codeLenses,
    onCodeLensesChanged: answers.onCodeLensesChanged,
    configuration: {
      path: RepoPath.parse(configurationPath),
      others: { pattern: '.noodle/*.{yaml,yml}', includes: isPipelineFile },
      complete: completeConfiguration,
      hover: describeAt,
      validate: (text, file) => validateConfiguration(text, file, checkRules),
    },
  };
}
