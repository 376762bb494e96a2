// The tests that a CMakeLists.txt declares, as it says them.

export interface TestDeclaration {
  readonly name: string;
  /** What it runs, and with what: targets by their names. */
  readonly words: readonly string[];
  /** The folder whose CMakeLists.txt is being read. */
  readonly folder: string;
  readonly isDiscovered: boolean;
  /** It stands where an option leads that is off unless somebody asks for it. */
  readonly isOff: boolean;
}

const discoveries = new Set([
  'gtest_discover_tests',
  'gtest_add_tests',
  'catch_discover_tests',
  'doctest_discover_tests',
]);
const keywords = new Set(['WORKING_DIRECTORY', 'CONFIGURATIONS', 'COMMAND_EXPAND_LISTS']);

/** The test that a command declares; null for other commands. */
export function declaredTest(
  name: string,
  words: readonly string[],
  folder: string,
): Omit<TestDeclaration, 'isOff'> | null {
  if (discoveries.has(name)) {
    const target = words[words[0] === 'TARGET' ? 1 : 0] ?? '';
    return { name: target, words: [target], folder, isDiscovered: true };
  }
  if (name !== 'add_test') return null;
  const command = words.indexOf('COMMAND');
  if (words[0] !== 'NAME' || command === -1)
    return { name: words[0] ?? '', words: words.slice(1), folder, isDiscovered: false };
  const rest = words.slice(command + 1);
  const end = rest.findIndex((word) => keywords.has(word));
  return { name: words[1] ?? '', words: end === -1 ? rest : rest.slice(0, end), folder, isDiscovered: false };
}

/** The targets of which a word names the file: `$<TARGET_FILE:a>`. */
export function programFiles(word: string): string[] {
  return [...word.matchAll(/\$<TARGET_FILE\w*:([^<>]+)>/g)].map(([, name = '']) => name);
}
