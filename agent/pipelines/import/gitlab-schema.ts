// The parts of a GitLab CI file that are looked at. Whatever else stands there is passed over.
import { z } from 'zod';

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
/** Lists of commands may hold lists, which YAML's anchors make. */
const commands = z
  .union([z.string().transform((text) => [text]), z.array(z.unknown()).transform((list) => list.flat(5).map(String))])
  .catch([]);
const texts = z.union([z.string().transform((text) => [text]), z.array(z.string())]).catch([]);
const variables = z
  .record(z.string(), z.union([scalar, z.object({ value: scalar.default('') }).transform(({ value }) => value)]))
  .catch({});

const Rule = z.object({
  if: z.string().optional(),
  changes: z.unknown().optional(),
  exists: z.unknown().optional(),
  when: z.string().optional(),
});
export type GitlabRule = z.infer<typeof Rule>;

const Refs = z.union([texts, z.object({ refs: texts.default([]) }).transform(({ refs }) => refs)]).catch([]);

const Service = z.union([
  z.string().transform((name) => ({ name, alias: undefined as string | undefined })),
  z.object({ name: z.string(), alias: z.string().optional() }),
]);

export const GitlabJob = z.object({
  stage: z.string().default('test'),
  script: commands.default([]),
  before_script: commands.optional(),
  after_script: commands.optional(),
  needs: z
    .array(z.union([z.string(), z.object({ job: z.string() }).transform(({ job }) => job)]))
    .optional()
    .catch(undefined),
  dependencies: z.array(z.string()).optional().catch(undefined),
  extends: texts.default([]),
  rules: z.array(Rule).optional().catch(undefined),
  only: Refs.optional(),
  except: Refs.optional(),
  when: z.string().optional(),
  allow_failure: z.unknown().optional(),
  variables: variables.default({}),
  artifacts: z
    .object({
      paths: texts.default([]),
      reports: z.object({ dotenv: texts.optional() }).catch({}).default({}),
    })
    .catch({ paths: [], reports: {} })
    .optional(),
  cache: z.unknown().optional(),
  image: z.unknown().optional(),
  services: z.array(Service).optional().catch(undefined),
  parallel: z.unknown().optional(),
  timeout: z.string().optional().catch(undefined),
  retry: z
    .union([z.number(), z.object({ max: z.number().default(0) }).transform(({ max }) => max)])
    .optional()
    .catch(undefined),
  environment: z.unknown().optional(),
  trigger: z.unknown().optional(),
});
export type GitlabJob = z.infer<typeof GitlabJob>;

export const GitlabFile = z
  .object({
    stages: z.array(z.string()).default(['.pre', 'build', 'test', 'deploy', '.post']),
    variables: variables.default({}),
    include: z.unknown().optional(),
    image: z.unknown().optional(),
    before_script: commands.optional(),
    after_script: commands.optional(),
    services: z.array(Service).optional().catch(undefined),
    default: z.record(z.string(), z.unknown()).catch({}).default({}),
    workflow: z.unknown().optional(),
    cache: z.unknown().optional(),
  })
  .catchall(z.unknown());
export type GitlabFile = z.infer<typeof GitlabFile>;

/** Keys of the file that are no jobs. */
export const globalKeys: ReadonlySet<string> = new Set([
  'stages',
  'variables',
  'include',
  'image',
  'before_script',
  'after_script',
  'services',
  'default',
  'workflow',
  'cache',
  'pages:deploy',
  'spec',
]);
