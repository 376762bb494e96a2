// What the names in expressions of a workflow stand for: inputs, earlier steps, needed jobs, secrets.

/** Where expressions stand. Texts are ours: an expression in them is worked out when the step's turn has come. */
export interface Scope {
  /** The event that a local run stands for. */
  readonly event: string;
  /** `Linux`, `macOS` or `Windows`. */
  readonly system: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** Earlier steps of the job, or of the action that is being read. */
  readonly steps: ReadonlyMap<string, StepNames>;
  /** Those that the job needs. */
  readonly jobs: ReadonlyMap<string, JobNames>;
  /** The folder of the action that is being read, relative to the repository. */
  readonly actionFolder: string | null;
  /** The name of the secret in the environment; null where it is not passed on to here. */
  secretName(name: string): string | null;
}

/**
 * A step that became one of ours; an action of the repository whose outputs are texts; or one that nothing is done for, of
 * which other outputs than these are not known. `last`: the last step of ours that it became.
 */
export type StepNames =
  | { readonly kind: 'step'; readonly id: string }
  | {
      readonly kind: 'action' | 'replaced';
      readonly outputs: Readonly<Record<string, string>>;
      readonly last: string | null;
    };

export interface JobNames {
  /** Its last step; null where nothing of it runs here. */
  readonly last: string | null;
  /** Texts. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** A text as an expression: null where it is neither plain nor one expression. */
export function expressionOf(text: string): string | null {
  if (!text.includes('${{')) return `'${text.replaceAll("'", "''")}'`;
  const inner = /^\$\{\{((?:(?!\$\{\{|\}\}).)*)\}\}$/s.exec(text)?.[1];
  if (inner === undefined) return null;
  return /^[\w.[\]'-]+$/.test(inner.trim()) ? inner.trim() : `(${inner.trim()})`;
}

/** Empty where none of them says anything. */
export function conjunction(conditions: readonly string[]): string {
  const real = conditions.filter((text) => text !== '');
  return real.length > 1 ? real.map((text) => `(${text})`).join(' && ') : (real[0] ?? '');
}
