// The shape of noodle.yaml.
import { z } from 'zod';
import { BuildLanguage, BuildType } from './build.ts';
import { AlertsDefinition, TelemetryDefinition } from './notifications.ts';
import { PerformanceDefinition } from './performance.ts';
import { PipelineDefinition } from './pipeline.ts';
import { settingDeclarations, settingSchema, type SettingDeclaration } from './settings.ts';

/** A target as noodle.yaml and the API define it. */
export const TargetDefinition = z.strictObject({
  command: z.string().min(1).max(4096).describe('Shell command that builds the target, run in its folder.'),
  folder: z.string().max(1024).default('').describe('Folder of the target, relative to the repository. Default: the root.'),
  language: BuildLanguage.default('javascript').describe('Language of the target, which tells how its messages are read.'),
  inputs: z.array(z.string().min(1)).max(1000).optional().describe('Glob patterns of what the build reads, relative to the repository; a folder means all of it. Default: everything in the folder that git does not ignore.'),
  outputs: z.array(z.string().min(1)).max(1000).default([]).describe('Glob patterns of what the build writes; a folder means all of it.'),
  needs: z.array(z.string()).max(1000).default([]).describe('Targets that are built before this one.'),
  environment: z.record(z.string(), z.string()).default({}).describe('Environment variables of the command, beside those of the user.'),
  tools: z.array(z.string().regex(/^[\w.+-]+$/).meta({ examples: ['protoc'] })).max(20).optional().describe('Programs whose version can change what the target makes. Default: those of its language.'),
  type: BuildType.default('incremental').describe('incremental: skipped while unchanged, earlier output is kept for the tool. full: earlier output is removed first. clean: as full, and never skipped.'),
  platforms: z.array(z.string().regex(/^[a-z0-9_]+\/[a-z0-9_]+$/).meta({ examples: ['linux/amd64'] })).max(50).default([]).describe('Builds the target once a platform, `linux/amd64`: {os}, {arch} and {platform} in command, outputs and environment stand for it.'),
  automatic: z.boolean().default(true).describe('Whether a change of its inputs builds it; when false, it is built only when it is asked for or needed.'),
});

const variable = z.string().regex(/^[A-Za-z_]\w*$/).meta({ examples: ['BUILD_CACHE_TOKEN'] });

const RemoteCacheDefinition = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).meta({ examples: ['https://cache.example.org'] }).describe('Address of a server that speaks the HTTP protocol of Bazel: bazel-remote, or nginx with WebDAV.'),
  readOnly: z.boolean().default(false).describe('Only take from the cache, never put into it.'),
  tokenVariable: variable.optional().describe('Environment variable that holds a bearer token.'),
  userVariable: variable.optional().describe('Environment variable that holds the user name, for Basic authentication.'),
  passwordVariable: variable.optional().describe('Environment variable that holds the password, for Basic authentication.'),
});

const TestCommandDefinition = z.strictObject({
  command: z.string().min(1).max(4096).describe('Shell command that runs the tests, in its folder. `{files}` stands for the chosen files; with `{file}` the command runs for each file by itself.'),
  folder: z.string().max(1024).default('').describe('Folder of the command, relative to the repository. Default: the root.'),
  format: z.enum(['tap', 'junit']).describe('What it writes: TAP on its standard output, or JUnit XML into files.'),
  report: z.string().min(1).max(1024).optional().describe('Glob pattern of the JUnit XML files that it writes, relative to its folder.'),
  files: z.array(z.string().min(1)).max(1000).default([]).describe('Glob patterns of its test files, relative to the repository. Default: noodle.yaml stands for all of its tests.'),
  environment: z.record(z.string(), z.string()).default({}).describe('Environment variables of the command, beside those of the user.'),
});

const TestsDefinition = z.strictObject({
  exclude: z.array(z.string().min(1)).max(1000).default([]).describe('Glob patterns of test files that are never run.'),
  commands: z.record(z.string().min(1).max(100), TestCommandDefinition).optional().describe('Test runners of your own that write TAP or JUnit XML.'),
});

/** `settings:` mirrors the dotted keys of the settings table, but for personal ones: `test.parallelExecutions` stands under `test:`. */
function settingsShape() {
  const groups = new Map<string, Record<string, z.ZodType>>();
  const declarations: readonly SettingDeclaration[] = settingDeclarations;
  for (const declaration of declarations) {
    if (declaration.isPersonal === true) continue;
    const [group = '', name = ''] = declaration.key.split('.');
    const shape = groups.get(group) ?? {};
    shape[name] = settingSchema(declaration).describe(declaration.description).optional();
    groups.set(group, shape);
  }
  const entries = [...groups].map(([group, shape]) => [group, z.strictObject(shape).optional()] as const);
  return z.strictObject(Object.fromEntries(entries));
}

export const ConfigurationFile = z.strictObject({
  settings: settingsShape().optional().describe('Settings; an environment variable or a VS Code setting of the same name wins.'),
  targets: z.record(z.string().min(1), TargetDefinition).default({}).describe('Build targets, beside those that are found by looking at the project.'),
  remoteCache: RemoteCacheDefinition.optional().describe('A build cache that a team shares.'),
  pipelines: z.record(z.string().min(1).max(100), PipelineDefinition).default({}).describe('Pipelines; more of them can stand in files below .noodle.'),
  tests: TestsDefinition.prefault({}).describe('What to leave out when tests are looked for, and what to run beside what is found.'),
  performance: PerformanceDefinition.prefault({}).describe('Benchmarks, and when a change of theirs counts.'),
  alerts: AlertsDefinition.prefault({}).describe('Who is told of alerts.'),
  telemetry: TelemetryDefinition.optional().describe('Where measurements of runs are sent. Without it nothing is sent.'),
});
export type ConfigurationFile = z.infer<typeof ConfigurationFile>;
export type TestCommand = z.infer<typeof TestCommandDefinition>;
export type TargetDefinition = z.infer<typeof TargetDefinition>;
export type RemoteCacheDefinition = z.infer<typeof RemoteCacheDefinition>;
