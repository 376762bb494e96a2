// A GitLab CI file as a pipeline: each job is a step that comes after the stages before its own, or after what it needs.
import { failure, success, type Result } from '../../protocol/failure.ts';
import type { Matrix, Scalar, WrittenPipeline } from '../../protocol/pipeline.ts';
import { filled } from '../filled.ts';
import type { LocalFiles } from './github-files.ts';
import { jobCondition, type JobCondition } from './gitlab-rules.ts';
import { GitlabFile, GitlabJob, globalKeys } from './gitlab-schema.ts';
import { variableLines, plainVariables, projectPath } from './gitlab-variables.ts';
import { containerCommand, Findings, type Imported, type WrittenStep } from './imported.ts';
import { withIncluded } from './gitlab-includes.ts';
import { machinePart, networkLines, quotedLines } from './machine.ts';
import { createIds } from './slug.ts';

/** Fails with a sentence for what is no such file, or of which nothing can run here. */
export function importGitlab(value: unknown, _id: string, files: LocalFiles): Result<Imported> {
  const included = withIncluded(value, files);
  const parsed = GitlabFile.safeParse(included.file);
  if (!parsed.success)
    return failure('invalid_input', `${parsed.error.issues[0]?.path.join('.') ?? ''}: it is no GitLab CI file`);
  const importing = new Importing(parsed.data);
  for (const what of included.missing) importing.findings.missing('include', `${what} is not read`);
  importing.run();
  const { services, steps, findings, isDeploying } = importing;
  const definition: WrittenPipeline = {
    type: isDeploying ? 'deploy' : 'test',
    environment: plainVariables(parsed.data.variables),
    services,
    steps,
  };
  return success({ definition, findings: findings.all });
}

interface NamedJob {
  readonly name: string;
  readonly job: GitlabJob;
}

class Importing {
  readonly steps: Record<string, WrittenStep> = {};
  readonly services: NonNullable<WrittenPipeline['services']> = {};
  readonly findings = new Findings();
  isDeploying = false;
  readonly #file: GitlabFile;
  readonly #idFor = createIds();
  /** Jobs by their names: the step of each. */
  readonly #stepOf = new Map<string, string>();

  constructor(file: GitlabFile) {
    this.#file = file;
  }

