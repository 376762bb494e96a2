// Secrets by reference: read when an execution is prepared, kept in memory alone.
import { readFile } from 'node:fs/promises';
import path from 'node:path';

export interface ResolvedSecrets {
  readonly values: Readonly<Record<string, string>>;
  /** A sentence for each that is not there. */
  readonly missing: readonly string[];
}

export interface SecretSources {
  /** Absolute; files that are not absolute count from here. */
  readonly root: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** The values behind `env:NAME` and `file:PATH`, by the names of the variables. */
export async function resolveSecrets(
  references: Readonly<Record<string, string>>,
  sources: SecretSources,
): Promise<ResolvedSecrets> {
  const values: Record<string, string> = {};
  const missing: string[] = [];
  for (const [name, reference] of Object.entries(references)) {
    const value = await valueOf(reference, sources);
    if (value === null) missing.push(`the secret ${name} (${reference}) is not there: ${whereItWas(reference)}`);
    else values[name] = value;
  }
  return { values, missing };
}

/** Where it was looked for, which is easily taken for another place. */
function whereItWas(reference: string): string {
  if (!reference.startsWith('env:')) return `there is no file ${reference.slice('file:'.length)} that can be read`;
  const variable = reference.slice('env:'.length);
  return `the environment in which the agent was started has no ${variable}; set it, and start the agent again`;
}

/** Variables of the user whose names say that they are secret: their values are hidden although nobody declared them. */
export function likelySecrets(environment: Readonly<Record<string, string>>): string[] {
  return Object.entries(environment).flatMap(([name, value]) =>
    namePattern.test(name) && value.length >= 8 ? [value] : [],
  );
}

const namePattern = /(^|_)(TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?)$/i;

async function valueOf(reference: string, { root, environment }: SecretSources): Promise<string | null> {
  if (reference.startsWith('env:')) return environment[reference.slice(4)] ?? null;
  const file = path.resolve(root, reference.slice('file:'.length));
  try {
    return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
  } catch {
    return null;
  }
}
