// What answers the operations on build configurations and test suites.
import type { Builds } from '../builds/builds.ts';
import type { Engine } from '../engine/engine.ts';
import type { BuildConfigs } from '../pipelines/build-configs.ts';
import type { TestSuites } from '../pipelines/test-suites.ts';
import type { Clock } from '../platform/clock.ts';
import { failure, success } from '../protocol/failure.ts';
import type { ExecutionId } from '../protocol/ids.ts';
import type { Handlers } from '../server/server.ts';

const dayMs = 86_400_000;

export interface NamedRunParts {
  readonly clock: Clock;
  readonly engine: Engine;
  readonly buildConfigs: BuildConfigs;
  readonly testSuites: TestSuites;
  readonly builds: Builds;
}

/** One handler for each of their operations. */
export function namedRunHandlers(parts: NamedRunParts) {
  return { ...buildHandlers(parts), ...suiteHandlers(parts) };
}

function buildHandlers({ buildConfigs, builds, clock }: NamedRunParts) {
  return {
    listTargetMetrics: async ({ days }) => success({ targets: await builds.metrics(clock.now() - days * dayMs) }),
    createBuildConfig: (request) => buildConfigs.make(request),
    listBuildConfigs: async (request) => {
      const page = buildConfigs.list(request);
      return page.ok ? success({ configs: [...page.value.items], nextCursor: page.value.nextCursor }) : page;
    },
    getBuildConfig: async ({ id }) => buildConfigs.get(id),
    deleteBuildConfig: ({ id }) => buildConfigs.remove(id),
    executeBuild: ({ id }) => buildConfigs.execute(id),
    getBuildStatus: async ({ id, execution }) => buildConfigs.execution(id, execution),
    cancelBuild: async ({ id, execution }, caller) =>
      buildConfigs.cancel(id, execution, `cancelled by ${caller.client}`),
    getBuildMetrics: async ({ id }) => {
      const config = buildConfigs.get(id);
      if (!config.ok) return config;
      const targets = await builds.metrics(0);
      return success({
        id,
        ...buildConfigs.totals(id),
        targets: targets.filter(({ target }) => config.value.targets.includes(target)),
      });
    },
  } satisfies Partial<Handlers>;
}

function suiteHandlers({ testSuites, engine }: NamedRunParts) {
  const known = (id: ExecutionId) => {
    const execution = engine.get(id);
    return execution === null
      ? failure('not_found', `there is no execution '${id}'`, { place: 'id' })
      : success(execution);
  };
  return {
    createTestSuite: (request) => testSuites.make(request),
    listTestSuites: async (request) => {
      const page = testSuites.list(request);
      return page.ok ? success({ suites: [...page.value.items], nextCursor: page.value.nextCursor }) : page;
    },
    getTestSuite: async ({ id }) => testSuites.get(id),
    deleteTestSuite: ({ id }) => testSuites.remove(id),
    executeTests: ({ id }) => testSuites.execute(id),
    getTestExecutionStatus: async ({ id }) => known(id),
    cancelTestExecution: async ({ id }, caller) => engine.cancel(id, `cancelled by ${caller.client}`),
    getTestMetrics: async ({ id }) => testSuites.executionMetrics(id),
  } satisfies Partial<Handlers>;
}
