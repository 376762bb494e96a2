// The grammar of the commands about tests that fail by chance.
import type { CommandDeclaration, OptionDeclaration } from './command-declaration.ts';

/** The declarations, with the options that every command has. */
export function flakinessCommands(common: readonly OptionDeclaration[]): readonly CommandDeclaration[] {
  return [
    {
      name: 'flaky',
      summary:
        'List the tests that were seen to fail by chance, with cause and probability, and those that are quarantined.',
      options: [...common],
      examples: ['noodle flaky', 'noodle flaky --json'],
    },
    {
      name: 'bisect',
      summary: 'Find the commit that broke a test, in a work tree of its own. What is not committed is neither looked at nor touched.',
      positionals: '<test>',
      mostPositionals: 1,
      options: [...common],
      examples: ['noodle bisect test/cart.test.ts'],
    },
    {
      name: 'quarantine',
      summary:
        'Let a test fail by chance until a date. It runs and reports as ever; what a re-run confirms still fails the run.',
      positionals: '<test …>',
      mostPositionals: 100,
      options: [
        {
          name: 'until',
          value: 'date',
          summary: 'The last day of the quarantine, such as 2030-01-31; at most 90 days ahead.',
        },
        { name: 'reason', value: 'text', summary: 'Why, for whoever reads the list.' },
        { name: 'lift', summary: 'End the quarantine.' },
        ...common.filter((option) => option.name !== 'json'),
      ],
      examples: [
        'noodle quarantine test/cart.test.ts --until 2030-01-31 --reason "waits for a fixed clock"',
        'noodle quarantine test/cart.test.ts --lift',
      ],
    },
  ];
}
