// What CMake's commands for texts and paths make, as far as sources are named by it.
import { isUnknown } from './cmake-language.ts';

export interface MadeText {
  /** The variable that holds it. */
  readonly name: string;
  /** Null where it is not known. */
  readonly value: string | null;
}

/** At which word the variable stands that an operation of `string` writes; others name it last. */
const variableAt: Readonly<Record<string, number>> = {
  REPLACE: 3,
  CONCAT: 1,
  APPEND: 1,
  PREPEND: 1,
  JOIN: 2,
  TOLOWER: 2,
  TOUPPER: 2,
  STRIP: 2,
  LENGTH: 2,
  FIND: 3,
  SUBSTRING: 4,
  GENEX_STRIP: 2,
  REPEAT: 3,
  MAKE_C_IDENTIFIER: 2,
  MD5: 1,
  SHA1: 1,
  SHA256: 1,
  TIMESTAMP: 1,
};

/** What `string(…)` writes where; null for what writes nothing that is read here. */
export function madeText(words: readonly string[]): MadeText | null {
  const [operation = ''] = words;
  const at = operation === 'REGEX' ? (words[1] === 'REPLACE' ? 4 : 3) : variableAt[operation];
  const name = at === undefined ? undefined : words[at];
  // What is added to stays what it was besides.
  if (name === undefined || operation === 'APPEND' || operation === 'PREPEND') return null;
  const value = words.some(isUnknown) ? null : valueOf(operation, words);
  return { name, value };
}

function valueOf(operation: string, words: readonly string[]): string | null {
  const [, first = '', second = ''] = words;
  if (operation === 'REPLACE')
    return first === ''
      ? null
      : words
          .slice(4)
          .join('')
          .replaceAll(first, () => second);
  if (operation === 'CONCAT') return words.slice(2).join('');
  if (operation === 'TOLOWER') return first.toLowerCase();
  if (operation === 'TOUPPER') return first.toUpperCase();
  if (operation === 'REGEX') return replaced(words);
  return operation === 'STRIP' ? first.trim() : null;
}

/** Longer texts name no source. */
const longestText = 1000;

/** Of `string(REGEX REPLACE …)`; null where its expression is none of the few that read a name or a path. */
function replaced([, , expression = '', replacement = '', , ...input]: readonly string[]): string | null {
  const text = input.join('');
  // As it is quoted: a point and a way back stand behind two strokes.
  const [pattern, written] = [expression, replacement].map((each) => each.replaceAll('\\\\', '\\'));
  if (pattern === undefined || text.length > longestText || !simplePattern.test(pattern)) return null;
  try {
    return text.replace(new RegExp(pattern, 'g'), (written ?? '').replaceAll('$', '$$$$').replace(/\\(\d)/g, '$$$1'));
  } catch {
    // Brackets that do not match.
    return null;
  }
}

/** Letters, points, sets of characters and groups, with at most two repetitions, none of a group: time squared at most. */
const simplePattern = /^(?![^*+]*(?:[*+][^*+]*){3})(?!.*\)[*+])(?:[\w/ .^$|()*+-]|\\[./+-]|\[\^?[\w./-]+\])+$/;

/** What `get_filename_component(… <path> <part>)` takes of a path; null where it is not known. */
export function partOfPath(path: string, part: string): string | null {
  if (isUnknown(path)) return null;
  const name = path.slice(path.lastIndexOf('/') + 1);
  const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
  const [firstDot, lastDot] = [name.indexOf('.', 1), name.lastIndexOf('.')];
  const before = (dot: number) => (dot > 0 ? name.slice(0, dot) : name);
  const from = (dot: number) => (dot > 0 ? name.slice(dot) : '');
  switch (part) {
    case 'NAME':
      return name;
    case 'NAME_WE':
      return before(firstDot);
    case 'NAME_WLE':
      return before(lastDot);
    case 'EXT':
      return from(firstDot);
    case 'LAST_EXT':
      return from(lastDot);
    case 'DIRECTORY':
    case 'PATH':
      return folder;
    // Relative to the folder of the listing either way.
    case 'ABSOLUTE':
    case 'REALPATH':
      return path;
    default:
      return null;
  }
}
