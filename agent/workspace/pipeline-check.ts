// What the schema of a pipeline cannot say: that its steps exist, do one thing each and do not need each other in a circle.
import type { PipelineDefinition, PipelineStep } from '../protocol/pipeline.ts';
import { nearest } from '../protocol/nearest.ts';
import { namesIn, parseCondition } from './condition.ts';
import { findCircle } from './pipeline-circle.ts';
import { combinationsOf, matrixSize, maximumCombinations, templatesIn } from './pipeline-matrix.ts';

export interface PipelineProblem {
  /** Below the pipeline. */
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly nearest?: string;
}

/** Of all steps with all combinations of their matrices. */
export const maximumSteps = 10_000;

/** Who has made more mistakes than this does not read on. */
const maximumProblems = 50;

const kinds = ['command', 'build', 'tests', 'approval', 'gate', 'wait', 'pipeline'] as const;
const idPattern = /^[A-Za-z_][\w.-]*$/;

type Steps = Readonly<Record<string, PipelineStep>>;

/** Everything that is wrong in a pipeline by itself; `otherPipelines` are those that its steps can name, where they are known. */
export function checkPipeline(
  definition: PipelineDefinition,
  otherPipelines: readonly string[] | null,
): PipelineProblem[] {
  const { steps, finally: final } = definition;
  const problems: PipelineProblem[] = [];
  if (Object.keys(steps).length === 0) problems.push({ path: ['steps'], message: 'a pipeline has at least one step' });
  for (const id of Object.keys(final)) {
    if (Object.hasOwn(steps, id)) problems.push({ path: ['finally', id], message: `${quote(id)} is a step already` });
  }
  const known = { services: Object.keys(definition.services), pipelines: otherPipelines };
  for (const [group, own] of [
    ['steps', steps],
    ['finally', final],
  ] as const) {
    const all = group === 'steps' ? steps : { ...steps, ...final };
    for (const [id, step] of Object.entries(own)) {
      if (problems.length >= maximumProblems) return problems;
      const found = checkStep(id, step, { needed: own, named: all, ...known });
      problems.push(...found.map((problem) => ({ ...problem, path: [group, id, ...problem.path] })));
    }
    problems.push(...circleOf(own, group), ...gatesOf(own, group, definition.type));
  }
  for (const [id, service] of Object.entries(definition.services)) {
    const found = [...checkId(id, 'service'), ...checkFolder(service.folder), ...checkSecrets(service.secrets)];
    if (service.ready !== undefined) found.push(...checkWait(service.ready, 'ready'));
    problems.push(...found.map((problem) => ({ ...problem, path: ['services', id, ...problem.path] })));
  }
  return [...problems, ...checkSecrets(definition.secrets), ...checkSize({ ...steps, ...final })];
}

/** Whether an id can name a pipeline. */
export function checkId(id: string, what: string): PipelineProblem[] {
  if (idPattern.test(id)) return [];
  return [
    {
      path: [],
      message: `${quote(id)} cannot be the id of a ${what}: expected letters, digits, "_", "-" and ".", beginning with a letter`,
    },
  ];
}

interface Known {
  /** Steps that it can need, and steps that its condition can name. */
  readonly needed: Steps;
  readonly named: Steps;
  readonly services: readonly string[];
  readonly pipelines: readonly string[] | null;
}

function checkStep(id: string, step: PipelineStep, known: Known): PipelineProblem[] {
  return [
    ...checkId(id, 'step'),
    ...checkKind(step),
    ...checkReferences(id, step, known),
    ...checkCondition({ id, text: step.when, path: ['when'] }, known),
    ...checkCondition({ id, text: step.job?.when, path: ['job', 'when'] }, known),
    ...checkFolder(step.folder),
    ...checkSecrets(step.secrets),
    ...checkMatrix(id, step, known),
    ...(step.sandbox?.kind === 'container' && step.sandbox.image === undefined
      ? [{ path: ['sandbox'], message: 'a container needs an image' }]
      : []),
  ];
}

