// The steps of one job as steps of ours, in a row; those of the repository's own actions stand where they are used.
import { filled } from '../filled.ts';
import { convertCondition, convertText } from './github-expressions.ts';
import { localAction, type LocalFiles } from './github-files.ts';
import { askedOutputs, outputsCommand, replacedOutputs } from './github-outputs.ts';
import type { ResolvedJob } from './github-resolve.ts';
import type { GithubAction, GithubJob, GithubStep, GithubWorkflow } from './github-schema.ts';
import { conjunction, type Scope, type StepNames } from './github-scope.ts';
import {
  firstWords,
  givenSetting,
  inputVariable,
  inTemporaryFolder,
  isTrue,
  plainName,
  plainText,
  shellOf,
  timeoutOf,
} from './github-step.ts';
import { usedAction } from './github-uses.ts';
import { variablesOf, type Variables } from './github-variables.ts';
import type { Findings, WrittenStep } from './imported.ts';
import { homeCommand, machinePart, networkLines, pythonCommand, quotedLines } from './machine.ts';

export interface ChainInput {
  /** Of the job, as other jobs call it. */
  readonly id: string;
  readonly job: GithubJob;
  readonly defaults: GithubWorkflow['defaults'];
  /** What it needs of other jobs. */
  readonly needs: readonly string[];
  /** Condition of the job; `''`: success. */
  readonly condition: string;
  readonly variables: Variables;
  readonly services: readonly string[];
  readonly resolved: ResolvedJob;
  readonly files: LocalFiles;
  readonly findings: Findings;
  readonly idFor: (text: string) => string;
}

/** Where a step stands. */
interface Place {
  readonly place: string;
  readonly scope: Scope;
  /** Takes the names of the steps that come. */
  readonly names: Map<string, StepNames>;
  /** Of the step that uses the action that it stands in. */
  readonly conditions: readonly string[];
  readonly environment: Readonly<Record<string, unknown>>;
  readonly depth: number;
  /** Outputs that are asked for where it stands, as `step.output`. */
  readonly asked: ReadonlySet<string>;
}

/** When, where and in what a command runs. */
interface StepSetting {
  readonly command: string;
  readonly condition: string;
  readonly shell: 'sh' | 'bash' | 'python';
  readonly folder: string;
}

/** The steps of one job, added one after the other. */
export class Chain {
  readonly steps: Record<string, WrittenStep> = {};
  last: string | null = null;
  readonly #input: ChainInput;

  constructor(input: ChainInput) {
    this.#input = input;
  }

  addAll(scope: Scope, names: Map<string, StepNames>): void {
    const { id, job } = this.#input;
    this.#prepareMachine(scope);
    const start = { scope, names, conditions: [], environment: {}, depth: 0, asked: askedOutputs(job) };
    for (const [index, step] of job.steps.entries()) this.#add(step, { ...start, place: `jobs.${id}.steps.${index}` });
  }

