// The parts of a GitHub Actions workflow that are looked at. Whatever else stands there is passed over.
import { z } from 'zod';

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const environment = z.record(z.string(), scalar).catch({});
const texts = z.union([z.string().transform((text) => [text]), z.array(z.string())]);

export const GithubStep = z.object({
  id: z.string().optional(),
  name: z.string().optional().catch(undefined),
  if: scalar.optional(),
  run: z.string().optional(),
  uses: z.string().optional(),
  with: z.record(z.string(), z.unknown()).catch({}).default({}),
  env: environment.default({}),
  'working-directory': z.string().optional(),
  shell: z.string().optional(),
  'continue-on-error': scalar.optional(),
  'timeout-minutes': scalar.optional(),
});
export type GithubStep = z.infer<typeof GithubStep>;

const defaults = z
  .object({ run: z.object({ 'working-directory': z.string().optional(), shell: z.string().optional() }).catch({}) })
  .catch({ run: {} });

export const GithubService = z.object({
  image: z.string().default(''),
  env: environment.default({}),
  ports: z.array(z.union([z.string(), z.number()])).default([]),
});

export const GithubJob = z.object({
  name: z.string().optional().catch(undefined),
  needs: texts.default([]),
  with: z.record(z.string(), scalar).catch({}).default({}),
  secrets: z
    .union([z.literal('inherit'), z.record(z.string(), scalar)])
    .catch({})
    .default({}),
  outputs: z.record(z.string(), scalar).catch({}).default({}),
  if: scalar.optional(),
  'runs-on': z.unknown().optional(),
  uses: z.string().optional(),
  environment: z.unknown().optional(),
  container: z.unknown().optional(),
  strategy: z.object({ matrix: z.unknown().optional() }).catch({}).default({}),
  env: environment.default({}),
  defaults: defaults.default({ run: {} }),
  services: z
    .record(z.string(), z.union([z.string().transform((image) => ({ image, env: {}, ports: [] })), GithubService]))
    .catch({})
    .default({}),
  'continue-on-error': scalar.optional(),
  'timeout-minutes': scalar.optional(),
  steps: z.array(GithubStep).default([]),
});
export type GithubJob = z.infer<typeof GithubJob>;

/** A file `action.yml`. */
export const GithubAction = z.object({
  inputs: z
    .record(z.string(), z.object({ default: scalar.optional() }).catch({}))
    .catch({})
    .default({}),
  outputs: z
    .record(z.string(), z.object({ value: scalar.optional() }).catch({}))
    .catch({})
    .default({}),
  runs: z.object({
    using: z.string(),
    main: z.string().optional(),
    post: z.string().optional(),
    steps: z.array(GithubStep).default([]),
  }),
});
export type GithubAction = z.infer<typeof GithubAction>;

export const GithubWorkflow = z.object({
  name: z.string().optional().catch(undefined),
  on: z.unknown().optional(),
  env: environment.default({}),
  defaults: defaults.default({ run: {} }),
  concurrency: z.unknown().optional(),
  jobs: z.record(z.string(), GithubJob),
});
export type GithubWorkflow = z.infer<typeof GithubWorkflow>;
