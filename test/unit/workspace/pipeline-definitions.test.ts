import assert from 'node:assert/strict';
import { PipelineDefinition, type WrittenPipeline } from '../../../agent/protocol/pipeline.ts';
import { readConfiguration, readPipelineFile } from '../../../agent/workspace/configuration.ts';
import { sentenceOf } from '../../../agent/workspace/configuration-pipelines.ts';
import { checkPipeline } from '../../../agent/workspace/pipeline-check.ts';
import { combinationName, combinationsOf, fillIn } from '../../../agent/workspace/pipeline-matrix.ts';

function problemsOf(written: WrittenPipeline): string[] {
  return checkPipeline(PipelineDefinition.parse(written), ['other']).map(sentenceOf);
}

describe('a pipeline definition', () => {
  it('is sound when its steps do one thing each and need steps that exist', () => {
    const steps = {
      'build-step': { command: 'npm run build' },
      'test-step': { command: 'npm test', needs: ['build-step'] },
      'deploy-step': { command: 'npm run deploy', needs: ['test-step'] },
    };
    assert.deepEqual(problemsOf({ steps }), []);
  });

  for (const [what, written, expected] of [
    ['no step', { steps: {} }, 'steps: a pipeline has at least one step'],
    [
      'a step that does nothing',
      { steps: { a: {} } },
      'steps.a: the step does nothing: expected one of command, build, tests, approval, gate, wait, pipeline',
    ],
    [
      'a step that does two things',
      { steps: { a: { command: 'x', build: 'core' } } },
      /a\.build: the step has command and build/,
    ],
    [
      'an unknown step',
      { steps: { build: { command: 'x' }, a: { command: 'x', needs: ['biuld'] } } },
      'steps.a.needs.0: found "biuld", which is no step; did you mean "build"?',
    ],
    [
      'a circle',
      {
        steps: {
          a: { command: 'x', needs: ['b'] },
          b: { command: 'x', needs: ['c'] },
          c: { command: 'x', needs: ['a'] },
        },
      },
      'steps.a.needs.0: the steps need each other in a circle: a → b → c → a',
    ],
    ['a step that needs itself', { steps: { a: { command: 'x', needs: ['a'] } } }, /a step cannot need itself/],
    [
      'a condition that does not parse',
      { steps: { a: { command: 'x', when: 'branch =' } } },
      'steps.a.when: at character 8 of "branch =": found "=", expected "==" to compare',
    ],
    [
      'a condition on a step that does not exist',
      { steps: { a: { command: 'x', when: "steps.b.state == 'failed'" } } },
      /found "b", which is no other step/,
    ],
    [
      'a matrix that is too large',
      { steps: { a: { command: 'x', matrix: { values: { x: [...Array(40).keys()], y: [...Array(40).keys()] } } } } },
      'steps.a.matrix: the matrix has 1600 combinations, expected at most 1000',
    ],
    [
      'an unknown name of the matrix',
      { steps: { a: { command: 'x ${{ matrix.nod }}', matrix: { values: { node: [1] } } } } },
      /found "nod", which is no name of the matrix; did you mean "node"\?/,
    ],
    [
      'another template',
      { steps: { a: { command: 'x ${{ github.sha }}' } } },
      /unknown name "github"; expected one of branch, base/,
    ],
    [
      'a folder outside',
      { steps: { a: { command: 'x', folder: '../..' } } },
      /expected a folder inside the repository/,
    ],
    [
      'a secret in the clear',
      { steps: { a: { command: 'x', secrets: { TOKEN: 'hunter2' } } } },
      'steps.a.secrets.TOKEN: expected `env:NAME` or `file:PATH`, never the secret itself',
    ],
    [
      'an unknown pipeline',
      { steps: { a: { pipeline: 'othr' } } },
      /found "othr", which is no pipeline; did you mean "other"\?/,
    ],
    ['an unknown service', { steps: { a: { command: 'x', services: ['db'] } } }, /found "db", which is no service/],
    [
      'a container without an image',
      { steps: { a: { command: 'x', sandbox: { kind: 'container' } } } },
      /a container needs an image/,
    ],
    [
      'two conditions to wait for',
      { steps: { a: { wait: { port: 1, file: 'x' } } } },
      /found 2 conditions to wait for/,
    ],
    ['an id with a blank', { steps: { 'a b': { command: 'x' } } }, /"a b" cannot be the id of a step/],
  ] as const) {
    it(`with ${what} is told so`, () => {
      const [first = 'nothing'] = problemsOf(written as WrittenPipeline);
      if (typeof expected === 'string') assert.equal(first, expected);
      else assert.match(first, expected);
    });
  }

  it('is told where retries do less than they say', () => {
    const written =
      'pipelines:\n  p:\n    steps:\n      a: { command: x, retries: 2 }\n      b: { command: x, retries: 2, idempotent: true }\n      c: { wait: { port: 1 }, retries: 1 }\n';
    const { notes, problems } = readPipelineFile(written);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      notes.map(({ line, column, message }) => `${line}:${column} ${message}`),
      [
        '4:33 pipelines.p.steps.a.retries: it is tried again after passing faults alone, as of a network: after others only with `idempotent: true`',
        '6:40 pipelines.p.steps.c.retries: only commands are tried again',
      ],
    );
    const { notes: same } = readConfiguration({
      environment: {},
      vscodeSettings: {},
      file: { path: 'noodle.yaml', text: written },
    });
    assert.deepEqual(same, notes);
  });

  it('is told where a step is asked for outputs that it cannot have', () => {
    const { notes, problems } = readPipelineFile(
      "pipelines:\n  p:\n    steps:\n      a: { command: x }\n      j: { command: x, job: { name: j } }\n      b: { command: 'echo ${{ steps.a.outputs.v }} ${{ steps.j.outputs.v }}', needs: [a, j] }\n",
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(
      notes.map(({ line, message }) => `${line} ${message}`),
      [
        '6 pipelines.p.steps.b.command: the step a has no outputs: only one with `job` gives what it writes into $GITHUB_OUTPUT',
      ],
    );
  });

  it('says what is wrong with a list that is empty', () => {
    const { problems } = readPipelineFile(
      'pipelines:\n  p:\n    steps:\n      a: { command: x, matrix: { values: { os: [] } } }\n',
    );
    assert.deepEqual(
      problems.map(({ message }) => message),
      ['pipelines.p.steps.a.matrix.values.os: found an empty list, expected one with an item at least'],
    );
  });

  it('of 10,000 steps in a row is checked, and one more is too many', () => {
    const row = (count: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, index) => [
          `s${index}`,
          { command: 'x', needs: index === 0 ? [] : [`s${index - 1}`] },
        ]),
      );
    assert.deepEqual(problemsOf({ steps: row(10_000) }), []);
    assert.match(problemsOf({ steps: row(10_001) }).join(), /has 10001 steps, expected at most 10000/);
  });
});

