// Builds overlap: at a start, only what has ended by then is known.
import { BuildHistory, type BuildEnd } from './build-outcome.ts';

/** The features of each build, in the order given (which must be that of their starts). */
export function featuresAtStart(builds: readonly BuildEnd[]): Float32Array[] {
  const history = new BuildHistory();
  const byEnd = builds.toSorted((one, other) => one.endedAt - other.endedAt);
  let ended = 0;
  return builds.map((build) => {
    for (let next = byEnd[ended]; next !== undefined && next.endedAt <= build.startedAt; next = byEnd[ended]) {
      history.add(next);
      ended += 1;
    }
    return history.features(build);
  });
}
