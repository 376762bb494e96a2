// What the schema of noodle.yaml cannot say about its targets: where their folders lie, and how they need each other.
import type { TargetDefinition } from '../protocol/configuration-file.ts';
import { nearest } from '../protocol/nearest.ts';

type Targets = Readonly<Record<string, TargetDefinition>>;

export interface TargetProblem {
  /** Below `targets`. */
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly nearest?: string;
}

/** The targets without what cannot work, and what that was. `otherTargets` are those found in the project, when known. */
export function checkTargets(
  targets: Targets,
  otherTargets: readonly string[] | null,
): { targets: Record<string, TargetDefinition>; problems: TargetProblem[] } {
  const problems: TargetProblem[] = [];
  const inside = Object.fromEntries(
    Object.entries(targets).filter(([name, target]) => liesInside(name, target, problems)),
  );
  problems.push(...unknownNeeds(inside, otherTargets));
  return { targets: withoutCycles(inside, problems), problems };
}

function liesInside(name: string, { folder }: TargetDefinition, problems: TargetProblem[]): boolean {
  const segments = folder.split(/[/\\]/);
  const isOutside = segments.includes('..') || /^([/\\]|[a-z]:)/i.test(folder);
  if (isOutside)
    problems.push({
      path: [name, 'folder'],
      message: `targets.${name}.folder: found ${JSON.stringify(folder)}, expected a folder inside the repository`,
    });
  return !isOutside;
}

/** Without knowing the project's targets, only a need that looks like a target of the file mistyped is told. */
function unknownNeeds(targets: Targets, otherTargets: readonly string[] | null): TargetProblem[] {
  const own = Object.keys(targets);
  const known = new Set([...own, ...(otherTargets ?? [])]);
  return Object.entries(targets).flatMap(([name, { needs }]) =>
    [...needs.entries()].flatMap(([index, need]) => {
      const near = known.has(need)
        ? null
        : nearest(
            need,
            [...known].filter((each) => each !== name),
          );
      if (known.has(need) || (near === null && otherTargets === null)) return [];
      const message = `targets.${name}.needs: found ${JSON.stringify(need)}, which is no target${near === null ? '' : `; did you mean ${JSON.stringify(near)}?`}`;
      return [{ path: [name, 'needs', index], message, ...(near === null ? {} : { nearest: near }) }];
    }),
  );
}

/** Goes through the needs depth first. The need that closes a circle is taken out and named with the whole circle. */
function withoutCycles(targets: Targets, problems: TargetProblem[]): Record<string, TargetDefinition> {
  const result = new Map(Object.entries(targets));
  const done = new Set<string>();
  const visit = (name: string, way: readonly string[]) => {
    const target = result.get(name);
    if (target === undefined || done.has(name)) return;
    const here = [...way, name];
    const kept: string[] = [];
    for (const [index, need] of target.needs.entries()) {
      const from = here.indexOf(need);
      if (from < 0) {
        visit(need, here);
        kept.push(need);
        continue;
      }
      const circle = [...here.slice(from), need].join(' → ');
      problems.push({
        path: [name, 'needs', index],
        message: `targets.${name}.needs: the targets need each other in a circle: ${circle}`,
      });
    }
    result.set(name, { ...target, needs: kept });
    done.add(name);
  };
  for (const name of Object.keys(targets)) visit(name, []);
  return Object.fromEntries(result);
}
