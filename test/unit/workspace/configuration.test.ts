import assert from 'node:assert/strict';
import { publishedSchema } from '../../../agent/protocol/published-schema.ts';
import fc from 'fast-check';
import { ConfigurationFile } from '../../../agent/protocol/configuration-file.ts';
import { nodeAt } from '../../../agent/workspace/configuration-schema.ts';
import {
  describeConfigurationSchema,
  readConfiguration,
  type Configuration,
} from '../../../agent/workspace/configuration.ts';

function read(
  text: string | null,
  more: { environment?: Record<string, string>; vscode?: Record<string, unknown>; knownTargets?: string[] } = {},
): Configuration {
  return readConfiguration({
    environment: more.environment ?? {},
    vscodeSettings: more.vscode ?? {},
    file: text === null ? null : { path: 'noodle.yaml', text },
    ...(more.knownTargets === undefined ? {} : { knownTargets: more.knownTargets }),
  });
}

function messages(configuration: Configuration): string[] {
  return configuration.problems.map(({ message }) => message);
}

function sourceOf(configuration: Configuration, key: string) {
  const row = configuration.explained.find((each) => each.key === key);
  return [row?.value, row?.source];
}

describe('the order of precedence', () => {
  const text = 'settings:\n  test:\n    parallelExecutions: 2\n';
  const key = 'test.parallelExecutions';

  it('is environment, VS Code, noodle.yaml, default', () => {
    const environment = { NOODLE_TEST_PARALLEL_EXECUTIONS: '4' };
    const vscode = { [key]: 3 };
    assert.deepEqual(sourceOf(read(text, { environment, vscode }), key), [4, 'environment']);
    assert.deepEqual(sourceOf(read(text, { vscode }), key), [3, 'vscode']);
    assert.deepEqual(sourceOf(read(text), key), [2, 'noodle.yaml']);
    assert.deepEqual(sourceOf(read(null), key), [5, 'default']);
  });

  it('passes on to the next source when a value does not fit', () => {
    const configuration = read(text, {
      environment: { NOODLE_TEST_PARALLEL_EXECUTIONS: 'many' },
      vscode: { [key]: 0 },
    });
    assert.equal(configuration.settings[key], 2);
    assert.deepEqual(messages(configuration), [
      'the environment variable NOODLE_TEST_PARALLEL_EXECUTIONS: found "many", expected a whole number from 1 to 64',
      'the VS Code setting noodle.test.parallelExecutions: found 0, expected a whole number from 1 to 64',
    ]);
  });

  for (const [word, value] of [
    ['true', true],
    ['FALSE', false],
    ['1', true],
    ['0', false],
    [' True ', true],
  ] as const) {
    it(`reads ${JSON.stringify(word)} of a variable as ${value}`, () => {
      const configuration = read(null, { environment: { NOODLE_TEST_JEST_ENABLED: word } });
      assert.deepEqual(sourceOf(configuration, 'test.jestEnabled'), [value, 'environment']);
    });
  }

  it('tells a variable with a word that is no boolean', () => {
    const configuration = read(null, { environment: { NOODLE_TEST_JEST_ENABLED: 'yes' } });
    assert.deepEqual(sourceOf(configuration, 'test.jestEnabled'), [true, 'default']);
    assert.deepEqual(messages(configuration), [
      'the environment variable NOODLE_TEST_JEST_ENABLED: found "yes", expected true, false, 1 or 0',
    ]);
  });

  it('takes an empty variable for one that is not set', () => {
    assert.deepEqual(messages(read(null, { environment: { NOODLE_TEST_JEST_ENABLED: '' } })), []);
  });

  it('tells an unknown variable that resembles a known one, and no other', () => {
    const configuration = read(null, {
      environment: { NOODLE_TEST_JETS_ENABLED: 'true', NOODLE_ORIGINAL_PATH: '/bin', NOODLE_LOG: 'debug' },
    });
    assert.deepEqual(configuration.problems, [
      {
        message: 'the environment variable NOODLE_TEST_JETS_ENABLED is unknown; did you mean NOODLE_TEST_JEST_ENABLED?',
        nearest: 'NOODLE_TEST_JEST_ENABLED',
      },
    ]);
  });

  it('tells a variable that begins as settings do, by its first words, and no others', () => {
    const { problems } = read('', {
      environment: {
        NOODLE_TEST_PARALEL: '2',
        NOODLE_BUILD_XYZZY_QUUX: '1',
        NOODLE_LOG: 'debug',
        NOODLE_EVIDENCE: '1',
      },
    });
    assert.deepEqual(
      problems.map(({ message }) => message),
      [
        'the environment variable NOODLE_TEST_PARALEL is unknown; did you mean NOODLE_TEST_PARALLEL_EXECUTIONS?',
        'the environment variable NOODLE_BUILD_XYZZY_QUUX is unknown; `noodle config` lists the settings',
      ],
    );
  });

  it('takes from nothing in the repository where texts of it may be sent', () => {
    const { settings, problems } = read('settings:\n  test:\n    modelUrl: https://elsewhere.example/v1\n', {
      environment: { NOODLE_TEST_MODEL_KEY: 'secret' },
    });
    assert.equal(settings['test.modelUrl'], '');
    assert.match(problems[0]?.message ?? '', /^unknown key "modelUrl" in settings\.test/);
    assert.equal(problems.length, 1);
    const own = read('', { environment: { NOODLE_TEST_MODEL_URL: ' http://127.0.0.1:1/v1 ' } });
    assert.equal(own.settings['test.modelUrl'], 'http://127.0.0.1:1/v1');
  });

  it('tells an unknown VS Code setting', () => {
    assert.deepEqual(messages(read(null, { vscode: { 'test.parallelExecution': 2 } })), [
      'the VS Code setting noodle.test.parallelExecution is unknown; did you mean noodle.test.parallelExecutions?',
    ]);
  });
});

