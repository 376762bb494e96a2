// The settings, once: environment variable, VS Code setting, place in noodle.yaml, type, default and meaning.
import { z } from 'zod';

export interface SettingDeclaration {
  /** The environment variable. */
  readonly environment: string;
  /** Dotted place under `settings:` in noodle.yaml, and `noodle.<key>` in VS Code. */
  readonly key: string;
  readonly type: 'boolean' | 'integer' | 'text';
  readonly default: boolean | number | string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly unit?: 'seconds' | 'days' | 'megabytes';
  /** Never read from the repository: it tells where something may be sent, and that only the user says. */
  readonly isPersonal?: true;
  readonly description: string;
}

/** Generic, so that each key stays known as a literal. */
function flag<const K extends string>(environment: string, key: K, description: string) {
  return { environment, key, type: 'boolean', default: true, description } as const;
}

/** Only settings whose part of the product exists; each changes what it names. */
export const settingDeclarations = [
  flag('NOODLE_CICD_ENABLED', 'cicd.enabled', 'Run anything at all. When false, changes are planned and shown, and nothing is executed.'),
  { environment: 'NOODLE_CICD_PARALLEL_PIPELINES', key: 'cicd.parallelPipelines', type: 'integer', default: 5, minimum: 1, maximum: 20, description: 'How many runs may be under way at once.' },
  { environment: 'NOODLE_CICD_DEFAULT_TIMEOUT', key: 'cicd.defaultTimeout', type: 'integer', default: 1800, minimum: 1, maximum: 604_800, unit: 'seconds', description: 'Longest duration of a run, in seconds.' },
  flag('NOODLE_CICD_AI_OPTIMIZATION', 'cicd.aiOptimization', 'Start the steps of a pipeline by the expected longest way and likely failures. When false, in the order in which they are declared.'),
  flag('NOODLE_CICD_CONTEXT_AWARENESS', 'cicd.contextAwareness', 'Leave out the steps of a pipeline that the change cannot affect.'),
  flag('NOODLE_CICD_PRE_DEPLOY_TESTS', 'cicd.preDeployTests', 'Ask pre-deployment gates of pipelines. When false they are skipped.'),
  flag('NOODLE_CICD_POST_DEPLOY_TESTS', 'cicd.postDeployTests', 'Ask post-deployment gates of pipelines. When false they are skipped.'),
  flag('NOODLE_CICD_PERFORMANCE_TESTS', 'cicd.performanceTests', 'Ask performance gates of pipelines. When false they are skipped.'),
  flag('NOODLE_CICD_SECURITY_TESTS', 'cicd.securityTests', 'Ask security gates of pipelines. When false they are skipped.'),
  { environment: 'NOODLE_CICD_APPROVAL_REQUIRED', key: 'cicd.approvalRequired', type: 'boolean', default: false, description: 'Every pipeline of the type deploy waits for an approval before its first step.' },
  { environment: 'NOODLE_CICD_AUTO_DEPLOYMENT', key: 'cicd.autoDeployment', type: 'boolean', default: false, description: 'A pipeline of the type deploy that another one leads to begins without asking. When false it waits for an approval, unless it has one of its own.' },
  flag('NOODLE_BUILD_INCREMENTAL', 'build.incremental', 'Skip a build whose inputs are unchanged since its last success.'),
  flag('NOODLE_BUILD_AI_OPTIMIZATION', 'build.aiOptimization', 'Start first what the longest expected chain of builds begins with, by recorded durations. When false, the order in which targets were found.'),
  flag('NOODLE_BUILD_FAILURE_PREDICTION', 'build.failurePrediction', 'Show the probability that a build fails.'),
  { environment: 'NOODLE_BUILD_PARALLEL_BUILDS', key: 'build.parallelBuilds', type: 'integer', default: 3, minimum: 1, maximum: 64, description: 'How many targets are built at once.' },
  { environment: 'NOODLE_BUILD_DEFAULT_TIMEOUT', key: 'build.defaultTimeout', type: 'integer', default: 3600, minimum: 1, maximum: 604_800, unit: 'seconds', description: 'Longest duration of one build, in seconds.' },
  { environment: 'NOODLE_BUILD_CACHE_TTL', key: 'build.cacheTtl', type: 'integer', default: 86_400, minimum: 0, maximum: 31_536_000, unit: 'seconds', description: 'How long an output stays in the local build cache after its last use, in seconds; 0 keeps none.' },
  { environment: 'NOODLE_BUILD_CACHE_SIZE', key: 'build.cacheSize', type: 'integer', default: 2048, minimum: 1, maximum: 1_048_576, unit: 'megabytes', description: 'Largest size of the local build cache, in megabytes.' },
  flag('NOODLE_BUILD_PYTHON_ENABLED', 'build.pythonEnabled', 'Build Python targets.'),
  flag('NOODLE_BUILD_JAVASCRIPT_ENABLED', 'build.javascriptEnabled', 'Build JavaScript targets.'),
  flag('NOODLE_BUILD_TYPESCRIPT_ENABLED', 'build.typescriptEnabled', 'Build TypeScript targets.'),
  flag('NOODLE_BUILD_JAVA_ENABLED', 'build.javaEnabled', 'Build Java targets.'),
  flag('NOODLE_BUILD_CSHARP_ENABLED', 'build.csharpEnabled', 'Build C# targets.'),
  flag('NOODLE_BUILD_CPP_ENABLED', 'build.cppEnabled', 'Build C and C++ targets.'),
  flag('NOODLE_BUILD_GO_ENABLED', 'build.goEnabled', 'Build Go targets.'),
  flag('NOODLE_BUILD_RUST_ENABLED', 'build.rustEnabled', 'Build Rust targets.'),
  flag('NOODLE_TEST_AI_SELECTION', 'test.aiSelection', 'Run only the tests that the change can affect. When false, every run runs all tests.'),
  flag('NOODLE_TEST_INTELLIGENT_PRIORITIZATION', 'test.intelligentPrioritization', "Likeliest failure first. When false, the runner's own order."),
  { environment: 'NOODLE_TEST_PARALLEL_EXECUTIONS', key: 'test.parallelExecutions', type: 'integer', default: 5, minimum: 1, maximum: 64, description: 'How many test processes run at once, never more than the machine has processors.' },
  { environment: 'NOODLE_TEST_DEFAULT_TIMEOUT', key: 'test.defaultTimeout', type: 'integer', default: 300, minimum: 1, maximum: 86_400, unit: 'seconds', description: 'How long a runner may go without finishing a test before it is stopped, in seconds.' },
  { environment: 'NOODLE_TEST_CACHE_TTL', key: 'test.cacheTtl', type: 'integer', default: 3600, minimum: 0, maximum: 31_536_000, unit: 'seconds', description: 'How long the result of a test file that passed is reused while nothing of what it depends on changes, in seconds; 0 reuses none.' },
  flag('NOODLE_TEST_FAILURE_ANALYSIS', 'test.failureAnalysis', 'Run new failures again at the end of a run, to tell tests that fail by chance from those that are broken.'),
  flag('NOODLE_TEST_RECORD_EVIDENCE', 'test.recordEvidence', 'Record which lines and files each test file uses when all tests run and that is not on record or old. When false, only runs with --coverage do.'),
  { environment: 'NOODLE_TEST_IDLE_AUDIT', key: 'test.idleAudit', type: 'boolean', default: false, description: 'Run what a selection left out when nothing has happened for two minutes, to check the selection; not on battery.' },
  { environment: 'NOODLE_TEST_IDLE_AUDIT_BUDGET', key: 'test.idleAuditBudget', type: 'integer', default: 300, minimum: 1, maximum: 86_400, unit: 'seconds', description: 'Longest expected duration of such a check, in seconds; a longer one is left out.' },
  flag('NOODLE_TEST_COVERAGE_DIAGNOSTICS', 'test.coverageDiagnostics', 'Underline changed lines that no test runs, where that is on record.'),
  { environment: 'NOODLE_TEST_MODEL_URL', key: 'test.modelUrl', type: 'text', default: '', isPersonal: true, description: 'Base URL of an OpenAI-compatible endpoint that is asked for tests, as in http://127.0.0.1:11434/v1. Empty: no endpoint is asked.' },
  { environment: 'NOODLE_TEST_MODEL_NAME', key: 'test.modelName', type: 'text', default: '', isPersonal: true, description: 'Name of the language model that the endpoint is asked for.' },
  flag('NOODLE_TEST_PYTEST_ENABLED', 'test.pytestEnabled', 'Run pytest tests.'),
  flag('NOODLE_TEST_UNITTEST_ENABLED', 'test.unittestEnabled', 'Run unittest tests.'),
  flag('NOODLE_TEST_JEST_ENABLED', 'test.jestEnabled', 'Run Jest tests.'),
  flag('NOODLE_TEST_MOCHA_ENABLED', 'test.mochaEnabled', 'Run Mocha tests.'),
  flag('NOODLE_TEST_VITEST_ENABLED', 'test.vitestEnabled', 'Run Vitest tests.'),
  flag('NOODLE_TEST_NODE_TEST_ENABLED', 'test.nodeTestEnabled', "Run tests of Node's own runner."),
  flag('NOODLE_TEST_PLAYWRIGHT_ENABLED', 'test.playwrightEnabled', 'Run Playwright tests.'),
  flag('NOODLE_TEST_GO_ENABLED', 'test.goEnabled', 'Run Go tests.'),
  flag('NOODLE_TEST_CARGO_ENABLED', 'test.cargoEnabled', 'Run Rust tests with cargo.'),
  flag('NOODLE_ANALYTICS_AI_ANALYTICS', 'analytics.aiAnalytics', 'Look for trends, changes of level and anomalies in what is recorded.'),
  flag('NOODLE_ANALYTICS_PREDICTIVE_ANALYTICS', 'analytics.predictiveAnalytics', 'Forecast metrics, disk and processors.'),
  flag('NOODLE_ANALYTICS_AUTO_TUNING', 'analytics.autoTuning', 'Propose better settings, with the expected gain. Nothing is changed until somebody applies a proposal.'),
  flag('NOODLE_TEST_CTEST_ENABLED', 'test.ctestEnabled', 'Run CTest tests, GoogleTest among them.'),
  flag('NOODLE_TEST_JUNIT_ENABLED', 'test.junitEnabled', 'Run JUnit tests with Maven, Gradle or the console launcher.'),
  flag('NOODLE_TEST_GENERIC_ENABLED', 'test.genericEnabled', 'Run the test commands that noodle.yaml declares.'),
  { environment: 'NOODLE_ANALYTICS_RETENTION_DAYS', key: 'analytics.retentionDays', type: 'integer', default: 90, minimum: 1, maximum: 3650, unit: 'days', description: 'How long executions, results and metrics are kept, in days.' },
  { environment: 'NOODLE_ALERT_CHECK_INTERVAL', key: 'alert.checkInterval', type: 'integer', default: 60, minimum: 1, maximum: 86_400, unit: 'seconds', description: 'How often alert rules are evaluated, in seconds.' },
  { environment: 'NOODLE_TREND_ANALYSIS_INTERVAL', key: 'trend.analysisInterval', type: 'integer', default: 3600, minimum: 60, maximum: 604_800, unit: 'seconds', description: 'How old a trend may be before it is worked out anew, in seconds; only when something was recorded.' },
  { environment: 'NOODLE_PREDICTION_HORIZON', key: 'prediction.horizon', type: 'integer', default: 7, minimum: 1, maximum: 365, unit: 'days', description: 'How far ahead metrics are forecast, in days.' },
  { environment: 'NOODLE_PREDICTION_WEBGPU', key: 'prediction.webgpu', type: 'boolean', default: false, description: 'Ask models through WebGPU where this host has it. Else, and where it has not, through WebAssembly.' },
] as const satisfies readonly SettingDeclaration[];