function checkKind(step: PipelineStep): PipelineProblem[] {
  const found = kinds.filter((kind) => step[kind] !== undefined);
  const expected = `expected one of ${kinds.join(', ')}`;
  if (found.length === 0) return [{ path: [], message: `the step does nothing: ${expected}` }];
  if (found.length > 1)
    return [{ path: [found[1] ?? ''], message: `the step has ${found.join(' and ')}: ${expected}` }];
  if (step.sandbox !== undefined && step.command === undefined)
    return [{ path: ['sandbox'], message: 'only commands can be kept in a sandbox' }];
  if (step.job !== undefined && (step.command === undefined || step.sandbox !== undefined))
    return [{ path: ['job'], message: 'only commands outside a sandbox can be steps of a job' }];
  return step.wait === undefined ? [] : checkWait(step.wait, 'wait');
}

/** Gates round a deployment stand where something is deployed, and know what comes before them. */
function gatesOf(steps: Steps, group: string, type: PipelineDefinition['type']): PipelineProblem[] {
  return Object.entries(steps).flatMap(([id, { gate }]): PipelineProblem[] => {
    if (gate === undefined) return [];
    const { kind, metrics, after } = gate;
    const isRound = kind === 'pre-deployment' || kind === 'post-deployment';
    const problems = [
      ...metrics.flatMap(({ below, above }, index) =>
        below === undefined && above === undefined
          ? [{ path: ['metrics', index], message: 'found no limit, expected `below` or `above`' }]
          : [],
      ),
      ...(isRound && type !== 'deploy'
        ? [{ path: ['kind'], message: `a ${kind} gate stands in a pipeline of the type deploy, found ${type}` }]
        : []),
      ...(kind === 'post-deployment' && after === undefined
        ? [{ path: ['kind'], message: 'a post-deployment gate names the step that deploys: `after`' }]
        : []),
      ...(after === undefined
        ? []
        : unknown({ found: after, known: allNeeded(id, steps), what: 'step before it', path: ['after'] })),
    ];
    return problems.map(({ path, ...rest }) => ({ ...rest, path: [group, id, 'gate', ...path] }));
  });
}

/** What a step needs, and what that needs. */
function allNeeded(id: string, steps: Steps): string[] {
  const found = new Set<string>();
  const left = [...(steps[id]?.needs ?? [])];
  for (let need = left.pop(); need !== undefined; need = left.pop()) {
    if (found.has(need)) continue;
    found.add(need);
    left.push(...(steps[need]?.needs ?? []));
  }
  return [...found];
}

function checkWait(wait: Readonly<Record<string, unknown>>, key: string): PipelineProblem[] {
  const conditions = ['command', 'url', 'port', 'file'];
  const count = conditions.filter((name) => wait[name] !== undefined).length;
  return count === 1
    ? []
    : [{ path: [key], message: `found ${count} conditions to wait for, expected one of ${conditions.join(', ')}` }];
}

function checkReferences(id: string, step: PipelineStep, known: Known): PipelineProblem[] {
  const problems = step.needs.flatMap((need, index): PipelineProblem[] => {
    if (need === id) return [{ path: ['needs', index], message: 'a step cannot need itself' }];
    if (Object.hasOwn(known.needed, need)) return [];
    const others = Object.keys(known.needed).filter((each) => each !== id);
    return unknown({ found: need, known: others, what: 'step', path: ['needs', index] });
  });
  problems.push(
    ...step.services.flatMap((found, index) =>
      unknown({ found, known: known.services, what: 'service', path: ['services', index] }),
    ),
  );
  if (step.pipeline !== undefined && known.pipelines !== null)
    problems.push(...unknown({ found: step.pipeline, known: known.pipelines, what: 'pipeline', path: ['pipeline'] }));
  return problems;
}

interface Reference {
  readonly found: string;
  readonly known: readonly string[];
  readonly what: string;
  readonly path: readonly (string | number)[];
}

function unknown({ found, known, what, path }: Reference): PipelineProblem[] {
  if (known.includes(found)) return [];
  const near = nearest(found, known);
  const hint = near === null ? '' : `; did you mean ${quote(near)}?`;
  return [
    { path, message: `found ${quote(found)}, which is no ${what}${hint}`, ...(near === null ? {} : { nearest: near }) },
  ];
}

interface WrittenCondition {
  /** Of its step. */
  readonly id: string;
  readonly text: string | undefined;
  readonly path: readonly (string | number)[];
}

