import assert from 'node:assert/strict';
import { ConfigurationFile } from '../../../agent/protocol/configuration-file.ts';
import { settingDeclarations } from '../../../agent/protocol/settings.ts';
import {
  completeConfiguration,
  describeAt,
  validateConfiguration,
} from '../../../agent/workspace/configuration-language.ts';

/** The text with `|` taken out, and the position where it stood. */
function at(marked: string) {
  const before = marked.slice(0, marked.indexOf('|'));
  const lines = before.split('\n');
  return { text: marked.replace('|', ''), position: { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 } };
}

function labels(marked: string): string[] {
  const { text, position } = at(marked);
  return completeConfiguration(text, position).map(({ label }) => label);
}

/** The text after the completion of this name was taken. */
function completed(marked: string, label: string): string {
  const { text, position } = at(marked);
  const found = completeConfiguration(text, position).find((each) => each.label === label);
  assert.notEqual(found, undefined, `no completion ${label}`);
  const lines = text.split('\n');
  const { start, end } = found?.replaces ?? { start: position, end: position };
  assert.equal(start.line, end.line);
  lines[start.line] =
    `${lines[start.line]?.slice(0, start.character)}${found?.insertText}${lines[start.line]?.slice(end.character)}`;
  return lines.join('\n');
}

describe('completion in noodle.yaml', () => {
  it('offers the keys of the top', () => {
    const keys = Object.keys(ConfigurationFile.shape);
    assert.deepEqual(labels('|'), keys);
    assert.deepEqual(
      labels('targets:\n  core:\n    command: make\n|'),
      keys.filter((key) => key !== 'targets'),
    );
    assert.deepEqual(
      labels('se|\ntargets: {}\n'),
      keys.filter((key) => key !== 'targets'),
    );
  });

  it('offers the keys of a group, a target and a list of settings', () => {
    const groups = new Set(settingDeclarations.map(({ key }) => key.split('.')[0]));
    assert.deepEqual(labels('settings:\n  |'), [...groups]);
    assert.deepEqual(labels('settings:\n  cicd:\n    enabled: true\n    |\n  test:\n    jestEnabled: true'), [
      'parallelPipelines',
      'defaultTimeout',
      'aiOptimization',
      'contextAwareness',
      'preDeployTests',
      'postDeployTests',
      'performanceTests',
      'securityTests',
      'approvalRequired',
      'autoDeployment',
    ]);
    assert.deepEqual(labels('targets:\n  core:\n    comm|'), [
      'command',
      'folder',
      'language',
      'inputs',
      'outputs',
      'needs',
      'environment',
      'tools',
      'type',
      'platforms',
      'automatic',
    ]);
    assert.deepEqual(labels('targets:\n  "my core":\n    command: x\n\n    |\n  web:\n    folder: y'), [
      'folder',
      'language',
      'inputs',
      'outputs',
      'needs',
      'environment',
      'tools',
      'type',
      'platforms',
      'automatic',
    ]);
  });

  it('offers nothing where the user names the keys, nor in a comment', () => {
    assert.deepEqual(labels('targets:\n  |'), []);
    assert.deepEqual(labels('# |'), []);
  });

  it('offers the values of a key', () => {
    assert.deepEqual(labels('settings:\n  test:\n    jestEnabled: |'), ['true', 'false']);
    assert.deepEqual(labels('settings:\n  test:\n    parallelExecutions: |'), ['5']);
    assert.equal(labels('targets:\n  core:\n    language: ty|').includes('typescript'), true);
  });

  it('offers the other targets as needs', () => {
    const text =
      'targets:\n  core:\n    command: make\n  "@acme/web":\n    command: make\n  api:\n    command: make\n    needs:\n      - |';
    assert.deepEqual(labels(text), ['core', '@acme/web']);
    assert.equal(completed(text, '@acme/web').endsWith('      - "@acme/web"'), true);
    assert.deepEqual(labels(text.replace('      - |', '    - c|')), ['core', '@acme/web']);
  });

  it('puts in what has to follow, in place of what was typed', () => {
    assert.equal(completed('tar|', 'targets'), 'targets:\n  ');
    assert.equal(completed('targets:\n  core:\n    co|', 'command'), 'targets:\n  core:\n    command: ');
    assert.equal(completed('targets:\n  core:\n    inp|', 'inputs'), 'targets:\n  core:\n    inputs:\n      - ');
    assert.equal(completed('targets:\n  core:\n    fo|lder: x', 'language'), 'targets:\n  core:\n    language: x');
    assert.equal(
      completed('settings:\n  test:\n    jestEnabled: tr|', 'false'),
      'settings:\n  test:\n    jestEnabled: false',
    );
  });

  it('offers the keys of a pipeline and its steps, and the names of steps, services and pipelines', () => {
    const pipeline =
      'pipelines:\n  p:\n    services:\n      db: { command: x }\n    steps:\n      a: { command: x }\n      b:\n';
    assert.ok(labels(`${pipeline}        whe|`).includes('when'));
    assert.deepEqual(labels(`${pipeline}        tests: |`), ['impacted', 'all', 'failed']);
    assert.deepEqual(labels(`${pipeline}        needs:\n          - |`), ['a']);
    assert.deepEqual(labels(`${pipeline}        services:\n          - |`), ['db']);
    assert.deepEqual(labels(`${pipeline}        pipeline: |\n  q:\n    steps: {}\n`), ['q']);
    assert.deepEqual(labels(`targets:\n  core: { command: x }\n${pipeline}        build: |`), [
      'impacted',
      'all',
      'core',
    ]);
  });

  it('offers pipelines alone in a file below .noodle', () => {
    const offered = completeConfiguration('', { line: 0, character: 0 }, '.noodle/release.yaml');
    assert.deepEqual(
      offered.map(({ label }) => label),
      ['pipelines'],
    );
  });

  it('answers at any place of any text', () => {
    const text = 'targets:\n  core: {command: x, needs: [a]}\n\t- x:\n ? y\n"a: b\': c\n- - z\n\n---\n';
    const lines = text.split('\n');
    for (const [line, content] of lines.entries()) {
      for (let character = 0; character <= content.length + 1; character++) {
        completeConfiguration(text, { line, character });
        describeAt(text, { line, character });
      }
    }
    assert.deepEqual(
      completeConfiguration('', { line: 99, character: 99 }).length,
      Object.keys(ConfigurationFile.shape).length,
    );
  });
});