  #add(step: GithubStep, at: Place): void {
    const { findings } = this.#input;
    if (step.run !== undefined) return this.#addCommand(step, step.run, at);
    if (step.uses?.startsWith('./') === true) return this.#addAction(step, step.uses, at);
    const action = usedAction(step);
    if (action.kind === 'missing') return findings.missing(at.place, action.message);
    if (action.kind === 'artifacts') return this.#keep(action.paths, at.place);
    findings.replaced(at.place, action.message);
    if (step.id !== undefined) this.#nameReplaced(step, step.id, at);
  }

  /** What nothing has to be done for has outputs all the same: a step finds out those that are asked for and not known yet. */
  #nameReplaced(step: GithubStep, name: string, at: Place): void {
    const { id, idFor, resolved } = this.#input;
    const { texts, commands } = replacedOutputs(step);
    const isAsked = ([output]: readonly [output: string, text: string]) => at.asked.has(`${name}.${output}`);
    const known = Object.entries(texts).filter(isAsked);
    const outputs = Object.fromEntries(known.map(([output, text]) => [output, this.#textOf(text, at, resolved)]));
    const asked = Object.entries(commands).filter(isAsked);
    const condition = asked.length === 0 ? '' : this.#conditionOf(step, at);
    if (condition === null) return;
    let own: string | null = null;
    if (asked.length > 0) {
      own = idFor(`${id}-${name}`);
      const when = conjunction([...at.conditions, condition]) || undefined;
      this.#write(own, {
        ...filled({ name: plainName(step.name), when }),
        command: outputsCommand(asked),
        shell: 'bash',
      });
      for (const [output] of asked) outputs[output] = `\${{ steps.${own}.outputs.${output} }}`;
    }
    at.names.set(name, { kind: 'replaced', outputs, last: own });
  }

  /** As a text of ours; what of it is not known is told. */
  #textOf(text: string, { place, scope }: Pick<Place, 'place' | 'scope'>, resolved: ResolvedJob): string {
    const converted = convertText(resolved.text(text, scope), scope, null);
    this.#input.findings.unknown(place, converted.unknown);
    return converted.text;
  }

  /** Tools that change a home folder or a Python get one that belongs to the job. */
  #prepareMachine({ system }: Scope): void {
    const { id, job, idFor, findings } = this.#input;
    if (system === 'Windows') return;
    const parts = job.steps.flatMap((step) => (step.run === undefined ? [] : [machinePart(step.run)]));
    const setup = job.steps.find(({ uses }) => uses?.startsWith('actions/setup-python@'));
    if (parts.some(({ needsHome }) => needsHome)) {
      this.#write(idFor(`${id}-home`), { name: 'A home folder of its own', command: homeCommand, shell: 'sh' });
      findings.replaced(`jobs.${id}`, 'its commands change a home folder that is made for it, and not yours');
    }
    if (parts.some(({ needsPython }) => needsPython) || (setup !== undefined && parts.length > 0)) {
      const version = setup?.with['python-version'];
      const command = pythonCommand(typeof version === 'string' || typeof version === 'number' ? String(version) : '');
      this.#write(idFor(`${id}-python`), { name: 'A Python environment of its own', command, shell: 'sh' });
      findings.replaced(`jobs.${id}`, 'Python packages are installed into an environment that is made for it');
    }
  }

  #keep(paths: readonly string[], place: string): void {
    const { findings } = this.#input;
    const step = this.last === null ? undefined : this.steps[this.last];
    if (step === undefined || paths.length === 0)
      findings.missing(place, 'its artifacts are made by no step that runs here');
    else {
      step.artifacts = [...(step.artifacts ?? []), ...paths];
      findings.same(place, `the artifacts ${paths.join(', ')}`);
    }
  }

  #addAction(step: GithubStep, uses: string, at: Place): void {
    const { findings, files } = this.#input;
    const found = localAction(uses, files);
    if (found === null) return findings.missing(at.place, `the action ${uses} is not there; it is left out`);
    if (at.depth > 9) return findings.missing(at.place, `the action ${uses} uses itself; it is left out`);
    const condition = this.#conditionOf(step, at);
    if (condition === null) return;
    const inner = this.#insideOf(step, found, at);
    const { using, main } = found.action.runs;
    if (using === 'composite') {
      for (const [index, each] of found.action.runs.steps.entries())
        this.#add(each, { ...inner, conditions: [...at.conditions, condition], place: `${at.place} ${uses}.${index}` });
    } else if (/^node\d+$/.test(using) && main !== undefined) {
      const inputs = Object.entries(inner.scope.inputs).map(([name, text]) => [inputVariable(name), text]);
      const run = `node "$GITHUB_WORKSPACE/${found.folder}/${main}"`;
      const name = step.name ?? found.folder.split('/').at(-1);
      const call = {
        ...step,
        uses: undefined,
        name,
        run,
        shell: 'bash',
        env: { ...step.env, ...Object.fromEntries(inputs) },
      };
      if (found.action.runs.post !== undefined) findings.missing(at.place, `what ${uses} does at the end is left out`);
      return this.#addCommand(call, run, at);
    } else findings.missing(at.place, `the action ${uses} runs with ${using}, which is not known here`);
    if (step.id !== undefined) at.names.set(step.id, this.#namesOf(found.action, inner));
  }

  #insideOf(
    step: GithubStep,
    { action, folder }: { readonly action: GithubAction; readonly folder: string },
    at: Place,
  ): Place {
    const { resolved } = this.#input;
    const given = Object.keys(action.inputs).map((name) => {
      const value = step.with[name] ?? action.inputs[name]?.default ?? '';
      return [name, this.#textOf(plainText(value), at, resolved)] as const;
    });
    const names = new Map<string, StepNames>();
    const scope = { ...at.scope, inputs: Object.fromEntries(given), steps: names, actionFolder: folder };
    const environment = { ...at.environment, ...step.env, GITHUB_ACTION_PATH: '${{ github.action_path }}' };
    return { ...at, scope, names, environment, depth: at.depth + 1, asked: askedOutputs(action) };
  }

  #namesOf({ outputs }: GithubAction, inner: Place): StepNames {
    const texts = Object.entries(outputs).map(([name, { value }]) => [
      name,
      this.#textOf(plainText(value), inner, this.#input.resolved),
    ]);
    return { kind: 'action', outputs: Object.fromEntries(texts), last: this.last };
  }

  #addCommand(step: GithubStep, run: string, at: Place): void {
    const { id, job, findings, idFor, resolved } = this.#input;
    const setting = this.#settingOf(step, run, at);
    if (setting === null) return;
    const command = convertText(resolved.text(setting.command, at.scope), at.scope, setting.shell);
    const variables = variablesOf({ ...at.environment, ...step.env }, resolved, at.scope);
    findings.unknown(at.place, [...command.unknown, ...variables.unknown]);
    for (const line of networkLines(setting.command))
      findings.replaced(at.place, `\`${line}\` reaches the network, and would run on this machine`);
    for (const secret of new Set([
      ...command.secrets.map((name) => `env:${name}`),
      ...Object.values(variables.secrets),
    ]))
      findings.replaced(at.place, `it takes the secret ${secret}; where that is not set it is empty, as on GitHub`);
    const runs = job.steps.filter((each) => each.run !== undefined || each.uses?.startsWith('./') === true).length;
    const stepId = idFor(
      runs === 1 && at.depth === 0
        ? id
        : `${id}-${step.name?.replace(/\$\{\{.*?\}\}/g, '') ?? step.id ?? firstWords(run)}`,
    );
    this.#write(stepId, {
      ...filled({
        name: plainName(step.name),
        when: conjunction([...at.conditions, setting.condition]) || undefined,
        timeout: timeoutOf(step, job),
      }),
      command: command.text.trim(),
      shell: setting.shell,
      folder: setting.folder,
      environment: variables.environment,
      secrets: { ...Object.fromEntries(command.secrets.map((name) => [name, `env:${name}`])), ...variables.secrets },
      allowFailure: isTrue(step['continue-on-error']) || isTrue(job['continue-on-error']),
    });
    if (step.id !== undefined) at.names.set(step.id, { kind: 'step', id: stepId });
  }

  /** What comes after what is there, as a step of the job. */
  #write(id: string, step: WrittenStep): void {
    const { id: job, needs, condition, variables, services } = this.#input;
    this.steps[id] = {
      ...step,
      needs: [...needs, ...(this.last === null ? [] : [this.last])],
      services: [...services],
      secrets: { ...variables.secrets, ...step.secrets },
      job: { name: job, ...(condition === '' ? {} : { when: condition }), environment: variables.environment },
    };
    this.last = id;
  }

  /** `''` without one; null where the step is left out. */
  #conditionOf(step: GithubStep, { place, scope }: Place): string | null {
    const { findings, resolved } = this.#input;
    if (step.if === undefined || step.if === null || step.if === true) return '';
    const text = String(step.if);
    const known = resolved.condition(text, scope);
    if (known === null) findings.missing(place, `its condition does not hold for a run on this machine: ${text}`);
    if (known !== undefined) return known;
    const converted = convertCondition(text, scope);
    if ('when' in converted) return converted.when;
    findings.missing(place, `its condition needs ${converted.unknown}, which is not known here; it is left out`);
    return null;
  }

  /** When, where and in what a command runs; null where it cannot run here. */
  #settingOf(step: GithubStep, run: string, at: Place): StepSetting | null {
    const { findings, resolved } = this.#input;
    const leaveOut = (why: string) => {
      findings.missing(at.place, `${why}; it is left out`);
      return null;
    };
    const condition = this.#conditionOf(step, at);
    if (condition === null) return null;
    const { shell: named = 'bash', 'working-directory': written = '' } = {
      ...this.#defaultsAt(at),
      ...givenSetting(step),
    };
    const shell = shellOf(resolved.same(named, at.scope) ?? named);
    if (shell === null) return leaveOut(`its shell ${named} is not known here`);
    const { command, leftOut } = shell === 'python' ? { command: run, leftOut: [] } : machinePart(run);
    if (command === null) return leaveOut(`it would change this machine: ${quotedLines(run)}`);
    for (const line of leftOut)
      findings.missing(at.place, `\`${line}\` would change this machine; the line is left out`);
    const inTemporary = shell === 'python' ? null : inTemporaryFolder(command, written);
    if (inTemporary !== null) return { command: inTemporary, condition, shell, folder: '' };
    const folder = this.#folderOf(written, at.scope);
    return folder === null ? leaveOut('its folder is not in the repository') : { command, condition, shell, folder };
  }

  /** Steps of actions have none. */
  #defaultsAt({ depth }: Place): GithubWorkflow['defaults']['run'] {
    const { job, defaults } = this.#input;
    return depth > 0 ? {} : { ...defaults.run, ...job.defaults.run };
  }

  #folderOf(written: string, scope: Scope): string | null {
    const inside = written.replace(/^\$\{\{\s*github\.workspace\s*\}\}\/?/, '');
    const folder = convertText(this.#input.resolved.text(inside, scope), scope, null)
      .text.replace(/^\.\/?/, '')
      .replace(/\/+$/, '');
    return folder.startsWith('/') || folder.split('/').includes('..') ? null : folder;
  }
}