export type SettingKey = (typeof settingDeclarations)[number]['key'];

type DeclarationOf<K extends SettingKey> = Extract<(typeof settingDeclarations)[number], { key: K }>;
export type SettingValue<K extends SettingKey> = { boolean: boolean; integer: number; text: string }[DeclarationOf<K>['type']];
export type Settings = { readonly [K in SettingKey]: SettingValue<K> };

export const SettingSource = z.enum(['environment', 'vscode', 'noodle.yaml', 'tuning', 'default']);
export type SettingSource = z.infer<typeof SettingSource>;

/** A setting's value and where it came from: a row of `noodle config --explain`. */
export const ExplainedSetting = z.object({
  key: z.string(),
  environment: z.string(),
  value: z.union([z.boolean(), z.number(), z.string()]),
  source: SettingSource,
  description: z.string(),
});
export type ExplainedSetting = z.infer<typeof ExplainedSetting>;

const longestText = 2000;

/** The schema of one setting's value. */
export function settingSchema(declaration: SettingDeclaration): z.ZodType<boolean | number | string> {
  if (declaration.type === 'text') return z.string().max(longestText);
  if (declaration.type === 'boolean') return z.boolean();
  return z.int().min(declaration.minimum ?? 0).max(declaration.maximum ?? Number.MAX_SAFE_INTEGER);
}
