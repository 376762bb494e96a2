// The grammar of `noodle test`.
import type { CommandDeclaration, OptionDeclaration } from './command-declaration.ts';

/** The declaration, with the options that every command has. */
export function generationCommands(common: readonly OptionDeclaration[]): readonly CommandDeclaration[] {
  return [
    {
      name: 'test',
      summary:
        'Make tests of a function, try each several times, and print those that find what the existing ones do not; `prompt` prints what a language model would be sent.',
      positionals: 'generate|prompt <file>[:function]',
      mostPositionals: 2,
      options: [
        {
          name: 'mutants',
          value: 'number',
          summary: 'How many small faults are tried at most, 0 to 200. Default: 30.',
        },
        { name: 'no-model', summary: 'Ask no language model, although an endpoint is set.' },
        { name: 'write', summary: 'Write the new test file. Without it nothing is written.' },
        ...common,
      ],
      examples: [
        'noodle test generate src/cart.ts:total',
        'noodle test generate src/cart.ts:total --write',
        'noodle test generate shop/prices.py:rounded',
        'noodle test prompt src/cart.ts:total',
      ],
    },
  ];
}
