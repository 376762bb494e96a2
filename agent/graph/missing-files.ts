// Who named a file that is gone: from what the files say, because what no longer exists resolves to nothing.
import picomatch from 'picomatch';
import type { RepoPath } from '../protocol/ids.ts';
import type { FileFacts, ImportFact } from './facts.ts';
import { folderOf, isWithin, join, withoutCodeExtension } from './resolution/file-set.ts';
import { namesOf } from './resolution/language-resolver.ts';
import { compiledLanguageOf } from './resolution/languages.ts';

export interface MissingQuestions {
  readonly sources: () => Iterable<RepoPath>;
  readonly factsOf: (file: RepoPath) => FileFacts;
  /** The name of the package in which a file lies. */
  readonly packageNameOf: (file: RepoPath) => string | null;
}

interface Missing {
  readonly path: RepoPath;
  /** Without its extension, and without `/index` or `/__init__`. */
  readonly stem: string;
  readonly isPython: boolean;
  readonly packageName: string | null;
  /** The compiled language that it was written in. */
  readonly language: string | null;
}

/** The files whose imports or paths may have meant `path`. Errs on the side of too many. */
export function importersOfMissing(path: RepoPath, questions: MissingQuestions): RepoPath[] {
  const missing = describe(path, questions);
  const isConftest = /(?:^|\/)conftest\.py$/.test(path);
  const found: RepoPath[] = [];
  for (const file of questions.sources()) {
    if (file === path) continue;
    const facts = questions.factsOf(file);
    if (missing.language !== null && meansCompiled(file, facts, missing)) found.push(file);
    const isBelow = isConftest && facts.definesTests === true && isWithin(folderOf(path), file);
    if (isBelow || facts.imports.some((fact) => mayMean(file, fact, missing))) found.push(file);
  }
  return found;
}

function describe(path: RepoPath, { packageNameOf }: MissingQuestions): Missing {
  const stem = stemOf(path.replace('__mocks__/', ''));
  const isEntry = /(?:^|\/)(?:index|main|mod)\.\w+$/.test(path);
  return {
    path,
    stem,
    isPython: /\.pyi?$/.test(path),
    packageName: isEntry ? packageNameOf(path) : null,
    language: compiledLanguageOf(path),
  };
}

/** What was declared in a file that is gone is not known; its neighbours of the same language and who names it or its folder count. */
function meansCompiled(file: RepoPath, facts: FileFacts, { path, language }: Missing): boolean {
  if (compiledLanguageOf(file) !== language) return false;
  const folder = folderOf(path);
  const name = path.slice(folder === '' ? 0 : folder.length + 1);
  const stem = name.replace(/\.\w+$/, '');
  if (language !== 'java' && language !== 'c' && folderOf(file) === folder) return true;
  if (language === 'java' || language === 'csharp') {
    const isNamed = namesOf(facts, 'names').includes(stem);
    return isNamed || facts.imports.some(({ kind, specifier }) => kind === 'use' && specifier.endsWith(`.${stem}`));
  }
  const packageName = folder.slice(folder.lastIndexOf('/') + 1);
  return facts.imports.some(({ kind, specifier }) => {
    if (kind === 'trait') return specifier.replace(/ test$/, '').endsWith(stem === 'mod' ? packageName : stem);
    if (kind !== 'use') return false;
    return language === 'c' ? endsWithPath(specifier.slice(1, -1), name) : endsWithPath(specifier, packageName);
  });
}

function stemOf(path: string): string {
  return withoutCodeExtension(path).replace(/(?:^|\/)(?:index|__init__)$/, '');
}

function mayMean(file: RepoPath, { kind, specifier }: ImportFact, missing: Missing): boolean {
  switch (kind) {
    case 'command':
      return false;
    case 'module':
    case 'module-types':
    case 'member':
      return missing.isPython && meansPythonModule(file, specifier, missing);
    case 'glob':
      return picomatch.isMatch(missing.path, join(folderOf(file), specifier.replace(/^\//, './')), { dot: true });
    case 'folder':
      return (
        isWithin(join(folderOf(file), specifier), missing.path) && folderOf(file) !== join(folderOf(file), specifier)
      );
    case 'path':
      return meansPath(join(folderOf(file), specifier), missing);
    default:
      return meansModule(file, specifier.replace(/\?.*$/, ''), missing);
  }
}

function meansPath(target: string, { path, stem }: Missing): boolean {
  return target === path || stemOf(target) === stem;
}

function meansModule(file: RepoPath, specifier: string, missing: Missing): boolean {
  if (/^\.{1,2}(?:\/|$)/.test(specifier)) return meansPath(join(folderOf(file), specifier), missing);
  const name = missing.packageName;
  if (name !== null && (specifier === name || specifier.startsWith(`${name}/`))) return true;
  // An alias, a workspace package or a path from the root: the last names must fit.
  const parts = stemOf(specifier)
    .replace(/^[@~#]?\//, '')
    .split('/');
  const tail = parts.slice(parts.length > 2 ? -2 : -1).join('/');
  return tail !== '' && endsWithPath(missing.stem, tail);
}

function meansPythonModule(file: RepoPath, specifier: string, { stem, path }: Missing): boolean {
  const dots = /^\.*/.exec(specifier)?.[0].length ?? 0;
  const parts = specifier
    .slice(dots)
    .split('.')
    .filter((part) => part !== '' && !part.startsWith('*'));
  const base = dots === 0 ? null : join(folderOf(file), dots === 1 ? '.' : '../'.repeat(dots - 1));
  // Importing a.b.c loads the packages a and a.b first.
  const least = path.endsWith('__init__.py') ? 1 : parts.length;
  for (let length = Math.max(least, base === null ? 1 : 0); length <= parts.length; length++) {
    const name = parts.slice(0, length).join('/');
    if (base === null ? endsWithPath(stem, name) : join(base, name) === stem) return true;
  }
  return base !== null && base === stem;
}

function endsWithPath(path: string, tail: string): boolean {
  return path === tail || path.endsWith(`/${tail}`);
}
