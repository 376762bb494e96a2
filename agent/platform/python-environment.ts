// Which Python a project's tests run with, and where its packages are installed.
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/**
 * The interpreter of a project: its own virtual environment, the active one, else `python3`/`python` from PATH.
 * `folder` is absolute.
 */
export function findPython(folder: string, root: string, environment: Readonly<Record<string, string>>): string {
  const isWindows = process.platform === 'win32';
  const inside = isWindows ? ['Scripts', 'python.exe'] : ['bin', 'python'];
  const homes: string[] = [];
  for (let current = folder; ; current = path.dirname(current)) {
    homes.push(...['.venv', 'venv', 'env'].map((name) => path.join(current, name)));
    if (current === root || current === path.dirname(current)) break;
  }
  if (environment.VIRTUAL_ENV !== undefined) homes.push(environment.VIRTUAL_ENV);
  const found = homes.map((home) => path.join(home, ...inside)).find((candidate) => existsSync(candidate));
  return found ?? (isWindows ? 'python' : 'python3');
}

/**
 * Folders into which an interpreter's packages are installed, those that are not there included: the time of each changes
 * with every package that comes or goes. `interpreter` is absolute; of a pyenv shim all versions count.
 */
export function pythonPackageFolders(interpreter: string, environment: Readonly<Record<string, string>>): string[] {
  const homes = [
    ...homesOf(interpreter),
    '/usr/local',
    path.join(environment['HOME'] ?? environment['USERPROFILE'] ?? '/', '.local'),
  ];
  const libraries = homes.flatMap((home) => [path.join(home, 'lib'), path.join(home, 'Lib')]);
  return libraries.flatMap((library) =>
    [library, ...foldersIn(library).filter((folder) => /^python\d/.test(path.basename(folder)))].flatMap((folder) => [
      path.join(folder, 'site-packages'),
      path.join(folder, 'dist-packages'),
    ]),
  );
}

function homesOf(interpreter: string): string[] {
  const folder = path.dirname(interpreter);
  const home = path.dirname(folder);
  return path.basename(folder) === 'shims' ? foldersIn(path.join(home, 'versions')) : [home];
}

function foldersIn(folder: string): string[] {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return readdirSync(folder).map((name) => path.join(folder, name));
}
