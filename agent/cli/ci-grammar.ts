// The grammar of `noodle ci`.
import type { CommandDeclaration, OptionDeclaration } from './command-declaration.ts';

/** The declaration, with the options that every command has. */
export function ciCommands(common: readonly OptionDeclaration[]): readonly CommandDeclaration[] {
  return [
    {
      name: 'ci',
      summary:
        'Take in the test results of a run of a remote CI from its JUnit XML reports; list such runs, or show one beside what is known here.',
      positionals: '[list | import <report or folder …> | show [run]]',
      mostPositionals: 500,
      options: [
        {
          name: 'name',
          value: 'text',
          summary:
            'What the run is called, such as "CI #123"; one of the same name is replaced. Default: the name of the report or folder.',
        },
        { name: 'system', value: 'name', summary: 'Where it ran, such as github-actions. Default: ci.' },
        { name: 'commit', value: 'revision', summary: 'The revision that it tested.' },
        { name: 'url', value: 'address', summary: 'Where it can be read.' },
        ...common,
      ],
      examples: [
        'noodle ci import reports/ --name "CI #123" --system github-actions',
        'noodle ci',
        'noodle ci show',
        'noodle ci show "CI #123"',
      ],
    },
  ];
}
