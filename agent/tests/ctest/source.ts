// What CMakeLists.txt files say of tests, as far as it can be told without running CMake.
import { declaredCMakeTests } from '../../graph/cmake-tests.ts';
import type { RepoPath } from '../../protocol/ids.ts';
import type { RepositoryView } from '../adapter.ts';
import { folderOf, isBelow, nameOf } from '../native/repository-paths.ts';

interface CMakeCommand {
  readonly name: string;
  readonly arguments: readonly string[];
}

const token =
  /#\[(=*)\[[\s\S]*?\]\1\]|#[^\n]*|\[(=*)\[([\s\S]*?)\]\2\]|"((?:\\[\s\S]|[^"\\])*)"|([()])|((?:\\.|[^\s()#"\\])+)/g;

/** The commands of a file, in lower case, with the words between their parentheses. */
export function cmakeCommands(text: string): CMakeCommand[] {
  const commands: CMakeCommand[] = [];
  let name = '';
  let words: string[] = [];
  let depth = 0;
  for (const match of text.matchAll(token)) {
    const word = wordOf(match);
    if (match[5] === '(' && depth++ === 0) words = [];
    if (match[5] === ')' && --depth === 0) commands.push({ name: name.toLowerCase(), arguments: words });
    depth = Math.max(0, depth);
    if (word === undefined) continue;
    if (depth === 0) name = word;
    else words.push(word);
  }
  return commands;
}

/** Bracketed, quoted or plain. */
function wordOf([, , , bracket, quoted, , plain]: RegExpExecArray): string | undefined {
  return bracket ?? quoted?.replace(/\\(.)/g, '$1') ?? plain;
}

/** Folders whose CMakeLists.txt begins a project and which, with what is below them, declare tests. */
export function testedProjects(view: RepositoryView): string[] {
  const lists = view.files.filter((file) => nameOf(file) === 'CMakeLists.txt');
  const commands = new Map(lists.map((file) => [file, cmakeCommands(view.read(file) ?? '')]));
  const starts = lists.filter((file) => commands.get(file)?.some((each) => each.name === 'project')).map(folderOf);
  // A project within another is a part of it, mostly.
  const outer = starts.filter((folder) => !starts.some((other) => other !== folder && isBelow(folder, other)));
  return outer.filter((folder) =>
    lists.some(
      (file) =>
        isBelow(file, folder) &&
        commands
          .get(file)
          ?.some(
            ({ name, arguments: words }) => name === 'enable_testing' || (name === 'include' && words[0] === 'CTest'),
          ),
    ),
  );
}

/** The sources of executables that are run as tests; a CMakeLists.txt stands for tests whose sources it does not tell. */
export function declaredTestFiles(view: RepositoryView, folder: string): RepoPath[] {
  const declared = declaredCMakeTests(folder, view.files, (file) => view.read(file));
  return [...new Set(declared.flatMap(({ list, sources }) => (sources.length === 0 ? [list] : sources)))].toSorted();
}
