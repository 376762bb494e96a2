// A target before its needs are known by id: what each way of finding targets hands over.
import type { BuildTarget } from '../protocol/build.ts';
import { TargetId } from '../protocol/ids.ts';

export interface FoundTarget {
  readonly target: Omit<BuildTarget, 'needs'>;
  /** Ids that it needs, as far as they exist. */
  readonly needs: ReadonlySet<TargetId>;
  readonly weakNeeds: ReadonlySet<TargetId>;
}

type Parts = Pick<BuildTarget, 'folder' | 'command' | 'language' | 'kind' | 'inputs' | 'foundIn'> &
  Partial<Pick<BuildTarget, 'outputs' | 'tools' | 'environment'>> & {
    readonly id: string;
    readonly needs?: readonly string[];
  };

/** What a tool that keeps a state of its own builds: only when it is asked for, and not kept in the cache, unless `more` says so. */
export function toolTarget(parts: Parts, more: Partial<Pick<BuildTarget, 'automatic' | 'stored'>> = {}): FoundTarget {
  const { id, needs = [], ...rest } = parts;
  const target = {
    type: 'incremental' as const,
    automatic: false,
    stored: false,
    outputs: [],
    tools: [],
    environment: {},
    ...rest,
    ...more,
  };
  return {
    target: { ...target, id: TargetId.parse(id.slice(0, 512)) },
    needs: new Set(needs.map((need) => TargetId.parse(need))),
    weakNeeds: new Set(),
  };
}