  run(): void {
    if (this.#file.workflow !== undefined)
      this.findings.replaced('workflow', 'started by hand, in the editor or through the API');
    const jobs = this.#jobs();
    const order = this.#file.stages;
    const rank = ({ job }: NamedJob) => (order.includes(job.stage) ? order.indexOf(job.stage) : order.length);
    const sorted = jobs.toSorted((a, b) => rank(a) - rank(b));
    let previous: string[] = [];
    let stage: { readonly rank: number; readonly ids: string[] } = { rank: -1, ids: [] };
    for (const named of sorted) {
      if (rank(named) !== stage.rank) {
        if (stage.ids.length > 0) previous = stage.ids;
        stage = { rank: rank(named), ids: [] };
      }
      const id = this.#add(named, previous);
      if (id !== null) stage.ids.push(id);
    }
  }

  #jobs(): NamedJob[] {
    const isJob = ([name, value]: [string, unknown]) =>
      !globalKeys.has(name) && !name.startsWith('.') && typeof value === 'object' && value !== null;
    return Object.entries(this.#file)
      .filter(isJob)
      .flatMap(([name, value]) => {
        const parsed = GitlabJob.safeParse(this.#extended(value, 0));
        if (!parsed.success) this.findings.missing(name, 'it cannot be read as a job');
        return parsed.success ? [{ name, job: parsed.data }] : [];
      });
  }

  /** With what it extends, and what stands under `default`. */
  #extended(value: unknown, depth: number): unknown {
    if (typeof value !== 'object' || value === null || depth > 10) return value;
    const names = 'extends' in value ? [value.extends].flat().map(String) : [];
    const bases = names.map((name) => this.#extended(this.#file[name], depth + 1));
    const own = depth === 0 ? [this.#file.default] : [];
    return [...own, ...bases, value].reduce<Record<string, unknown>>(merged, {});
  }

  #add({ name, job }: NamedJob, previous: readonly string[]): string | null {
    const condition = jobCondition(job);
    const { command, leftOut } = machinePart(this.#commandOf(job));
    const why = reasonToLeaveOut(job, command, condition);
    if (why !== null || command === null || 'unknown' in condition) return this.#leaveOut(name, why ?? '');
    this.#tellLines(name, command, leftOut);
    this.#tell(name, job);
    const matrix = this.#matrixOf(name, job.parallel);
    const after = this.#afterOf(name, job);
    const lines = this.#linesBefore(name, job, `${after}\n${command}`);
    this.isDeploying ||= job.environment !== undefined || job.stage === 'deploy';
    const id = this.#idFor(name);
    const needs = this.#needsOf(job, previous);
    const retries = Math.min(10, job.retry ?? 0);
    this.steps[id] = {
      ...filled({
        when: whenAfter(condition),
        timeout: secondsOf(job.timeout),
        matrix,
        retries,
        idempotent: retries > 0,
      }),
      name,
      command: [...lines, ...(after === '' ? [] : [afterwards(after)]), command].join('\n'),
      shell: 'bash',
      needs: condition.manual === null ? [...needs] : [this.#askBefore({ id, name, needs, when: condition.manual })],
      environment: { ...plainVariables(job.variables), ...ofMatrix(matrix) },
      services: this.#servicesOf(id, job),
      artifacts: this.#filesOf(name, job.artifacts?.paths ?? []),
      ...this.#dotenvOf(name, job),
      allowFailure: mayFail(job),
    };
    this.#stepOf.set(name, id);
    return id;
  }

  /** What runs after the script, however that ended; empty without any. */
  #afterOf(name: string, job: GitlabJob): string {
    const script = (job.after_script ?? this.#file.after_script ?? []).join('\n');
    const { command, leftOut } = machinePart(script);
    if (command === null)
      this.findings.missing(name, `what runs after its script would change this machine: ${quotedLines(script)}`);
    else this.#tellLines(name, command, leftOut);
    return command?.trim() ?? '';
  }

  #tellLines(name: string, command: string, leftOut: readonly string[]): void {
    for (const line of leftOut)
      this.findings.missing(name, `\`${line}\` would change this machine; the line is left out`);
    for (const line of networkLines(command))
      this.findings.replaced(name, `\`${line}\` reaches the network, and would run on this machine`);
  }

  #commandOf(job: GitlabJob): string {
    return [...(job.before_script ?? this.#file.before_script ?? []), ...job.script].join('\n');
  }

  #needsOf({ needs, dependencies }: GitlabJob, previous: readonly string[]): readonly string[] {
    return (needs ?? dependencies)?.flatMap((need) => this.#stepOf.get(need) ?? []) ?? previous;
  }

  /** What sets the variables that the command names. */
  #linesBefore(name: string, job: GitlabJob, command: string): readonly string[] {
    const declared = { ...this.#file.variables, ...job.variables };
    const { lines, unknown } = variableLines({ name, job, command, declared });
    if (unknown.length > 0)
      this.findings.missing(
        name,
        `${unknown.join(', ')} ${unknown.length === 1 ? 'is' : 'are'} set on GitLab alone, and empty here`,
      );
    return lines;
  }

  /** Globs of files of the repository. */
  #filesOf(name: string, paths: readonly string[]): string[] {
    const below = paths.map(projectPath);
    const isOutside = (path: string) => path.startsWith('/') || path.includes('..') || path.includes('$');
    for (const path of below.filter(isOutside)) this.findings.missing(name, `the files ${path} are not kept`);
    return below.filter((path) => !isOutside(path));
  }

  /** Variables that the job hands on. */
  #dotenvOf(name: string, { artifacts }: GitlabJob): Pick<WrittenStep, 'dotenv'> {
    const files = this.#filesOf(name, artifacts?.reports.dotenv ?? []);
    return files.length === 0 ? {} : { dotenv: files };
  }

  #tell(name: string, job: GitlabJob): void {
    const { findings } = this;
    const has = (key: 'image' | 'cache') => (job[key] ?? this.#file[key]) !== undefined;
    if (has('image')) findings.replaced(name, 'runs on this machine and not in its container');
    if (has('cache')) findings.replaced(name, 'files of its cache stay where they are');
  }

  #leaveOut(name: string, why: string): null {
    this.findings.missing(name, `${why}; it is left out`);
    return null;
  }

  /** `when`: under which condition somebody is asked; `''`: always. */
  #askBefore({ id, name, needs, when }: { id: string; name: string; needs: readonly string[]; when: string }): string {
    const asking = this.#idFor(`approve ${id}`);
    this.steps[asking] = { ...filled({ when }), approval: `Run ${name}?`, needs: [...needs] };
    this.findings.same(name, 'somebody has to start it: an approval comes before it');
    return asking;
  }

