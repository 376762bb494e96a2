// Two versions of a code file told apart, by its language.
import { isFixture, isStrictFixture } from '../file-roles.ts';
import { compiledLanguageOf } from '../resolution/languages.ts';
import type { CodeDifference, Versions } from './code-difference.ts';

export type { ChangedPlaces, CodeDifference, Lines, Touched, Versions } from './code-difference.ts';

export type Differ = (versions: Versions) => CodeDifference;

/** Beyond this a comparison is not worth the stall. */
const mostText = 1_000_000;

/** Whether `createDiffer` can say more than that the file changed. Fixtures are read as texts, so every letter counts. */
export function isComparable(path: string): boolean {
  const isKnown = /\.(?:[cm]?[jt]sx?|py)$/.test(path) || compiledLanguageOf(path) !== null;
  return isKnown && !/\.d\.[cm]?ts$/.test(path) && !isStrictFixture(path) && !isFixture(path);
}

/** Loads the parser, so it is made when something is to be compared. */
export async function createDiffer(): Promise<Differ> {
  const { javascriptDifference } = await import('./javascript-difference.ts');
  const { pythonDifference } = await import('./python-difference.ts');
  const { compiledDifference } = await import('./compiled-difference.ts');
  return (versions) => {
    if (versions.base.length + versions.current.length > mostText)
      return { kind: 'module', reason: 'it is too large to be compared', touched: 'everything' };
    if (compiledLanguageOf(versions.path) !== null) return compiledDifference(versions);
    return versions.path.endsWith('.py')
      ? pythonDifference(versions)
      : javascriptDifference(versions, languageOf(versions.path));
  };
}

function languageOf(path: string): 'jsx' | 'ts' | 'tsx' {
  if (path.endsWith('.tsx')) return 'tsx';
  return /\.[cm]?ts$/.test(path) ? 'ts' : 'jsx';
}
