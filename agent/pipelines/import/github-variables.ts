// Variables of a workflow: texts that are worked out, and secrets by reference.
import { convertText, secretIn } from './github-expressions.ts';
import type { ResolvedJob } from './github-resolve.ts';
import type { Scope } from './github-scope.ts';

export interface Variables {
  readonly environment: Record<string, string>;
  /** References, by the names of the variables. */
  readonly secrets: Record<string, string>;
  readonly unknown: readonly string[];
}

/** A variable that is a secret as a whole refers to it; others hold texts. */
export function variablesOf(found: Readonly<Record<string, unknown>>, resolved: ResolvedJob, scope: Scope): Variables {
  const environment: Record<string, string> = {};
  const secrets: Record<string, string> = {};
  const unknown: string[] = [];
  for (const [name, value] of Object.entries(found)) {
    const text = textOf(value);
    const secret = secretIn(/^\s*\$\{\{\s*(.*?)\s*\}\}\s*$/.exec(text)?.[1] ?? '', scope);
    if (secret !== null) {
      secrets[name] = `env:${secret}`;
      continue;
    }
    const converted = convertText(resolved.text(text, scope), scope, null);
    unknown.push(...converted.unknown);
    environment[name] = converted.text;
    for (const named of converted.secrets) secrets[named] = `env:${named}`;
  }
  return { environment, secrets, unknown };
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