describe('a matrix', () => {
  const matrix = (written: object) =>
    PipelineDefinition.parse({ steps: { a: { matrix: written } } }).steps['a']?.matrix;

  it('has every combination but the excluded ones', () => {
    const found = matrix({ values: { node: [18, 20], os: ['linux', 'mac'] }, exclude: [{ node: '18', os: 'mac' }] });
    assert.deepEqual(found === undefined ? [] : combinationsOf(found).map(combinationName), [
      '18, linux',
      '20, linux',
      '20, mac',
    ]);
  });

  it('takes inclusions as more values where they contradict nothing, else as combinations of their own', () => {
    const found = matrix({
      values: { node: [18, 20] },
      include: [{ node: 20, extra: 'yes' }, { node: 22 }, { all: 1 }],
    });
    assert.deepEqual(found === undefined ? [] : combinationsOf(found), [
      { node: 18, all: 1 },
      { node: 20, extra: 'yes', all: 1 },
      { node: 22 },
    ]);
  });

  it('fills its values in', () =>
    assert.equal(fillIn('n ${{ matrix.node }} ${{matrix.none}}!', { node: 20 }), 'n 20 !'));
});

describe('pipelines in noodle.yaml', () => {
  const read = (text: string) =>
    readConfiguration({ environment: {}, vscodeSettings: {}, file: { path: 'noodle.yaml', text } });

  it('with a mistyped key are not run at all, and the others are', () => {
    const { file, broken, problems } = read(
      'pipelines:\n  good:\n    steps:\n      a: { command: x }\n  bad:\n    steps:\n      a:\n        command: x\n        whn: always()\n',
    );
    assert.deepEqual(Object.keys(file.pipelines), ['good']);
    assert.deepEqual([...broken.keys()], ['bad']);
    assert.deepEqual(
      problems.map(({ line, message }) => `${line}: ${message}`),
      ['9: unknown key "whn" in pipelines.bad.steps.a; did you mean "when"?'],
    );
  });

  it('of a file that cannot be read whole are not run', () => {
    const { file, broken } = read('pipelines:\n  p:\n    steps:\n      a: { command: x }\ntests: [\n');
    assert.deepEqual(Object.keys(file.pipelines), []);
    assert.deepEqual([...broken.keys()], ['p']);
  });

  it('say that deployment steps are not there yet', () => {
    const [problem] = read('pipelines:\n  p:\n    steps:\n      a:\n        deployment: production\n').problems;
    assert.equal(
      problem?.message,
      'deployment steps in pipelines.p.steps.a are not part of this version; a command step can do it',
    );
    assert.equal(problem?.line, 5);
  });

  it('are told of circles at their place', () => {
    const [problem] = read(
      'pipelines:\n  p:\n    steps:\n      a:\n        command: x\n        needs: [b]\n      b:\n        command: x\n        needs: [a]\n',
    ).problems;
    assert.deepEqual([problem?.line, problem?.column], [6, 17]);
    assert.match(
      problem?.message ?? '',
      /pipelines\.p\.steps\.a\.needs\.0: the steps need each other in a circle: a → b → a/,
    );
  });

  it('survive a bomb of aliases', () => {
    const levels = Array.from(
      { length: 12 },
      (_, index) =>
        `l${index}: &l${index} [${Array(10)
          .fill(index === 0 ? 'x' : `*l${index - 1}`)
          .join(', ')}]`,
    );
    const { file, problems } = read(`${levels.join('\n')}\npipelines:\n  p: { steps: { a: { command: x } } }\n`);
    assert.deepEqual(Object.keys(file.pipelines), []);
    assert.match(problems[0]?.message ?? '', /aliases/);
  });
});

describe('a file below .noodle', () => {
  it('declares pipelines and nothing else', () => {
    const { pipelines, problems } = readPipelineFile(
      'pipelines:\n  p: { steps: { a: { command: x } } }\nsettings: {}\n',
    );
    assert.deepEqual(Object.keys(pipelines), ['p']);
    assert.deepEqual(
      problems.map(({ message }) => message),
      ['unknown key "settings"; expected one of pipelines'],
    );
  });
});
