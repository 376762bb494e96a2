// Which target a person means.
import type { BuildTarget } from '../protocol/build.ts';

/** The target of that id or folder; else every one whose id ends in `/<name>` of a scope, or in `:<name>` of a kind. */
export function targetsNamed(name: string, targets: readonly BuildTarget[]): BuildTarget[] {
  const exact = targets.find(({ id }) => id === name) ?? targets.find(({ folder }) => folder !== '' && folder === name);
  if (exact !== undefined) return [exact];
  return targets.filter(
    ({ id }) => (id.startsWith('@') && id.endsWith(`/${name}`)) || id.endsWith(`:${name}`) || id.startsWith(`${name}:`),
  );
}
