// The include folders that a CMakeLists.txt names, and headers that it includes into every source of a target.
import type { BuildTarget } from './build-target.ts';
import { isUnknown } from './cmake-language.ts';

export interface ForcedInclude {
  /** Of the repository. */
  readonly path: string;
  /** Whose sources include it; null: all below the folder. */
  readonly target: BuildTarget | null;
  readonly folder: string;
}

interface Place {
  readonly folder: string;
  /** Of a path as it is written. */
  readonly pathOf: (text: string) => string;
  readonly targetNamed: (name: string) => BuildTarget;
}

const keywords =
  /^(?:PUBLIC|PRIVATE|INTERFACE|SYSTEM|BEFORE|AFTER|APPEND|PROPERTIES|PROPERTY|FILE_SET|TYPE|HEADERS|REUSE_FROM|CXX_MODULES)$/;
const properties = /^(?:INTERFACE_(?:SYSTEM_)?)?INCLUDE_DIRECTORIES$/;
/** Words that name libraries found on the machine, or folders that a build writes to. */
const outside = /<\?[^>]*(?:INCLUDE_DIRS?|INCLUDE_PATH|BINARY_DIR|INSTALL\w*)>/i;

/** Collects over all commands of a listing. Folders that are searched for one target count for all: targets hand them on. */
export class CMakeIncludes {
  readonly folders = new Set<string>();
  readonly forced: ForcedInclude[] = [];
  /** Some folder could not be told. */
  hasOthers = false;

  add(name: string, words: readonly string[], place: Place): void {
    switch (name) {
      case 'include_directories':
        this.#addFolders(words, place);
        break;
      case 'target_include_directories':
        this.#addFolders(words.slice(1), place);
        break;
      case 'target_sources':
        this.#addFolders(
          valuesAfter(words, (word) => word === 'BASE_DIRS'),
          place,
        );
        break;
      case 'set_target_properties':
      case 'set_property':
      case 'set_directory_properties':
        this.#addFolders(
          valuesAfter(words, (word) => properties.test(word)),
          place,
        );
        break;
      case 'target_precompile_headers':
        this.#addHeaders(words, place);
        break;
      case 'set':
        if (words[0] === 'CMAKE_INCLUDE_CURRENT_DIR') this.folders.add(place.folder);
        break;
      default:
    }
    this.#addFlags(name, words, place);
  }

  /** A command that neither CMake nor the repository defines may search folders of its own. */
  addUnknownCommand(words: readonly string[]): void {
    if (words.some((word) => /^(?:INCLUDES|INCLUDE_DIRS|INCLUDE_DIRECTORIES|HDRS|HEADERS)$/.test(word)))
      this.hasOthers = true;
  }

  #addFolders(words: readonly string[], place: Place): void {
    for (const word of words) if (!keywords.test(word)) this.#addFolder(word, place);
  }

  #addFolder(word: string, place: Place): void {
    if (word.startsWith('$<INSTALL_INTERFACE:')) return;
    const plain = word.replace(/^\$<(?:\w+:)?(?:\$<[^<>]*>:)?/, '').replace(/>+$/, '');
    const text = word.startsWith('$<') ? plain : word;
    if (outside.test(text)) return;
    if (isUnknown(text)) this.hasOthers = true;
    else if (text !== '') this.folders.add(place.pathOf(text));
  }

  #addHeaders([name = '', ...words]: readonly string[], place: Place): void {
    for (const word of words) {
      const text = word.replace(/^["<]|[">]$/g, '');
      if (keywords.test(word) || isUnknown(text) || word.startsWith('<')) continue;
      this.forced.push({ path: place.pathOf(text), target: place.targetNamed(name), folder: place.folder });
    }
  }

  /** `-Iinclude` and `-include header.h` among the options of compilers. */
  #addFlags(name: string, words: readonly string[], place: Place): void {
    if (name === 'include') return;
    words.forEach((word, index) => {
      if (!/[-/](?:I|i)/.test(word)) return;
      for (const [, separate, joined] of word.matchAll(/(?:^|[\s:])-(?:I|isystem|iquote)(?:\s+([^\s;>]+)|([^\s;>]*))/g))
        this.#addFolder(separate ?? (joined === '' ? (words[index + 1] ?? '') : (joined ?? '')), place);
      for (const [, path = words[index + 1] ?? ''] of word.matchAll(/(?:^|[\s:])-include(?:\s+([^\s;>]+))?$/g))
        if (!isUnknown(path) && path !== '')
          this.forced.push({ path: place.pathOf(path), target: null, folder: place.folder });
    });
  }
}

/** The words after a keyword, up to the next one in capitals. */
function valuesAfter(words: readonly string[], isKey: (word: string) => boolean): string[] {
  const at = words.findIndex(isKey);
  if (at === -1) return [];
  const rest = words.slice(at + 1);
  const end = rest.findIndex((word) => /^[A-Z][A-Z_]+$/.test(word));
  return end === -1 ? rest : rest.slice(0, end);
}
