// How much two pieces of code speak of the same: BM25 (Robertson 1994) over the words that their identifiers are made of.

/** Words of text with how often each occurs. */
export type Words = ReadonlyMap<string, number>;

const leastLength = 3;
/** What every code says, whatever it is about. */
const common = new Set(
  'the and for not var let new get set def try case else elif from with this self true false null none void import export default return const function class assert equal expect should describe test tests require undefined string number async await type interface static public private'.split(
    ' ',
  ),
);

/** The words in the identifiers of a text: `parseURL_path` is parse, url and path. */
export function wordsIn(text: string): Map<string, number> {
  const words = new Map<string, number>();
  for (const [identifier] of text.matchAll(/[A-Za-z_$][\w$]*/g)) {
    for (const word of partsOf(identifier)) {
      if (word.length >= leastLength && !common.has(word)) words.set(word, (words.get(word) ?? 0) + 1);
    }
  }
  return words;
}

function partsOf(identifier: string): string[] {
  return identifier
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/);
}

const saturation = 1.2;
const lengthWeight = 0.75;

/** How well each document answers a query, beside the one that answers best: 1 for it, 0 where no word is shared. */
export function similarities(query: Words, documents: readonly Words[]): number[] {
  const lengths = documents.map((words) => sumOf(words.values()));
  const meanLength = Math.max(1, sumOf(lengths) / Math.max(1, documents.length));
  const weights = [...query.keys()].map((word) => {
    const holding = documents.filter((words) => words.has(word)).length;
    return [word, Math.log(1 + (documents.length - holding + 0.5) / (holding + 0.5))] as const;
  });
  const scores = documents.map((words, index) => {
    const norm = saturation * (1 - lengthWeight + (lengthWeight * (lengths[index] ?? 0)) / meanLength);
    return weights.reduce((sum, [word, weight]) => {
      const count = words.get(word) ?? 0;
      return sum + (weight * count * (saturation + 1)) / (count + norm);
    }, 0);
  });
  const best = scores.reduce((most, score) => Math.max(most, score), 0);
  return scores.map((score) => (best === 0 ? 0 : score / best));
}

function sumOf(numbers: Iterable<number>): number {
  let sum = 0;
  for (const each of numbers) sum += each;
  return sum;
}
