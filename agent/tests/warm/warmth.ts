// What keeps runs warm: processes that stand by, answers that are recalled, and what both need on disk.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { ProcessExit, ProcessSpec } from '../../platform/processes.ts';
import type { PlanRequest } from '../../protocol/plan.ts';
import type { BatchContext } from '../adapter.ts';
import type { TestsOptions } from '../options.ts';
import { RecalledAnswers } from './recalled-answers.ts';
import type { StandbyUse } from './standby-use.ts';
import { WarmRunners, type WarmCost } from './warm-runners.ts';

export interface Warmth {
  /** How a run starts its processes: with what stands by, unless it wants to be cold. */
  forRun(
    request: PlanRequest,
    start: (spec: ProcessSpec) => Promise<ProcessExit>,
  ): Pick<BatchContext, 'run' | 'recall' | 'standbyFolder'>;
  cost(): WarmCost;
  /** Resolves when the runners that are being made ready are. */
  settled(): Promise<void>;
  dispose(): Promise<void>;
}

const Modules = z.array(z.string());

/** Runners are made ready after each run while somebody works in the repository; nothing happens elsewhere. */
export function createWarmth(options: TestsOptions, names: () => string): Warmth {
  const folder = path.join(options.stateDirectory, 'warm');
  const isWanted = () => options.isWorkedIn?.() === true;
  const runners = new WarmRunners({
    ...options,
    isWanted,
    names,
    recall: (key) => readModules(path.join(folder, `${key}.json`)),
    remember: (key, modules) => writeModules(path.join(folder, `${key}.json`), modules),
  });
  const answers = new RecalledAnswers(options.clock);
  const unsubscribe = options.events.on('run.finished', () => runners.prepareSoon());
  return {
    forRun(request, start) {
      const isCold = request.cold === true;
      return {
        standbyFolder: folder,
        run: (spec, standby) =>
          start(
            isCold || !isWanted() || standby === undefined
              ? spec
              : { ...spec, instead: insteadOf(standby, runners, options) },
          ),
        recall: async (key, watched, ask) =>
          isCold ? ((await ask())?.value ?? null) : await answers.recall(key, watched, ask),
      };
    },
    cost: () => runners.cost(),
    settled: () => runners.settled(),
    async dispose() {
      unsubscribe();
      await runners.dispose();
    },
  };
}

/** A run that records what tests use is rare and starts its own process; the next one will not record. */
function insteadOf(
  use: StandbyUse,
  runners: WarmRunners,
  { environment }: TestsOptions,
): NonNullable<ProcessSpec['instead']> {
  const { NOODLE_EVIDENCE: recording, NODE_OPTIONS: _, ...rest } = use.start.environment;
  if (recording === undefined) return runners.instead(use);
  const own = environment()['NODE_OPTIONS'];
  runners.expect({
    ...use,
    start: { ...use.start, environment: own === undefined ? rest : { ...rest, NODE_OPTIONS: own } },
  });
  return () => null;
}

function readModules(file: string): string[] {
  try {
    return Modules.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // Never learned, or half written: the next run tells again.
    return [];
  }
}

/** Without it the next process only loads less ahead. */
function writeModules(file: string, modules: readonly string[]): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(modules));
  } catch {
    rmSync(file, { force: true });
  }
}
