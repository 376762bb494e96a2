// Which target a person means.
import type { BuildTarget } from '../protocol/build.ts';

/** The target of that id or folder; else every one whose scoped id ends in `/<name>`. */
export function targetsNamed(name: string, targets: readonly BuildTarget[]): BuildTarget[] {
  const exact = targets.find(({ id }) => id === name) ?? targets.find(({ folder }) => folder !== '' && folder === name);
  return exact === undefined ? targets.filter(({ id }) => id.startsWith('@') && id.endsWith(`/${name}`)) : [exact];
}
