import assert from 'node:assert/strict';
import { declaredRuleProblems } from '../../../agent/analytics/analytics.ts';
import { completeConfiguration, validateConfiguration } from '../../../agent/workspace/configuration-language.ts';
import { readConfiguration } from '../../../agent/workspace/configuration.ts';
import { MemoryDatabase } from '../../rig/memory-database.ts';

const start = 'alerts:\n  channels:\n    team: { type: desktop }\n  rules:\n';

/** A rule in the block of rules, with one line changed. */
function rule(
  id: string,
  changed: Partial<Record<'metricId' | 'severity' | 'condition' | 'more', string>> = {},
): string {
  const { metricId = 'run.duration', severity = 'error', more = 'forSeconds: 0' } = changed;
  const condition = changed.condition ?? "{ kind: threshold, operator: '>', value: 60000 }";
  const lines = [`name: ${id}`, `metricId: ${metricId}`, `severity: ${severity}`, `condition: ${condition}`, more];
  return `    ${id}:\n${lines.map((line) => `      ${line}\n`).join('')}`;
}

describe('alert rules in noodle.yaml', () => {
  let db: MemoryDatabase;
  beforeEach(async () => {
    db = await MemoryDatabase.create();
  });
  afterEach(() => db[Symbol.dispose]());

  it('have the parts and defaults of those made through the API', () => {
    const { file, problems } = read(rule('slow', { more: 'forSeconds: 60' }));
    assert.deepEqual(problems, []);
    assert.deepEqual(file.alerts.rules['slow']?.condition, {
      kind: 'threshold',
      aggregate: 'mean',
      operator: '>',
      value: 60_000,
      windowSeconds: 300,
    });
    assert.equal(file.alerts.rules['slow']?.forSeconds, 60);
  });

  it('that do not fit are told with their place, and leave the others and the channels', () => {
    const broken = [
      rule('Bad'),
      rule('fatal', { severity: 'fatal' }),
      rule('kind', { condition: '{ kind: treshold, value: 1 }' }),
      rule('key', { condition: '{ kind: no_data, windowSecond: 60 }' }),
      rule('other', { condition: "{ kind: threshold, operator: '>', value: 1, factor: 2 }" }),
    ];
    const { file, problems } = read(`${broken.join('')}${rule('good')}`);
    assert.deepEqual([Object.keys(file.alerts.rules), Object.keys(file.alerts.channels)], [['good'], ['team']]);
    assert.deepEqual(
      problems.map(({ line, message }) => `${line}: ${message}`),
      [
        '5: alerts.rules: found the name "Bad", expected lower-case letters, digits, dots, dashes and underscores',
        '14: alerts.rules.fatal.severity: found "fatal", expected one of info, warning, error, critical',
        '21: alerts.rules.kind.condition.kind: found "treshold", expected one of threshold, ratio, burn_rate, no_data, anomaly, rise, slower, share',
        '27: alerts.rules.key.condition.windowSeconds: found nothing, expected a whole number from 1 to 7776000',
        '27: unknown key "windowSecond" in alerts.rules.key.condition; did you mean "windowSeconds"?',
        '33: unknown key "factor" in alerts.rules.other.condition; expected one of kind, aggregate, operator, value, windowSeconds',
      ],
    );
  });

  it('that can never or would always fire are told where they say so, and are not judged', () => {
    const { file, problems } = read(
      rule('never', { condition: "{ kind: threshold, operator: '<', value: 0 }" }) +
        rule('long', { condition: "{ kind: threshold, operator: '>', value: 1, windowSeconds: 7776000 }" }) +
        rule('back', { more: 'resolveValue: 70000' }),
      { NOODLE_ANALYTICS_RETENTION_DAYS: '30' },
    );
    assert.deepEqual(Object.keys(file.alerts.rules), []);
    assert.deepEqual(
      problems.map(({ line, message }) => `${line}: ${message.slice(0, 62)}`),
      [
        '9: alerts.rules.never.condition: The rule never would never fire:',
        '15: alerts.rules.long.condition: The rule long would never see its',
        '22: alerts.rules.back.resolveValue: expected a value on the other ',
      ].map((line) => line.slice(0, line.indexOf(':') + 2 + 62)),
    );
  });

  it('wait for a metric that nobody declared yet, and ask where it looks mistyped', () => {
    const { file, problems } = read(
      rule('mine', { metricId: 'bundle.size' }) + rule('typo', { metricId: 'run.duratoin' }),
    );
    assert.deepEqual(Object.keys(file.alerts.rules), ['mine', 'typo']);
    assert.deepEqual(
      problems.map(({ message, nearest }) => [message, nearest]),
      [['alerts.rules.typo.metricId: there is no metric run.duratoin yet; did you mean run.duration?', 'run.duration']],
    );
  });

  it('name channels of the file', () => {
    const { problems } = read(rule('slow', { more: 'channels: [teem]' }));
    assert.deepEqual(
      problems.map(({ line, column, message }) => [line, column, message]),
      [[10, 18, 'alerts.rules.slow.channels.0: there is no channel teem; did you mean team?']],
    );
  });

  it('are checked while they are written, and completed by their kind', () => {
    const [diagnostic] = validateConfiguration(
      `${start}${rule('slow', { more: 'channels: [teem]' })}`,
      'noodle.yaml',
      check,
    );
    assert.deepEqual(diagnostic?.range.start, { line: 9, character: 17 });
    const labels = (lines: string) => {
      const text = `${start}${lines}`;
      const all = text.split('\n');
      return completeConfiguration(text, { line: all.length - 1, character: all.at(-1)?.length ?? 0 }).map(
        ({ label }) => label,
      );
    };
    assert.deepEqual(labels('    a:\n      condition:\n        kind: slower\n        '), [
      'factor',
      'window',
      'leastMs',
    ]);
    assert.deepEqual(labels('    a:\n      condition:\n        kind: ').slice(0, 2), ['threshold', 'ratio']);
    assert.deepEqual(labels('    a:\n      channels:\n        - '), ['team']);
  });

  function read(rules: string, environment: Record<string, string> = {}) {
    return readConfiguration({
      environment,
      vscodeSettings: {},
      file: { path: 'noodle.yaml', text: `${start}${rules}` },
      checkRules: check,
    });
  }

  function check(
    ...[alerts, settings]: Parameters<NonNullable<Parameters<typeof readConfiguration>[0]['checkRules']>>
  ) {
    return declaredRuleProblems(db, alerts, settings['analytics.retentionDays']);
  }
});