  #matrixOf(name: string, parallel: unknown): Matrix | undefined {
    if (typeof parallel === 'number') this.findings.missing(name, 'it is not divided into parallel parts');
    const rows =
      typeof parallel === 'object' && parallel !== null && 'matrix' in parallel && Array.isArray(parallel.matrix)
        ? parallel.matrix
        : [];
    const include = rows.flatMap((row) => combinations(row));
    if (include.length === 0) return undefined;
    this.findings.same(name, `${include.length} combinations, in variables of their names`);
    return { values: {}, include, exclude: [] };
  }

  #servicesOf(id: string, job: GitlabJob): string[] {
    return (job.services ?? this.#file.services ?? []).map(({ name, alias }) => {
      const service = this.#idFor(`${id} ${alias ?? name.split(':')[0]}`);
      this.services[service] = { command: containerCommand(name, [], []) };
      this.findings.replaced(id, `docker on this machine runs ${name}`);
      return service;
    });
  }
}

/** For bash: runs the script at the end, however that comes; it changes nothing of how the job ended. */
function afterwards(script: string): string {
  return `after_script() (\nset +e\n${script}\n)\ntrap 'status=$?; export CI_JOB_STATUS=$([ $status = 0 ] && echo success || echo failed); after_script || true; exit $status' EXIT`;
}

/** Where nobody is asked although the job is to run, it goes on without the answer. */
function whenAfter({ when, manual }: JobCondition): string {
  if (manual === null || manual === '' || manual === when) return when;
  const goesOn = '!failure() && !cancelled()';
  return when === '' ? goesOn : `${goesOn} && (${when})`;
}

function mayFail({ allow_failure: allowed }: GitlabJob): boolean {
  return allowed !== undefined && allowed !== false;
}

/** Values of a matrix are variables there. */
function ofMatrix(matrix: Matrix | undefined): Record<string, string> {
  const names = new Set(matrix?.include.flatMap((each) => Object.keys(each)));
  return Object.fromEntries([...names].map((name) => [name, `\${{ matrix.${name} }}`]));
}

/** Null where the job can run here. */
function reasonToLeaveOut(
  { trigger, script }: GitlabJob,
  command: string | null,
  condition: ReturnType<typeof jobCondition>,
): string | null {
  if (trigger !== undefined) return 'it starts a pipeline elsewhere';
  if (script.length === 0) return 'it has no script';
  if ('unknown' in condition) return `its rules need ${condition.unknown}, which is not known here`;
  if (condition.when === 'false') return 'it runs for tags, merge requests or schedules alone';
  if (command === null) return `it would change this machine: ${quotedLines(script.join('\n'))}`;
  return command.includes('!reference') ? 'it refers to parts of other jobs' : null;
}

function combinations(row: unknown): Record<string, Scalar>[] {
  if (typeof row !== 'object' || row === null) return [];
  return Object.entries(row).reduce<Record<string, Scalar>[]>(
    (all, [name, values]) =>
      all.flatMap((each) => [values].flat().map((value) => ({ ...each, [name]: String(value) }))),
    [{}],
  );
}

/** Maps are merged, all else is replaced. */
function merged(base: Record<string, unknown>, more: unknown): Record<string, unknown> {
  if (typeof more !== 'object' || more === null) return base;
  const isMap = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  const entries = Object.entries(more).map(([key, value]) => [
    key,
    isMap(value) && isMap(base[key]) ? merged({ ...(base[key] as Record<string, unknown>) }, value) : value,
  ]);
  return { ...base, ...Object.fromEntries(entries) };
}

/** `1h 30m`, `45 minutes`, `3600`. */
function secondsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const units: Readonly<Record<string, number>> = { d: 86_400, h: 3600, m: 60, s: 1 };
  const parts = [...text.matchAll(/(\d+)\s*([dhms]?)[a-z]*/gi)];
  const seconds = parts.reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (units[unit.toLowerCase()] ?? 1),
    0,
  );
  return seconds > 0 ? Math.min(seconds, 1_728_000) : undefined;
}
