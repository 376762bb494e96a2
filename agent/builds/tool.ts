// Which program a build runs on, as far as that can be seen without starting it.
import { realpathSync, statSync } from 'node:fs';
import { findExecutable } from '../platform/environment.ts';
import type { BuildLanguage } from '../protocol/build.ts';

const programs: Readonly<Partial<Record<BuildLanguage, readonly string[]>>> = {
  javascript: ['node'],
  typescript: ['node'],
  python: ['python3', 'python'],
};

/**
 * The program's real path, size and time: another version has another one of these, be it installed over the old one or
 * beside it. `none` where there is no such program.
 */
export function toolOf(language: BuildLanguage, environment: Readonly<Record<string, string>>): string {
  for (const name of programs[language] ?? []) {
    const found = findExecutable(name, environment);
    if (found !== null) return identityOf(found);
  }
  return 'none';
}

function identityOf(file: string): string {
  try {
    const real = realpathSync(file);
    const { size, mtimeMs } = statSync(real);
    return `${real} ${size} ${mtimeMs}`;
  } catch {
    return file;
  }
}
