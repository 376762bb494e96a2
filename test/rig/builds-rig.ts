// Builds of a real repository in a temporary folder, run by a real engine: `await using rig = await BuildsRig.create({…})`.
import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { createBuilds, type BuildPlanInput, type Builds } from '../../agent/builds/builds.ts';
import { systemClock } from '../../agent/platform/clock.ts';
import { userEnvironment } from '../../agent/platform/environment.ts';
import { silentLog } from '../../agent/platform/log.ts';
import type { BuildResult } from '../../agent/protocol/build.ts';
import { ConfigurationFile, type RemoteCacheDefinition } from '../../agent/protocol/configuration-file.ts';
import type { Execution } from '../../agent/protocol/execution.ts';
import { success } from '../../agent/protocol/failure.ts';
import type { PlannedBuild } from '../../agent/protocol/plan.ts';
import type { Settings } from '../../agent/protocol/settings.ts';
import { settingDeclarations } from '../../agent/protocol/settings.ts';
import { openWorkspace, type Workspace } from '../../agent/workspace/workspace.ts';
import { EngineRig } from './engine-rig.ts';
import { GitRig, type Files } from './git-rig.ts';

export interface BuildsRigOptions {
  readonly configured?: object;
  readonly remoteCache?: RemoteCacheDefinition;
  readonly secrets?: Readonly<Record<string, string>>;
  /** Tools that the builds find beside node, by the path of each. */
  readonly tools?: readonly string[];
  readonly settings?: Partial<Settings>;
  /** Without npm, Node itself runs the scripts, which is much faster. */
  readonly hasNpm?: boolean;
}

export class BuildsRig implements AsyncDisposable {
  readonly git: GitRig;
  readonly engine: EngineRig;
  readonly builds: Builds;
  settings: Settings;
  readonly #workspace: Workspace;

  private constructor(parts: { git: GitRig; engine: EngineRig; workspace: Workspace }, options: BuildsRigOptions) {
    const { git, engine, workspace } = parts;
    this.git = git;
    this.engine = engine;
    this.#workspace = workspace;
    this.settings = { ...defaults(), ...options.settings };
    const { targets } = ConfigurationFile.parse({ targets: options.configured ?? {} });
    this.builds = createBuilds({
      workspace,
      store: engine.store,
      events: engine.events,
      clock: systemClock,
      log: silentLog,
      settings: () => this.settings,
      configured: () => targets,
      remoteCache: () => options.remoteCache,
      secrets: options.secrets ?? {},
      processes: engine.processes,
      stateDirectory: git.path('.git/noodle'),
      environment: () => ({
        ...userEnvironment(process.env),
        ...(options.hasNpm === true ? {} : { PATH: git.path('.git/programs') }),
      }),
    });
  }

  /** A repository with one commit of `files`. */
  static async create(files: Files, options: BuildsRigOptions = {}): Promise<BuildsRig> {
    const git = await GitRig.create(files);
    await mkdir(git.path('.git/programs'));
    await symlink(process.execPath, git.path('.git/programs/node'));
    await symlink('/usr/bin/env', git.path('.git/programs/env'));
    for (const tool of options.tools ?? []) await symlink(tool, git.path(`.git/programs/${path.basename(tool)}`));
    const opened = await openWorkspace({
      root: git.root,
      clock: systemClock,
      log: silentLog,
      environment: process.env,
    });
    if (!opened.ok) throw new Error(opened.failure.message);
    const engine = await EngineRig.create();
    return new BuildsRig({ git, engine, workspace: opened.value }, options);
  }

  /** The plan for what differs from HEAD, or for the last commit. */
  async plan(request: BuildPlanInput['request'] = {}, testFolders: readonly string[] = []) {
    const change = await this.#workspace.changes(request.base);
    if (!change.ok) throw new Error(change.failure.message);
    return this.builds.plan({ request, change: change.value, unbounded: [], testFolders });
  }

  /** Plans and runs; resolves when all has ended. */
  async run(request: BuildPlanInput['request'] = {}, testFolders: readonly string[] = []) {
    const { builds } = await this.plan(request, testFolders);
    return this.start(builds).finished;
  }

  start(planned: readonly PlannedBuild[]) {
    return this.engine.submit([], {
      kind: 'build',
      prepare: () => Promise.resolve(success(this.builds.steps(planned))),
    });
  }

  /** `status target: reason` of every build of an execution. */
  resultsOf(execution: Pick<Execution, 'id'>): string[] {
    return this.finished(execution).map(({ status, target, reason }) => `${status} ${target}: ${reason}`);
  }

  finished({ id }: Pick<Execution, 'id'>): BuildResult[] {
    return this.engine.all('build.finished').flatMap((event) => (event.executionId === id ? [event.result] : []));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.builds.dispose();
    await this.engine[Symbol.asyncDispose]();
    await this.#workspace.dispose();
    await this.git[Symbol.asyncDispose]();
  }
}

function defaults(): Settings {
  // Every declaration names its key and a default of its type.
  return Object.fromEntries(settingDeclarations.map((each) => [each.key, each.default])) as unknown as Settings;
}