describe('noodle.yaml', () => {
  it('may be absent, empty or a comment', () => {
    for (const text of [null, '', '# nothing yet\n']) {
      const configuration = read(text);
      assert.deepEqual(configuration.file, ConfigurationFile.parse({}));
      assert.deepEqual(configuration.problems, []);
    }
  });

  it('gives its targets with their defaults', () => {
    const { file } = read('targets:\n  core:\n    command: make\n');
    assert.deepEqual(file.targets, {
      core: {
        command: 'make',
        folder: '',
        language: 'javascript',
        outputs: [],
        needs: [],
        environment: {},
        type: 'incremental',
        platforms: [],
        automatic: true,
      },
    });
  });

  it('tells an unknown key with its place and the nearest known one', () => {
    const { problems, file } = read('tests:\n  exclude: [a]\ntragets:\n  core: {}\n');
    assert.deepEqual(problems, [
      {
        message: 'unknown key "tragets"; did you mean "targets"?',
        line: 3,
        column: 1,
        endLine: 3,
        endColumn: 8,
        nearest: 'targets',
      },
    ]);
    assert.deepEqual(file.tests.exclude, ['a']);
  });

  it('tells the known keys when none is near', () => {
    assert.deepEqual(messages(read('targets:\n  core:\n    command: make\n    xyzzy: 1\n')), [
      'unknown key "xyzzy" in targets.core; expected one of command, folder, language, inputs, outputs, needs, environment, tools, type, platforms, automatic',
    ]);
  });

  it('tells a value of the wrong type with its place, and the rest counts', () => {
    const { problems, settings } = read('settings:\n  test:\n    jestEnabled: maybe\n    mochaEnabled: false\n');
    assert.deepEqual(problems, [
      {
        message: 'settings.test.jestEnabled: found "maybe", expected true or false',
        line: 3,
        column: 18,
        endLine: 3,
        endColumn: 23,
      },
    ]);
    assert.equal(settings['test.jestEnabled'], true);
    assert.equal(settings['test.mochaEnabled'], false);
  });

  it('leaves out a target that lacks its command, and keeps the others', () => {
    const { problems, file } = read(
      'targets:\n  broken:\n    command: 5\n  empty: {}\n  core:\n    command: make\n    inputs: [src, 7]\n',
    );
    assert.deepEqual(Object.keys(file.targets), ['core']);
    assert.deepEqual(file.targets['core']?.inputs, ['src']);
    assert.deepEqual(
      problems.map(({ message, line }) => [line, message]),
      [
        [3, 'targets.broken.command: found 5, expected a text that is not empty of at most 4096 characters'],
        [4, 'targets.empty.command: found nothing, expected a text that is not empty of at most 4096 characters'],
        [7, 'targets.core.inputs.1: found 7, expected a text that is not empty'],
      ],
    );
  });

  it('tells a key that stands twice', () => {
    const { problems, file } = read('targets:\n  core:\n    command: one\n  core:\n    command: two\n');
    assert.deepEqual(problems, [
      { message: 'the key "core" stands twice; the last one counts', line: 4, column: 3, endLine: 4, endColumn: 7 },
    ]);
    assert.equal(file.targets['core']?.command, 'two');
  });

  it('tells where it is no YAML, and takes what can be read', () => {
    const { problems, file } = read('tests:\n  exclude: [a]\ntargets: {\n');
    assert.equal(problems.length > 0, true);
    assert.equal(problems[0]?.line, 4);
    assert.deepEqual(file.tests.exclude, ['a']);
  });

  it('has to be a map', () => {
    assert.deepEqual(messages(read('- one\n- two\n')), ['found a list, expected a map of keys and values']);
    assert.deepEqual(messages(read('hello\n')), ['found "hello", expected a map of keys and values']);
  });

  it('is not read when it is far too long', () => {
    assert.deepEqual(messages(read(`# ${'x'.repeat(2 * 1024 * 1024)}\n`)), [
      'the file is over 2 MB, expected a short list of settings',
    ]);
    assert.deepEqual(messages(read(`[${','.repeat(263_000)}]`)), [
      'the file is over 256 KB and has over 262144 words and signs, expected a short list of settings',
    ]);
  });

  it('may declare a pipeline of 10,000 steps', () => {
    const steps = Array.from(
      { length: 10_000 },
      (_, index) => `      s${index}: { command: 'true', needs: [s${index + 1}] }`,
    );
    const file = read(`pipelines:\n  big:\n    steps:\n${steps.join('\n')}\n`);
    assert.deepEqual(messages(file), [
      'pipelines.big.steps.s9999.needs.0: found "s10000", which is no step; did you mean "s1000"?',
    ]);
  });

  it('does not unfold aliases that name each other to fill the memory', () => {
    const levels = Array.from(
      { length: 12 },
      (_, level) => `a${level + 1}: &a${level + 1} [${Array.from({ length: 8 }, () => `*a${level}`).join(', ')}]`,
    );
    const { problems, file } = read(`a0: &a0 [x]\n${levels.join('\n')}\n`);
    assert.equal(
      problems.some(({ message }) => message.includes('aliases')),
      true,
    );
    assert.deepEqual(file.targets, {});
  });

  it('tells an alias without an anchor', () => {
    assert.deepEqual(messages(read('targets: *nowhere\n')).length > 0, true);
  });

  it('survives nesting without end, and a list without end', () => {
    for (const nested of ['[', '{a: ', '- ', '? '])
      assert.deepEqual(messages(read(nested.repeat(20_000))), ['the file is nested more than 100 levels deep']);
    const keys = Array.from({ length: 20_000 }, (_, index) => `key${index}: 1`);
    assert.equal(read(keys.join('\n')).problems.length, 100);
  });

  it('throws for no text, and gives what fits its schema', () => {
    const fragment = fc.constantFrom(
      ...[
        'settings',
        'targets',
        'tests',
        'core',
        'command',
        'needs',
        'test',
        'jestEnabled',
        ': ',
        ':\n',
        '\n',
        '  ',
        '- ',
        '{',
        '}',
      ],
      ...[
        '[',
        ']',
        ', ',
        '"',
        "'",
        '&a ',
        '*a',
        '<<',
        '? ',
        '|',
        '>',
        '#',
        '!!binary ',
        '!x ',
        '%',
        '---\n',
        '\t',
        '1',
        'true',
        'null',
        '\u0000',
      ],
    );
    const anyText = fc.array(fragment, { maxLength: 30 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(anyText, (text) => {
        const { file, problems } = read(text);
        assert.deepEqual(ConfigurationFile.parse(file), file);
        for (const { line = 1, column = 1, endLine = 1 } of problems)
          assert.equal(line >= 1 && column >= 1 && endLine >= line, true);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps keys of the language out of the way', () => {
    assert.deepEqual(messages(read('__proto__: 1\nconstructor: 2\n')).length, 2);
  });
});

describe('targets of noodle.yaml', () => {
  const target = (needs: string) => `{ command: make, needs: [${needs}] }`;

  it('that need each other in a circle are told with the circle, which is opened', () => {
    const { problems, file } = read(
      `targets:\n  core: ${target('web')}\n  web: ${target('api')}\n  api: ${target('core')}\n`,
    );
    assert.deepEqual(problems, [
      {
        message: 'targets.api.needs: the targets need each other in a circle: core → web → api → core',
        line: 4,
        column: 33,
        endLine: 4,
        endColumn: 37,
      },
    ]);
    assert.deepEqual(
      Object.values(file.targets).map(({ needs }) => needs),
      [['web'], ['api'], []],
    );
  });

  it('that need themselves are a circle', () => {
    assert.deepEqual(messages(read(`targets:\n  core: ${target('core')}\n`)), [
      'targets.core.needs: the targets need each other in a circle: core → core',
    ]);
  });

  it('may be needed by two others', () => {
    assert.deepEqual(
      messages(
        read(`targets:\n  a: ${target('b, c')}\n  b: ${target('d')}\n  c: ${target('d')}\n  d: ${target('')}\n`),
      ),
      [],
    );
  });

  it('that need what looks like another target mistyped are told', () => {
    const { problems } = read(`targets:\n  core: ${target('')}\n  web: ${target('cor')}\n`);
    assert.deepEqual(
      problems.map(({ message, nearest }) => [message, nearest]),
      [['targets.web.needs: found "cor", which is no target; did you mean "core"?', 'core']],
    );
  });

  it('may need targets of the project, which are known or not', () => {
    const text = `targets:\n  web: ${target('"@acme/core"')}\n`;
    assert.deepEqual(messages(read(text)), []);
    assert.deepEqual(messages(read(text, { knownTargets: ['@acme/core'] })), []);
    assert.deepEqual(messages(read(text, { knownTargets: ['@acme/other-thing'] })), [
      'targets.web.needs: found "@acme/core", which is no target',
    ]);
  });

  it('have to lie inside of the repository', () => {
    for (const folder of ['../elsewhere', '/etc', 'C:\\windows', 'a/../../b']) {
      const { problems, file } = read(`targets:\n  core:\n    command: make\n    folder: '${folder}'\n`);
      assert.deepEqual(
        problems.map(({ line, message }) => [line, message]),
        [[4, `targets.core.folder: found ${JSON.stringify(folder)}, expected a folder inside the repository`]],
      );
      assert.deepEqual(file.targets, {});
    }
  });
});

describe('the schema', () => {
  it('describes every key with its type, meaning and default', () => {
    const tree = describeConfigurationSchema();
    assert.deepEqual(Object.keys(tree.keys ?? {}), Object.keys(ConfigurationFile.shape));
    const parallel = nodeAt(tree, ['settings', 'test', 'parallelExecutions']);
    assert.deepEqual(
      { ...parallel, setting: parallel?.setting?.environment },
      {
        type: 'integer',
        description: 'How many test processes run at once, never more than the machine has processors.',
        expected: 'a whole number from 1 to 64',
        default: 5,
        setting: 'NOODLE_TEST_PARALLEL_EXECUTIONS',
      },
    );
    assert.deepEqual(nodeAt(tree, ['targets', 'any', 'language'])?.values?.includes('python'), true);
    assert.equal(nodeAt(tree, ['targets', 'any', 'unknown']), null);
  });

  it('is published as a JSON schema that demands no more than the product', () => {
    const schema = publishedSchema();
    assert.equal(schema['type'], 'object');
    assert.equal(schema['required'], undefined);
  });
});
