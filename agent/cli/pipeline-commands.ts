// The commands on pipelines.
import { all, base, help, json, repository, type CommandDeclaration } from './command-declaration.ts';

const common = [json, repository, help] as const;
const verbose = { name: 'verbose', short: 'v', summary: 'Show the output of every step as it comes.' } as const;
const step = { name: 'step', value: 'step', summary: 'The step, where several are meant.' } as const;

export const pipelineCommands: readonly CommandDeclaration[] = [
  {
    name: 'init',
    summary: 'Write a noodle.yaml with the pipeline that the repository suggests. Never overwrites one.',
    options: [{ name: 'print', summary: 'Print it instead.' }, repository, help],
    examples: ['noodle init', 'noodle init --print'],
  },
  {
    name: 'pipeline run',
    summary: 'Run a pipeline. Without an id the only one there is.',
    positionals: '[pipeline]',
    mostPositionals: 1,
    options: [
      base,
      all,
      verbose,
      {
        name: 'detach',
        summary: 'Start it in the agent that runs already (`noodle serve`, the editor), and do not wait.',
      },
      ...common,
    ],
    examples: ['noodle pipeline run', 'noodle pipeline run build-test-deploy --all', 'noodle pipeline run --json'],
  },
  {
    name: 'pipeline plan',
    summary: 'Show which steps would run and why, for how long and how likely they fail. Runs nothing.',
    positionals: '[pipeline]',
    mostPositionals: 1,
    options: [base, all, ...common],
    examples: ['noodle pipeline plan', 'noodle pipeline plan build-test-deploy --base origin/main'],
  },
  {
    name: 'pipeline validate',
    summary: 'Check the declared pipelines, or those of a file.',
    positionals: '[file]',
    mostPositionals: 1,
    options: [...common],
    examples: ['noodle pipeline validate', 'noodle pipeline validate .noodle/release.yaml'],
  },
  {
    name: 'pipeline list',
    summary: 'List pipelines and their last executions.',
    options: [...common],
    examples: ['noodle pipeline list'],
  },
  {
    name: 'pipeline show',
    summary: 'Show a pipeline, or an execution of one with its steps.',
    positionals: '<pipeline or execution>',
    mostPositionals: 1,
    options: [...common],
    examples: ['noodle pipeline show build-test-deploy', 'noodle pipeline show latest'],
  },
  {
    name: 'pipeline cancel',
    summary: 'End an execution and every process of it.',
    positionals: '[execution | pipeline | latest]',
    mostPositionals: 1,
    options: [...common],
    examples: ['noodle pipeline cancel', 'noodle pipeline cancel run-20261123-134501-1a2b3c'],
  },
  {
    name: 'pipeline rerun',
    summary: 'Run an ended execution again.',
    positionals: '[execution | pipeline | latest]',
    mostPositionals: 1,
    options: [
      { name: 'from', value: 'step', summary: 'From this step on; what came before is taken over.' },
      { name: 'failed', summary: 'Only what did not succeed.' },
      verbose,
      ...common,
    ],
    examples: ['noodle pipeline rerun --failed', 'noodle pipeline rerun latest --from test-step'],
  },
  {
    name: 'pipeline logs',
    summary: 'Print what an execution or one of its steps printed, colours included.',
    positionals: '[execution | pipeline | latest]',
    mostPositionals: 1,
    options: [
      step,
      { name: 'search', short: 's', value: 'text', summary: 'Only lines with this text, with their numbers.' },
      repository,
      help,
    ],
    examples: [
      'noodle pipeline logs',
      'noodle pipeline logs build-test-deploy --step test-step',
      'noodle pipeline logs --search error',
    ],
  },
  {
    name: 'pipeline approve',
    summary: 'Answer an execution that waits for an approval, after a look at the change.',
    positionals: '[execution | pipeline | latest]',
    mostPositionals: 1,
    options: [
      step,
      { name: 'reject', summary: 'Say no.' },
      { name: 'comment', short: 'm', value: 'text', summary: 'What is kept with the answer.' },
      { name: 'show', summary: 'Show the question and the change, and answer nothing.' },
      ...common,
    ],
    examples: [
      'noodle pipeline approve --show',
      'noodle pipeline approve -m "tested by hand"',
      'noodle pipeline approve --reject',
    ],
  },
  {
    name: 'pipeline pause',
    summary: 'Start no further step of an execution.',
    positionals: '[execution | pipeline | latest]',
    mostPositionals: 1,
    options: [...common],
    examples: ['noodle pipeline pause'],
  },
  {
    name: 'pipeline resume',
    summary: 'Go on with a paused execution.',
    positionals: '[execution | pipeline | latest]',
    mostPositionals: 1,
    options: [...common],
    examples: ['noodle pipeline resume'],
  },
  {
    name: 'pipeline import',
    summary:
      'Read a GitHub Actions workflow, a GitLab CI file or a package.json as pipelines, and say what cannot run here.',
    positionals: '<file>',
    mostPositionals: 1,
    options: [{ name: 'write', summary: 'Write them to .noodle, unless the file is there already.' }, ...common],
    examples: ['noodle pipeline import .github/workflows/ci.yml', 'noodle pipeline import .gitlab-ci.yml --write'],
  },
  {
    name: 'pipeline export',
    summary: 'Print a pipeline as a file of GitHub Actions or GitLab CI.',
    positionals: '[pipeline]',
    mostPositionals: 1,
    options: [
      { name: 'format', short: 'f', value: 'github|gitlab|noodle', summary: 'Default: noodle.' },
      repository,
      help,
    ],
    examples: ['noodle pipeline export --format github', 'noodle pipeline export build-test-deploy -f gitlab'],
  },
  {
    name: 'pipeline schema',
    summary: 'Print the JSON schema of noodle.yaml.',
    options: [help],
    examples: ['noodle pipeline schema'],
  },
];
