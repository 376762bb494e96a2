// The grammar of the commands about metrics, alerts and what is read out of them.
import type { CommandDeclaration, OptionDeclaration } from './command-declaration.ts';

/** The declarations, with the options that every command has. */
export function analyticsCommands(common: readonly OptionDeclaration[]): readonly CommandDeclaration[] {
  return [metric(common), alerts(common), analytics(common)];
}

function metric(common: readonly OptionDeclaration[]): CommandDeclaration {
  return {
    name: 'metric',
    summary: 'Record values of your own, and read what is recorded.',
    positionals: '<list | define | record | show | export | delete> [metric] [value]',
    mostPositionals: 3,
    options: [
      { name: 'type', value: 'type', summary: 'define: counter, gauge, histogram or summary. Default: gauge.' },
      { name: 'unit', value: 'unit', summary: 'define: ms, bytes, % … Default: 1.' },
      { name: 'name', value: 'text', summary: 'define: what a person reads. Default: the metric.' },
      { name: 'tags', value: 'name=value,…', summary: 'record: tags of the value.' },
      { name: 'at', value: 'time', summary: 'record: when it was measured (ISO 8601). Default: now.' },
      { name: 'days', value: 'days', summary: 'show, export: how far back. Default: everything that is kept.' },
      { name: 'format', value: 'format', summary: 'export: csv or json. Default: csv.' },
      ...common,
    ],
    examples: [
      'noodle metric define bundle.size --unit bytes',
      'noodle metric record bundle.size 48213 --tags branch=main',
      'noodle metric show run.duration',
      'noodle metric export run.duration --format json',
    ],
  };
}

function alerts(common: readonly OptionDeclaration[]): CommandDeclaration {
  return {
    name: 'alerts',
    summary: 'What fires, and who is told of it.',
    positionals:
      '[list | ack | resolve | silence | silences | unsilence | rules | rule | remove | channels | test | trigger] [id] [text]',
    mostPositionals: 3,
    options: [
      { name: 'for', value: 'duration', summary: 'silence: how long, as 30m, 2h or 7d. Default: 2h.' },
      { name: 'reason', value: 'text', summary: 'silence: why. ack: a note.' },
      {
        name: 'severity',
        value: 'severity',
        summary: 'trigger: info, warning, error or critical. Default: warning.',
      },
      { name: 'state', value: 'state', summary: 'list: pending, firing or resolved.' },
      ...common,
    ],
    examples: [
      'noodle alerts',
      'noodle alerts ack 3f2a',
      'noodle alerts silence runs-slower --for 2h --reason "known"',
      'noodle alerts rule \'{"id":"big","name":"Big","metricId":"bundle.size","severity":"error","condition":{"kind":"threshold","aggregate":"last","operator":">","value":60000}}\'',
    ],
  };
}

function analytics(common: readonly OptionDeclaration[]): CommandDeclaration {
  return {
    name: 'analytics',
    summary: 'Trends, forecasts, DORA, bottlenecks, capacity, and settings that would be better.',
    positionals: '[trends | forecast | dora | bottlenecks | capacity | tuning] [metric or apply | undo] [id]',
    mostPositionals: 3,
    options: [{ name: 'days', value: 'days', summary: 'How far back, or for a forecast how far ahead.' }, ...common],
    examples: [
      'noodle analytics trends run.duration --days 90',
      'noodle analytics forecast run.duration',
      'noodle analytics dora',
      'noodle analytics tuning apply 1a2b3c4d5e6f',
    ],
  };
}
