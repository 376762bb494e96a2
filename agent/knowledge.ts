// The parts that know the code, its builds and its tests, wired to each other.
import path from 'node:path';
import { createBuilds, estimateFromHistory } from './builds/builds.ts';
import { limitsNow, limitsOf, type Foundation } from './foundation.ts';
import { createGraph, createHistory, type History } from './graph/graph.ts';
import { definedTargets } from './pipelines/build-configs.ts';
import { createPlanner } from './pipelines/planner.ts';
import { assetPath } from './platform/assets.ts';
import type { Disposables } from './platform/disposables.ts';
import { userEnvironment } from './platform/environment.ts';
import { createPredictions, type Predictions } from './predictions/predictions.ts';
import type { RepoPath } from './protocol/ids.ts';
import { createTests } from './tests/tests.ts';

/** What is known of the repository. `isWorkedIn`: whether somebody waits for what comes next. */
export function buildKnowledge(foundation: Foundation, disposables: Disposables, isWorkedIn: () => boolean) {
  const { workspace, events, store, clock, log, settings, configuration, trust, processes } = foundation;
  const { root, stateDirectory } = workspace;
  const ofUser = userEnvironment(foundation.environment);
  const environment = () => ofUser;
  const files = () => workspace.files();
  const read = (file: RepoPath) => workspace.read(file);
  const common = { store, events, clock, log, settings, environment, root, stateDirectory, processes };
  const graph = disposables.use(
    createGraph({
      ...common,
      makers: () => builds.makers(),
      ignoredAmong: (paths) => ignoredAmong(workspace, paths),
    }),
  );
  const history = openHistory(foundation, disposables);
  const predictions = disposables.use(openPredictions(foundation));
  const builds = disposables.use(
    createBuilds({
      ...common,
      failureModel: {
        estimate: (target, fingerprint) => predictions.builds.estimate({ target, fingerprint, startsAt: clock.now() }),
        judged: () => predictions.builds.judged(),
      },
      workspace: { root, files, read },
      configured: () => ({ ...definedTargets(store), ...configuration.file.targets }),
      remoteCache: () => configuration.file.remoteCache,
      secrets: foundation.environment,
    }),
  );
  const tests = disposables.use(
    createTests({
      ...common,
      graph,
      coChange: (file, other) => history.coChange(file, other)?.confidence ?? 0,
      isTrusted: () => trust.isTrusted,
      files,
      read,
      readGit: (words) => workspace.readGit(words),
      exclude: () => configuration.file.tests.exclude,
      commands: () => configuration.file.tests.commands ?? {},
      isWorkedIn,
      slots: () => limitsNow(settings(), foundation.typing).tests,
    }),
  );
  const configurationNotes = () => configuration.problems();
  const planner = createPlanner({ predictions, workspace, history, graph, builds, tests, clock, configurationNotes });
  return { graph, history, builds, tests, predictions, planner };
}

function openPredictions({ workspace, store, settings, clock, log }: Foundation): Predictions {
  return createPredictions({
    store,
    modelsFolder: assetPath('models'),
    workerFile: assetPath('prediction-worker'),
    runtimeFiles: { module: assetPath('ort-module'), wasm: assetPath('ort-wasm') },
    localFolder: path.join(workspace.stateDirectory, 'models'),
    readGit: (args) => workspace.readGit(args),
    provider: () => (settings()['prediction.webgpu'] ? 'webgpu' : 'wasm'),
    now: () => clock.now(),
    estimateBuild: (outcomes, fingerprint) => estimateFromHistory(outcomes, fingerprint).probability,
    slots: () => ({ testSlots: limitsOf(settings()).tests, buildSlots: limitsOf(settings()).builds }),
    onRefused: (message) => log.warn('a model was refused, its baseline answers', { message }),
  });
}

/** So many paths fit into one command line everywhere. */
const pathsPerQuestion = 100;

/** Git answers nothing where it ignores none of them. */
async function ignoredAmong(
  workspace: Foundation['workspace'],
  paths: readonly string[],
): Promise<ReadonlySet<string>> {
  const ignored = new Set<string>();
  for (let at = 0; at < paths.length; at += pathsPerQuestion) {
    const answer = await workspace.readGit([
      'check-ignore',
      '-z',
      '--',
      ...paths.slice(at, at + pathsPerQuestion).map((each) => `./${each}`),
    ]);
    for (const each of answer?.split('\0') ?? []) if (each !== '') ignored.add(each.replace(/^\.\//, ''));
  }
  return ignored;
}

function openHistory({ workspace, store, log }: Foundation, disposables: Disposables): History {
  const history = createHistory({ store, log, readGit: (args) => workspace.readGit(args) });
  disposables.defer(() => history.settled());
  return history;
}
