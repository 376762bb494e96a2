// Which steps of a pipeline a change cannot affect, and why the others run: a pure function of the steps and the impact.
import picomatch from 'picomatch';
import type { ChangeSet } from '../protocol/change-set.ts';
import type { StepId } from '../protocol/ids.ts';
import type { ExpandedStep } from './expansion.ts';

export interface PruningInput {
  readonly steps: readonly ExpandedStep[];
  readonly changes: ChangeSet;
  /** Every file that the change can affect, with the way from the change to it. */
  readonly reached: ReadonlyMap<string, { readonly path: readonly string[] }>;
}

export interface Decision {
  readonly runs: boolean;
  readonly why: string;
}

/** Steps stand after what they need. What is not sure to be unaffected runs. */
export function decideSteps({ steps, changes, reached }: PruningInput): Map<StepId, Decision> {
  const decisions = new Map<StepId, Decision>();
  const makers = new Map(steps.map((step) => [step.id, step.definition.artifacts.length > 0 ? step.name : null]));
  for (const step of steps) {
    const maker = step.needs.find((need) => (makers.get(need) ?? null) !== null && decisions.get(need)?.runs === true);
    const own = decideByInputs(step, changes, reached);
    const isFed = !own.runs && maker !== undefined;
    decisions.set(
      step.id,
      isFed ? { runs: true, why: `it may use the artifacts of ${makers.get(maker)}, which runs` } : own,
    );
  }
  return decisions;
}

function decideByInputs(step: ExpandedStep, changes: ChangeSet, reached: PruningInput['reached']): Decision {
  const { definition } = step;
  const always = reasonToRun(step);
  if (always !== null) return { runs: true, why: always };
  const patterns = definition.inputs ?? (definition.folder === '' ? null : [`${definition.folder}/**`]);
  if (patterns === null) return { runs: true, why: 'no inputs are declared, so that every change can affect it' };
  const fits = picomatch([...patterns], { dot: true });
  const changed = changes.files.find(({ path }) => fits(path));
  if (changed !== undefined) return { runs: true, why: `${changed.path} changed` };
  for (const [path, { path: way }] of reached) {
    if (fits(path)) return { runs: true, why: way.length > 1 ? way.join(' → ') : `${path} can be affected` };
  }
  return { runs: false, why: `nothing of ${patterns.join(', ')} changed or depends on what changed` };
}

/** Of steps that are not left out, whatever changed. */
function reasonToRun({ isFinal, definition }: ExpandedStep): string | null {
  const { approval, gate, wait, tests, build } = definition;
  if (isFinal) return 'it runs after all others, whatever changed';
  if (approval !== undefined || gate !== undefined || wait !== undefined)
    return 'it decides whether the pipeline goes on';
  if (tests !== undefined) return `it runs ${tests} tests`;
  if (build === undefined) return null;
  return build === 'impacted' ? 'it builds what the change can affect' : `it builds ${build}`;
}