function checkCondition(
  { id, text, path: place }: WrittenCondition,
  { named }: Pick<Known, 'named'>,
): PipelineProblem[] {
  if (text === undefined) return [];
  const parsed = parseCondition(text);
  const problemAt = (message: string, at: number) => ({
    path: place,
    message: `at character ${at + 1} of ${quote(text.length > 60 ? `${text.slice(Math.max(0, at - 30), at + 30)}` : text)}: ${message}`,
  });
  if ('problem' in parsed) return [problemAt(parsed.problem.message, parsed.problem.at)];
  return namesIn(parsed.condition).flatMap(({ path: [top, name = ''], at }) => {
    if (top !== 'steps' || (name !== id && Object.hasOwn(named, name))) return [];
    const near = nearest(
      name,
      Object.keys(named).filter((each) => each !== id),
    );
    return [
      problemAt(
        `found ${quote(name)}, which is no other step${near === null ? '' : `; did you mean ${quote(near)}?`}`,
        at,
      ),
    ];
  });
}

function checkFolder(folder: string): PipelineProblem[] {
  const isOutside = folder.split(/[/\\]/).includes('..') || /^([/\\]|[a-z]:)/i.test(folder);
  return isOutside
    ? [{ path: ['folder'], message: `found ${quote(folder)}, expected a folder inside the repository` }]
    : [];
}

function checkSecrets(secrets: Readonly<Record<string, string>>): PipelineProblem[] {
  return Object.entries(secrets).flatMap(([name, reference]) =>
    /^(env:[A-Za-z_]\w*|file:.+)$/.test(reference)
      ? []
      : [{ path: ['secrets', name], message: 'expected `env:NAME` or `file:PATH`, never the secret itself' }],
  );
}

function checkMatrix(id: string, step: PipelineStep, known: Known): PipelineProblem[] {
  const { matrix } = step;
  if (matrix === undefined) return checkTemplates(id, step, { ...known, names: new Set() });
  const size = matrixSize(matrix);
  if (size > maximumCombinations)
    return [
      { path: ['matrix'], message: `the matrix has ${size} combinations, expected at most ${maximumCombinations}` },
    ];
  if (combinationsOf(matrix).length === 0) return [{ path: ['matrix'], message: 'the matrix has no combination' }];
  const names = new Set([...Object.keys(matrix.values), ...matrix.include.flatMap((each) => Object.keys(each))]);
  return checkTemplates(id, step, { ...known, names });
}

/** What is worked out when the step's turn has come; names of pipelines are needed before. */
const filledLate = new Set(['command', 'folder', 'environment', 'job']);

function checkTemplates(
  id: string,
  step: PipelineStep,
  { names, ...known }: Known & { readonly names: ReadonlySet<string> },
): PipelineProblem[] {
  const texts = [
    ['command', step.command],
    ['name', step.name],
    ['folder', step.folder],
    ['pipeline', step.pipeline],
  ] as const;
  const all = [
    ...texts.map(([key, text]) => ({ path: [key], text: text ?? '' })),
    ...Object.entries(step.environment).map(([name, value]) => ({ path: ['environment', name], text: String(value) })),
    ...Object.entries(step.job?.environment ?? {}).map(([name, value]) => ({
      path: ['job', 'environment', name],
      text: String(value),
    })),
  ];
  return all.flatMap(({ path, text }) =>
    templatesIn(text).flatMap((template) => {
      if (template.matrixName === null && step.command !== undefined && filledLate.has(path[0] ?? ''))
        return checkCondition({ id, text: template.inner, path }, known);
      if (template.matrixName === null)
        return [{ path, message: `${template.text}: only \${{ matrix.<name> }} can stand here` }];
      return names.has(template.matrixName)
        ? []
        : unknown({ found: template.matrixName, known: [...names], what: 'name of the matrix', path });
    }),
  );
}

function circleOf(steps: Steps, group: string): PipelineProblem[] {
  const circle = findCircle(new Map(Object.entries(steps).map(([id, { needs }]) => [id, needs])));
  if (circle === null) return [];
  const [first = '', second = ''] = circle;
  const index = steps[first]?.needs.indexOf(second) ?? 0;
  return [
    { path: [group, first, 'needs', index], message: `the steps need each other in a circle: ${circle.join(' → ')}` },
  ];
}

function checkSize(steps: Steps): PipelineProblem[] {
  const size = Object.values(steps).reduce(
    (sum, { matrix }) => sum + (matrix === undefined ? 1 : matrixSize(matrix)),
    0,
  );
  return size > maximumSteps
    ? [{ path: ['steps'], message: `the pipeline has ${size} steps, expected at most ${maximumSteps}` }]
    : [];
}

function quote(text: string): string {
  return JSON.stringify(text);
}
