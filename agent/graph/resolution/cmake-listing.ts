// Reads CMakeLists.txt as far as needed to know which sources make which target: variables, lists, globs, loops and
// functions of the repository. Of a condition every branch counts. Nothing is executed.
import picomatch from 'picomatch';
import type { RepoPath } from '../../protocol/ids.ts';
import type { BuildTarget } from './build-target.ts';
import { CMakeConditions, isOff } from './cmake-conditions.ts';
import { declaredTest, programFiles } from './cmake-declarations.ts';
import type { TestDeclaration } from './cmake-declarations.ts';
import { CMakeIncludes } from './cmake-includes.ts';
import { folderOf, join } from './file-set.ts';
import type { FileSet } from './file-set.ts';
import { blocks, commandsOf, endOfBlock, expandAll, isUnknown, loopValues, parseArguments } from './cmake-language.ts';
import type { Command, Scope, Variables } from './cmake-language.ts';
import { madeText, partOfPath } from './cmake-texts.ts';

interface Definition {
  readonly parameters: readonly string[];
  readonly body: readonly Command[];
}

/** Commands of CMake itself, whose words are options and no include folders that are not read elsewhere. */
const ownCommands =
  /^(?:target_|set_|get_|add_|install$|export$|find_|cmake_|check_|configure_|enable_|message$|return$|if$|else$|elseif$|endif$|while$|endwhile$|string$|math$|mark_as_advanced$|include|source_group$|unset$|execute_process$|write_|try_|link_|gtest_|catch_|fetchcontent_|externalproject_|test_|string_)/;

/** Words of commands that are read; beyond this loops call each other. */
const mostWords = 1_000_000;
/** Loops and calls inside of each other; beyond this they call themselves. */
const deepest = 40;

/** Targets below a folder with a CMakeLists.txt that no other one includes. */
export class CMakeListing {
  readonly targets = new Map<string, BuildTarget>();
  /** Folders whose CMakeLists.txt was read. */
  readonly entered = new Set<string>();
  readonly includes = new CMakeIncludes();
  /** In the order in which they are declared. */
  readonly declarations: TestDeclaration[] = [];
  readonly #files: FileSet;
  readonly #read: (file: RepoPath) => string | null;
  readonly #root: string;
  readonly #definitions = new Map<string, Definition>();
  readonly #visited = new Set<string>();
  readonly #conditions = new CMakeConditions();
  #words = 0;
  #depth = 0;

  constructor(root: string, files: FileSet, read: (file: RepoPath) => string | null) {
    this.#files = files;
    this.#read = read;
    this.#root = root;
    this.#enter(root, null);
  }

  #enter(folder: string, outer: Scope | null): void {
    const file = this.#files.find(join(folder, 'CMakeLists.txt'));
    if (file === null || this.#visited.has(file)) return;
    this.#visited.add(file);
    this.entered.add(folder);
    const variables: Variables = new Map(outer?.variables);
    variables.set('CMAKE_CURRENT_SOURCE_DIR', [`/${folder}`]);
    variables.set('CMAKE_CURRENT_LIST_DIR', [`/${folder}`]);
    for (const name of ['CMAKE_SOURCE_DIR', 'PROJECT_SOURCE_DIR'])
      if (outer === null) variables.set(name, [`/${folder}`]);
    this.#run(commandsOf(this.#read(file) ?? ''), { folder, variables, outer, conditions: [] });
  }

  #run(commands: readonly Command[], scope: Scope): void {
    const unclosed = new Set<string>();
    for (let at = 0; at < commands.length; at++) {
      const command = commands[at];
      if (command === undefined || this.#words > mostWords) return;
      const block = blocks[command.name];
      if (block === undefined || unclosed.has(command.name) || this.#depth > deepest) {
        this.#execute(command, scope);
        continue;
      }
      const end = endOfBlock(commands, at, command.name, block);
      if (end === commands.length) unclosed.add(command.name);
      else at = this.#runBlock(commands, at, end, scope);
    }
  }

