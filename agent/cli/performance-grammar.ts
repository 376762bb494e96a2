// The grammar of `noodle perf`.
import { base, type CommandDeclaration, type OptionDeclaration } from './command-declaration.ts';

/** The declaration, with the options that every command has. */
export function performanceCommands(common: readonly OptionDeclaration[]): readonly CommandDeclaration[] {
  return [
    {
      name: 'perf',
      summary:
        'Run benchmarks of the work tree and of a base revision by turns; fails when one is slower beyond the noise.',
      positionals: '[benchmarks …]',
      mostPositionals: 100,
      options: [
        base,
        {
          name: 'rounds',
          value: 'number',
          summary: 'How often each side is run, 4 to 100. Default: 10, or noodle.yaml.',
        },
        {
          name: 'minimum-effect',
          value: 'share',
          summary: 'The least change that counts (0.05 or 5%). Default: 5%, or noodle.yaml.',
        },
        { name: 'list', summary: 'List the benchmarks that are there. Runs nothing.' },
        { name: 'verbose', short: 'v', summary: 'Also the benchmarks in which nothing changed.' },
        ...common,
      ],
      examples: ['noodle perf', 'noodle perf --base origin/main', 'noodle perf parse --rounds 20 --minimum-effect 2%'],
    },
  ];
}
