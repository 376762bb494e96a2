// Which tests CMakeLists.txt files declare, and the sources of the programs that they run.
import type { RepoPath } from '../protocol/ids.ts';
import { translationUnit, type BuildTarget } from './resolution/build-target.ts';
import { CMakeListing } from './resolution/cmake-listing.ts';
import { programFiles, type TestDeclaration } from './resolution/cmake-declarations.ts';
import { isUnknown } from './resolution/cmake-language.ts';
import { FileSet, join } from './resolution/file-set.ts';

export interface DeclaredTest {
  /** The CMakeLists.txt of the folder that declares it. */
  readonly list: RepoPath;
  /** The sources of the program that it runs: those that hold its tests, or the one that stands for all. Empty where they are not known. */
  readonly sources: readonly RepoPath[];
}

/** Of the CMakeLists.txt in a folder and those that it includes. */
export function declaredCMakeTests(
  folder: string,
  files: readonly RepoPath[],
  read: (file: RepoPath) => string | null,
): DeclaredTest[] {
  const known = new FileSet(new Set(files));
  return testsOfListing(new CMakeListing(folder, known, read), known);
}

/** As above, of a listing that was read. */
export function testsOfListing(listing: CMakeListing, files: FileSet): DeclaredTest[] {
  const on = listing.declarations.filter(({ isOff }) => !isOff);
  // Whose tests are all off builds them by options of their own.
  return (on.length > 0 ? on : listing.declarations).flatMap((declaration) => {
    const list = files.find(join(declaration.folder, 'CMakeLists.txt'));
    return list === null ? [] : { list, sources: sourcesOf(declaration, listing, files) };
  });
}

/** Of a program that CMake asks for its tests any source may hold some. */
function sourcesOf(
  { name, words, folder, isDiscovered }: TestDeclaration,
  listing: CMakeListing,
  files: FileSet,
): readonly RepoPath[] {
  const isFile = (word: string) =>
    files.find(word.startsWith('/') ? word.replace(/^\/+/, '') : join(folder, word)) !== null;
  const program = programAmong(words, listing, isFile);
  const sources = [...(program?.sources ?? [])].filter((source) => translationUnit.test(source));
  if (program === null || isDiscovered) return sources;
  const source = sourceOfProgram(sources, { target: program.name, test: name });
  return source === null ? [] : [source];
}

/** Of several sources of a program the one that is named like it or like its test; else the first that holds a test. */
export function sourceOfProgram<Source extends string>(
  sources: readonly Source[],
  { target, test }: { readonly target: string; readonly test: string },
): Source | null {
  const stem = (source: string) => source.slice(source.lastIndexOf('/') + 1).replace(/\.\w+$/, '');
  return (
    sources.find((source) => stem(source) === target || stem(source) === test) ??
    sources.find((source) => /test/i.test(stem(source))) ??
    sources[0] ??
    null
  );
}

/** The first word that is a program; but what a file of the repository starts, only that file knows. */
function programAmong(
  words: readonly string[],
  { targets }: CMakeListing,
  isFile: (word: string) => boolean,
): BuildTarget | null {
  for (const [index, word] of words.entries()) {
    const target = targets.get(programName(word, index === 0));
    if (target?.isProgram === true && !isUnknown(target.name)) return target;
    if (isFile(word)) return null;
  }
  return null;
}

/** Only where a command begins CMake takes a word for a target; `./a` and `<?CMAKE_BINARY_DIR>/a` are paths of one. */
function programName(word: string, isFirst: boolean): string {
  const named = word.startsWith('$<') ? programFiles(word)[0] : undefined;
  if (named !== undefined || (isFirst && !word.includes('/'))) return named ?? word;
  return word.includes('/') ? word.slice(word.lastIndexOf('/') + 1).replace(/\.exe$/, '') : '';
}