describe('hover in noodle.yaml', () => {
  function hover(marked: string): string | null {
    const { text, position } = at(marked);
    return describeAt(text, position)?.text ?? null;
  }

  it('tells what a key means, what it can be, and its default', () => {
    assert.equal(
      hover('settings:\n  test:\n    parallel|Executions: 3\n'),
      '**settings.test.parallelExecutions**\n\nHow many test processes run at once, never more than the machine has processors. Expected: a whole number from 1 to 64. Default: 5.\n\nEnvironment variable `NOODLE_TEST_PARALLEL_EXECUTIONS`, VS Code setting `noodle.test.parallelExecutions`; both win over this file.',
    );
    assert.match(
      hover('targets:\n  core:\n    |needs: []\n') ?? '',
      /^\*\*targets\.core\.needs\*\*\n\nTargets that are built before this one\./,
    );
  });

  it('is about the key alone', () => {
    const { text, position } = at('targets:\n  core:\n    |command: make\n');
    assert.deepEqual(describeAt(text, position)?.range, {
      start: { line: 2, character: 4 },
      end: { line: 2, character: 11 },
    });
  });

  it('tells nothing of values and unknown keys', () => {
    assert.equal(hover('targets:\n  core:\n    command: ma|ke\n'), null);
    assert.equal(hover('unkn|own: 1\n'), null);
    assert.equal(hover('|'), null);
  });
});

describe('validation of noodle.yaml', () => {
  it('gives the problems with their places, counted from 0', () => {
    assert.deepEqual(validateConfiguration('targets:\n  core:\n    comand: make\n    command: make\n'), [
      {
        range: { start: { line: 2, character: 4 }, end: { line: 2, character: 10 } },
        severity: 'error',
        message: 'unknown key "comand" in targets.core; did you mean "command"?',
        code: null,
      },
    ]);
  });

  it('finds nothing wrong in an empty text', () => assert.deepEqual(validateConfiguration(''), []));
});
