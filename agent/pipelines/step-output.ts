// What the output of a command says about places in files: messages of compilers and linters, and workflow commands.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createProblemParser } from '../builds/builds.ts';
import type { StepContext, StepProcess } from '../engine/engine.ts';
import { RepoPath } from '../protocol/ids.ts';
import type { StepProblem } from '../protocol/step-problem.ts';
import { createWorkflowCommands, type WorkflowCommands, type WorkflowProblem } from './workflow-commands.ts';

export interface StepOutput {
  /** What was obeyed in the output. */
  readonly commands: WorkflowCommands;
  /** Of one attempt: what of its output is shown. What came before it does not count any more. */
  attempt(): NonNullable<StepProcess['filter']>;
  /** Of the last attempt; each once, and at most 1,000. */
  problems(): StepProblem[];
}

const mostProblems = 1000;

/** `root` and `folder` are absolute: the repository, and where the command runs. */
export function createStepOutput(root: string, folder: string, hide: StepContext['hide']): StepOutput {
  const commands = createWorkflowCommands(hide);
  const newParsers = () => ({ stdout: createProblemParser(root, folder), stderr: createProblemParser(root, folder) });
  let parsers = newParsers();
  let earlier = 0;
  return {
    commands,
    attempt() {
      parsers = newParsers();
      earlier = commands.problems.length;
      return (stream, text) => {
        if (text !== null) parsers[stream].push(text);
        return commands.filter(stream, text);
      };
    },
    problems() {
      const told = commands.problems.slice(earlier).flatMap((problem) => located(problem, root, folder));
      const all = [...told, ...parsers.stdout.finish(), ...parsers.stderr.finish()];
      return [...new Map(all.map((problem) => [JSON.stringify(problem), problem])).values()].slice(0, mostProblems);
    },
  };
}

/** None where it names no file of the repository. On GitHub files are named from its root. */
function located(
  { file, line, column, severity, message }: WorkflowProblem,
  root: string,
  folder: string,
): StepProblem[] {
  if (file === null) return [];
  const absolute = [root, folder].map((from) => path.resolve(from, file)).find((each) => existsSync(each));
  const relative = absolute === undefined ? '..' : path.relative(root, absolute);
  if (relative === '' || relative.split(path.sep)[0] === '..' || path.isAbsolute(relative)) return [];
  const place = { file: RepoPath.parse(relative.replaceAll(path.sep, '/')), line };
  return [{ location: column === null ? place : { ...place, column }, severity, message }];
}
