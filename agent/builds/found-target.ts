// A target before its needs are known by id: what each way of finding targets hands over.
import type { BuildTarget } from '../protocol/build.ts';
import type { TargetId } from '../protocol/ids.ts';

export interface FoundTarget {
  readonly target: Omit<BuildTarget, 'needs'>;
  /** Ids that it needs, as far as they exist. */
  readonly needs: ReadonlySet<TargetId>;
  readonly weakNeeds: ReadonlySet<TargetId>;
}