  #runBlock(commands: readonly Command[], start: number, end: number, scope: Scope): number {
    const body = commands.slice(start + 1, end);
    const command = commands[start];
    this.#depth++;
    if (command?.name === 'foreach') this.#loop(command, body, scope);
    else if (command !== undefined) this.#define(command, body);
    this.#depth--;
    return end;
  }

  #define({ args }: Command, body: readonly Command[]): void {
    const [name = '', ...parameters] = args.map(({ text }) => text);
    this.#definitions.set(name.toLowerCase(), { parameters, body });
  }

  #loop({ args }: Command, body: readonly Command[], scope: Scope): void {
    const words = expandAll(args, scope);
    const [variable = ''] = words;
    for (const value of loopValues(words.slice(1), scope)) {
      scope.variables.set(variable, [value]);
      this.#run(body, scope);
    }
  }

  #call({ parameters, body }: Definition, values: readonly string[], scope: Scope): void {
    const variables: Variables = new Map(scope.variables);
    parameters.forEach((parameter, index) =>
      variables.set(parameter, values[index] === undefined ? [] : [values[index]]),
    );
    variables.set('ARGN', values.slice(parameters.length));
    variables.set('ARGV', values);
    values.forEach((value, index) => variables.set(`ARGV${index}`, [value]));
    if (this.#depth > deepest) return;
    this.#depth++;
    this.#run(body, { folder: scope.folder, variables, outer: scope, conditions: [] });
    this.#depth--;
  }

  #execute({ name, args }: Command, scope: Scope): void {
    this.#conditions.follow(name, args, scope);
    const words = expandAll(args, scope);
    this.#words += words.length + 1;
    this.includes.add(name, words, {
      folder: scope.folder,
      pathOf: (text) => this.#path(text, scope),
      targetNamed: (each) => this.#targetNamed(each),
    });
    const test = declaredTest(name, words, scope.folder);
    if (test !== null) this.declarations.push({ ...test, isOff: isOff(scope) });
    this.#addStarted(test?.words ?? words);
    const run = this.#builtIn[name];
    if (run === undefined) this.#target(name, words, scope);
    else run(words, scope);
  }

  readonly #builtIn: Readonly<Record<string, (words: readonly string[], scope: Scope) => void>> = {
    set: ([name = '', ...values], scope) => this.#set(name, values, scope),
    project: ([name = ''], scope) => {
      for (const variable of ['PROJECT_NAME', ...(scope.outer === null ? ['CMAKE_PROJECT_NAME'] : [])])
        scope.variables.set(variable, [name]);
      for (const variable of ['PROJECT_SOURCE_DIR', `${name}_SOURCE_DIR`])
        scope.variables.set(variable, [`/${scope.folder}`]);
    },
    list: (words, scope) => this.#list(words, scope),
    file: (words, scope) => this.#glob(words, scope),
    aux_source_directory: ([folder = '', name = ''], scope) =>
      void scope.variables.set(name, this.#matching([`${folder}/*.{c,cc,cpp,cxx}`], scope, false)),
    cmake_parse_arguments: parseArguments,
    get_filename_component: ([name = '', path = '', part = ''], scope) =>
      void scope.variables.set(name, [partOfPath(path, part) ?? `<?${name}>`]),
    string: (words, { variables }) => {
      const made = madeText(words);
      if (made !== null) variables.set(made.name, made.value === null ? [`<?${made.name}>`] : made.value.split(';'));
    },
    add_subdirectory: ([folder = ''], scope) => this.#enter(this.#path(folder, scope), scope),
    subdirs: (folders, scope) => {
      for (const folder of folders) this.#enter(this.#path(folder, scope), scope);
    },
    include: ([name = ''], scope) => this.#include(name, scope),
    option: ([name = '', , value = 'OFF']) => this.#conditions.addOption(name, value),
  };

  #target(name: string, words: readonly string[], scope: Scope): void {
    const [first = '', ...rest] = words;
    const definition = this.#definitions.get(name);
    if (definition !== undefined) this.#call(definition, words, scope);
    else if (/^(?:\w+_)?add_executable$|^qt\d?_add_executable$|^cuda_add_executable$/.test(name))
      this.#sources(first, rest, scope).isProgram = true;
    else if (/^(?:\w+_)?add_library$/.test(name)) this.#sources(first, rest, scope);
    else if (name === 'target_sources') this.#sources(first, rest, scope);
    else if (name === 'target_link_libraries') this.#link(first, rest);
    else if (name === 'link_libraries')
      scope.variables.set('<links>', [...(scope.variables.get('<links>') ?? []), ...words]);
    else if (name === 'add_dependencies') for (const each of rest) this.#targetNamed(first).needs.add(each);
    else if (!ownCommands.test(name)) this.includes.addUnknownCommand(words);
  }

  /** A program that is told where another one lies, by an argument, a definition or a variable of its test, may start it. */
  #addStarted(words: readonly string[]): void {
    const started = words.flatMap((word) => programFiles(word));
    if (started.length === 0) return;
    const names = words.flatMap((word) => this.declarations.find((test) => test.name === word)?.words[0] ?? word);
    for (const name of names) {
      const target = this.targets.get(programFiles(name)[0] ?? name);
      if (target === undefined) continue;
      for (const each of started) if (each !== target.name) target.needs.add(each);
      return;
    }
  }

  #targetNamed(name: string): BuildTarget {
    const known = this.targets.get(name);
    if (known !== undefined) return known;
    const target: BuildTarget = {
      name,
      isProgram: false,
      sources: new Set(),
      links: new Set(),
      needs: new Set(),
      isOpen: isUnknown(name),
    };
    this.targets.set(name, target);
    return target;
  }

  #sources(name: string, words: readonly string[], scope: Scope): BuildTarget {
    const target = this.#targetNamed(name);
    if (words[0] === 'ALIAS') target.links.add(words[1] ?? '');
    for (const link of scope.variables.get('<links>') ?? []) target.links.add(link);
    for (const word of words) this.#addSource(target, word, scope);
    return target;
  }

  #addSource(target: BuildTarget, word: string, scope: Scope): void {
    const objects = /\$<TARGET_OBJECTS:([^>]+)>/.exec(word)?.[1];
    if (objects !== undefined) {
      target.links.add(objects);
      return;
    }
    // Of `$<condition:a.c>` the source counts, whether the condition holds or not.
    const plain = word.includes('$<') || word.endsWith('>') ? word.replace(/^\$<.*:/, '').replace(/>+$/, '') : word;
    if (isUnknown(plain)) target.isOpen = true;
    else if (plain.includes('.')) {
      const file = this.#files.find(this.#path(plain, scope));
      if (file !== null) target.sources.add(file);
    }
  }

  #link(name: string, words: readonly string[]): void {
    const target = this.#targetNamed(name);
    for (const word of words) {
      if (/^(?:PUBLIC|PRIVATE|INTERFACE|LINK_\w+|debug|optimized|general)$/.test(word)) continue;
      const inner = /^\$<(?:BUILD_INTERFACE|LINK_ONLY|TARGET_NAME):([^>]+)>$/.exec(word)?.[1] ?? word;
      // A library that was found on the machine, or a flag.
      if (/^<\?\w*(?:CMAKE_|LIB|FLAGS)\w*>$|^-/i.test(inner)) continue;
      if (isUnknown(inner)) target.isOpen = true;
      else target.links.add(inner);
    }
  }

  /** In a condition a value is added to what it was: either may hold. */
  #set(name: string, words: readonly string[], scope: Scope): void {
    const isOuter = words.at(-1) === 'PARENT_SCOPE';
    const cache = words.indexOf('CACHE');
    const values = words.slice(0, cache >= 0 ? cache : isOuter ? -1 : undefined);
    for (const target of isOuter ? [scope.outer ?? scope] : [scope]) {
      const before = scope.conditions.length > 0 ? (target.variables.get(name) ?? []) : [];
      target.variables.set(name, [...new Set([...before, ...values])]);
    }
  }

  #list([operation = '', name = '', ...values]: readonly string[], { variables }: Scope): void {
    const before = variables.get(name) ?? [];
    if (operation === 'APPEND') variables.set(name, [...before, ...values]);
    else if (operation === 'PREPEND' || operation === 'INSERT') variables.set(name, [...values, ...before]);
    else if (operation === 'TRANSFORM') variables.set(name, [`<?${name}>`]);
    // What is taken away may still be there on another platform, so it stays.
  }

  #glob([operation = '', name = '', ...patterns]: readonly string[], scope: Scope): void {
    if (operation !== 'GLOB' && operation !== 'GLOB_RECURSE') return;
    const wanted = patterns.filter(
      (each, index) => each !== 'CONFIGURE_DEPENDS' && each !== 'RELATIVE' && patterns[index - 1] !== 'RELATIVE',
    );
    scope.variables.set(name, this.#matching(wanted, scope, operation === 'GLOB_RECURSE'));
  }

  #matching(patterns: readonly string[], scope: Scope, isDeep: boolean): string[] {
    return patterns.flatMap((pattern) => {
      const path = this.#path(pattern, scope);
      const folder = folderOf(path.replace(/[*?[{].*$/, 'x'));
      const name = path.slice(path.lastIndexOf('/') + 1);
      const isMatch = picomatch(isDeep ? join(folder, `**/${name}`) : path);
      return this.#files.below(folder, (file) => isMatch(file)).map((file) => `/${file}`);
    });
  }

  #include(name: string, scope: Scope): void {
    const paths = [name, `${name}.cmake`, `cmake/${name}.cmake`, `CMake/${name}.cmake`, `cmake/modules/${name}.cmake`];
    for (const path of [
      ...paths.map((each) => this.#path(each, scope)),
      ...paths.map((each) => join(this.#root, each)),
    ]) {
      const file = this.#files.find(path);
      if (file === null || this.#visited.has(file)) continue;
      this.#visited.add(file);
      this.#run(commandsOf(this.#read(file) ?? ''), scope);
      return;
    }
  }

  /** Paths that begin with `/` are of the repository, as the folders' variables are set. */
  #path(text: string, { folder }: Scope): string {
    return text.startsWith('/') ? join('', text.replace(/^\/+/, './')) : join(folder, text);
  }
}
