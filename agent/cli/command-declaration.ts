// How a command of the command line is declared, and the options that many have.

export interface OptionDeclaration {
  readonly name: string;
  readonly short?: string;
  /** Name of the value in the help; absent for a switch. */
  readonly value?: string;
  readonly summary: string;
}

export interface CommandDeclaration {
  readonly name: string;
  readonly summary: string;
  /** Positional arguments as the help shows them: `<test or target>`. */
  readonly positionals?: string;
  readonly mostPositionals?: number;
  readonly options: readonly OptionDeclaration[];
  readonly examples: readonly string[];
}

/** Options of nearly every command. */
export const repository: OptionDeclaration = {
  name: 'repo',
  short: 'C',
  value: 'folder',
  summary: 'The repository. Default: the one around the current folder.',
};
export const help: OptionDeclaration = { name: 'help', short: 'h', summary: 'Show this help.' };
export const json: OptionDeclaration = { name: 'json', summary: 'Print JSON for programs.' };
export const base: OptionDeclaration = {
  name: 'base',
  value: 'revision',
  summary:
    'Compare with this revision. Default: the working tree with HEAD; on a clean tree HEAD with its first parent.',
};
export const all: OptionDeclaration = { name: 'all', summary: 'Everything, whatever changed.' };
