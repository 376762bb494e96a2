// What a change of a code file means when it runs: nothing, the bodies of some functions, or the file as a whole.

/** First and last line, 1-based and inclusive. */
export type Lines = readonly [number, number];

/** Where one version of a file differs from the other. A test that ran none of it behaves the same. */
export interface ChangedPlaces {
  /** Who ran one of these lines is affected. */
  readonly lines: readonly Lines[];
  /** Functions of which it is only known that they behave otherwise: who called one is affected. */
  readonly functions: readonly Lines[];
}

/**
 * - `nothing`: comments and formatting;
 * - `types`: what only a type checker sees;
 * - `bodies`: inside of functions, so only who runs those places is affected;
 * - `module`: what happens when the file is loaded, or what cannot be told apart: whoever loads it is affected.
 */
export type CodeDifference =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'types' }
  | {
      readonly kind: 'bodies';
      readonly base: ChangedPlaces;
      readonly current: ChangedPlaces;
      readonly touched: Touched;
    }
  | { readonly kind: 'module'; readonly reason: string; readonly touched: Touched };

/** The top-level names whose meaning a change can touch; `everything` when loading the file may do something else. */
export type Touched = 'everything' | ReadonlySet<string>;

/** The two versions of a file. */
export interface Versions {
  readonly path: string;
  readonly base: string;
  readonly current: string;
}

/** From an offset to its line, 1-based. */
export function lineFinder(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}

/** Pairs of indexes of what two lists have in common, in order: the longest common subsequence, after equal ends. */
export function commonPairs(
  base: readonly (number | string)[],
  current: readonly (number | string)[],
): [number, number][] {
  let start = 0;
  while (start < base.length && start < current.length && base[start] === current[start]) start++;
  let tail = 0;
  while (
    tail < base.length - start &&
    tail < current.length - start &&
    base[base.length - 1 - tail] === current[current.length - 1 - tail]
  )
    tail++;
  const head = Array.from({ length: start }, (_, index): [number, number] => [index, index]);
  const end = Array.from({ length: tail }, (_, index): [number, number] => [
    base.length - tail + index,
    current.length - tail + index,
  ]);
  const middle = longestCommon(base.slice(start, base.length - tail), current.slice(start, current.length - tail));
  return [...head, ...middle.map(([one, other]): [number, number] => [one + start, other + start]), ...end];
}

/** Beyond this the table would cost more than the precision is worth; then nothing in the middle counts as common. */
const mostCells = 1_000_000;

function longestCommon(base: readonly (number | string)[], current: readonly (number | string)[]): [number, number][] {
  const width = current.length + 1;
  if (base.length === 0 || current.length === 0 || base.length * width > mostCells) return [];
  const lengths = commonLengths(base, current);
  const lengthAt = (one: number, other: number) => lengths[one * width + other] ?? 0;
  const pairs: [number, number][] = [];
  for (let one = 0, other = 0; one < base.length && other < current.length;) {
    if (base[one] === current[other]) pairs.push([one++, other++]);
    else if (lengthAt(one + 1, other) >= lengthAt(one, other + 1)) one++;
    else other++;
  }
  return pairs;
}

/** For each pair of places how much is common from there on; a row for each place of `base`, and one more. */
function commonLengths(base: readonly (number | string)[], current: readonly (number | string)[]): Uint32Array {
  const width = current.length + 1;
  const lengths = new Uint32Array((base.length + 1) * width);
  const lengthAt = (one: number, other: number) => lengths[one * width + other] ?? 0;
  for (let one = base.length - 1; one >= 0; one--) {
    for (let other = current.length - 1; other >= 0; other--) {
      const isMatch = base[one] === current[other];
      lengths[one * width + other] = isMatch
        ? lengthAt(one + 1, other + 1) + 1
        : Math.max(lengthAt(one + 1, other), lengthAt(one, other + 1));
    }
  }
  return lengths;
}
